from django.db import models
from django.db.models import Q
from django.utils import timezone

from agenda.history.events import SCHEMA, Kind, Payload
from tenants.actor import Channel


class Event(models.Model):
    """One change of the common work: what was before and after, by whom, when, by which way. Only ever added to.

    `object` is the address of what changed, such as W3; the letter says which room. Its `version` after the change is
    unique, so that two changes can never follow the same version.
    """

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=40, choices=Kind)
    object = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    schema = models.PositiveSmallIntegerField(default=SCHEMA)
    data = models.JSONField()
    actor = models.ForeignKey("tenants.Person", on_delete=models.PROTECT, null=True, related_name="+")
    system_actor = models.CharField(max_length=30, blank=True)
    on_behalf_of = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["object", "version"], name="agenda_event_once_per_version"),
            models.CheckConstraint(
                condition=Q(actor__isnull=False, system_actor="") | (Q(actor__isnull=True) & ~Q(system_actor="")),
                name="agenda_event_person_or_system",
            ),
        ]

    @property
    def payload(self) -> Payload:
        """The values before and after, and what was said."""
        return Payload(**self.data)

    @property
    def who(self) -> str:
        """The name of the person, or of the part of the system."""
        return self.actor.name if self.actor else self.system_actor


class Numbering(models.Model):
    """The last number given in a room, by the letter of its addresses: W for the work agenda."""

    letter = models.CharField(max_length=1, unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()


class Recorded(models.Model):
    """What changes by `changing` alone: it has an address, and a version that each event moves by one."""

    version = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def address(self) -> str:
        """The address by which events point at it, such as W3."""
        raise NotImplementedError
