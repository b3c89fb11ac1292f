import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.people.models import Membership, Person
from tenants.roles import LibraryRole

LIFETIME = timedelta(days=14)


def _expiry() -> datetime:
    return timezone.now() + LIFETIME


class InvitationQuerySet(models.QuerySet):
    """Invitations, accepted or not."""

    def unanswered(self) -> Self:
        """Return those that were neither accepted nor taken back; they may have expired."""
        return self.filter(accepted_at__isnull=True, ended_at__isnull=True)

    def open(self, at: datetime) -> Self:
        """Return those that can be accepted at `at`."""
        return self.unanswered().filter(expires_at__gt=at)


class Invitation(models.Model):
    """Somebody with an address is asked to take a role. The role begins when they accept, once, within 14 days."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=Person.Language, default=Person.Language.DUTCH)
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    library = models.ForeignKey("tenants.Library", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(
        _("role"), max_length=30, choices=[*Membership._meta.get_field("role").choices, *LibraryRole.choices]
    )
    secret = models.CharField(max_length=64, default=secrets.token_urlsafe, help_text="Worth nothing without our key.")
    invited_by = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=_expiry)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["invited_by", "created_at"], name="invitation_by_whom")]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "organisation", "library", "role"],
                name="invitation_once",
                nulls_distinct=False,
                condition=Q(accepted_at__isnull=True, ended_at__isnull=True),
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_lower_case"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, ended_at__isnull=True),
                name="invitation_accepted_by_somebody_and_not_ended",
            ),
        ]
