from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxQuerySet(models.QuerySet):
    """Entries of the outbox."""

    def waiting(self, at: datetime) -> Self:
        """Return the entries that are due at `at` and neither done nor given up."""
        return self.filter(done_at__isnull=True, given_up_at__isnull=True, due_at__lte=at)


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
    created_at = models.DateTimeField(default=timezone.now)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "dedupe_key"], name="outbox_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(given_up_at__isnull=True), name="outbox_done_or_given_up"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="outbox_waiting", condition=Q(done_at__isnull=True, given_up_at__isnull=True)
            )
        ]
