from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.channels import Channel


class AuditEntry(models.Model):
    """One line of the trail: who did what to which object, from where, with what result. Only ever added to."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    system_actor = models.CharField(max_length=40, blank=True, help_text="The part of the system that did it.")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.PAGE)
    origin = models.CharField(max_length=60, blank=True, help_text="Network address.")
    action = models.CharField(max_length=60)
    object = models.CharField(max_length=120, blank=True)
    result = models.CharField(max_length=20, default="done")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            # Neither is somebody who is not known: a sign-in that was refused.
            models.CheckConstraint(condition=Q(actor__isnull=True) | Q(system_actor=""), name="audit_person_or_system"),
        ]
