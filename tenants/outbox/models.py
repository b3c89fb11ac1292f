from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.organisations.models import COMMON_SCHEMA, Organisation


class OutboxQuerySet(models.QuerySet):
    """Entries of the outbox."""

    def undone(self) -> Self:
        """Return the entries that are not done and that nobody put aside."""
        return self.filter(done_at__isnull=True, dropped_at__isnull=True)

    def waiting(self, at: datetime) -> Self:
        """Return the entries that are due at `at` and neither done, given up nor put aside."""
        return self.filter(dropped_at__isnull=True, done_at__isnull=True, given_up_at__isnull=True, due_at__lte=at)

    def given_up(self) -> Self:
        """Return the entries that nobody tries any more, until somebody decides about them."""
        return self.filter(given_up_at__isnull=False, dropped_at__isnull=True)

    def troubled(self, at: datetime) -> Self:
        """Return what was given up, failed and is tried again, or should have been done at `at`."""
        return self.undone().filter(Q(failed_at__isnull=False) | Q(due_at__lte=at))

    def served(self) -> Self:
        """Return the entries of organisations that take part and of the common host: those that the sweep looks at."""
        open_ones = Organisation.objects.taking_part().values("pk")
        return self.filter(Q(organisation__in=open_ones) | Q(organisation__schema_name=COMMON_SCHEMA))


class OutboxEntry(models.Model):
    """Something to do outside the transaction that decided it: a task and an address; no text, no mail address."""

    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=60, help_text="Name of the task that handles it.")
    address = models.CharField(max_length=120, help_text="What it is about, in the organisation's own numbers.")
    dedupe_key = models.CharField(max_length=200)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True, help_text="Since when it is not to be done any more.")
    failed_at = models.DateTimeField(null=True, help_text="When it last failed.")
    cause_type = models.CharField(max_length=120, blank=True, help_text="Type of the exception it last failed with.")
    cause_where = models.CharField(max_length=120, blank=True, help_text="Module and line of our own code.")
    cause_message = models.CharField(max_length=120, blank=True, help_text="A code from a fixed list, never text.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "dedupe_key"], name="outbox_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(given_up_at__isnull=True), name="outbox_done_or_given_up"
            ),
            models.CheckConstraint(
                condition=Q(failed_at__isnull=True, cause_type="") | Q(failed_at__isnull=False) & ~Q(cause_type=""),
                name="outbox_failed_with_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(given_up_at__isnull=True) | Q(failed_at__isnull=False), name="outbox_given_up_failed"
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(dropped_at__isnull=True), name="outbox_done_or_dropped"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="outbox_waiting", condition=Q(done_at__isnull=True, given_up_at__isnull=True)
            ),
            models.Index(fields=["given_up_at"], name="outbox_given_up", condition=Q(given_up_at__isnull=False)),
        ]


class OutboxTrouble(models.Model):
    """A time in which an organisation's outbox has what will not go by itself; its administrators are told once."""

    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at__isnull=True), name="outbox_one_trouble_at_a_time"
            )
        ]
