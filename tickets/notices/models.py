from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """A mail sent to one person because of one event; its being there is why it is not sent twice."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        ANSWERED = "answered", _("answered")
        RESOLVED = "resolved", _("resolved")
        ASSIGNED = "assigned", _("assigned")
        REACTION = "reaction", _("reaction")
        OPENED = "opened", _("opened to you")
        REOPENED = "reopened", _("reopened")

    event = models.ForeignKey("tickets.Event", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="notice_once")]
