from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value


class Outcome(models.TextChoices):
    """What became of a promise with an agreed time. Late is late, whether it was done since or not."""

    IN_TIME = "in_time"
    LATE = "late"
    RUNNING = "running"


class TicketSnapshot(models.Model):
    """What the cooperation may know of a ticket: counts and moments, no text and no person. Written by `tickets`.

    Of its promises: what became of them and how much working time they took, not what was agreed with whom. An outcome
    is empty where nothing was agreed, and where it was withdrawn in time. Updates have none: a ticket has as many of
    them as one writes to each other, so no one figure says how they went.
    """

    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    type = models.CharField(max_length=20)
    category = models.ForeignKey("agenda.Category", on_delete=models.PROTECT, null=True, related_name="+")
    priority = models.CharField(max_length=10)
    state = models.CharField(max_length=20)
    library = models.ForeignKey("tenants.Library", on_delete=models.PROTECT, related_name="+")
    location_ids = ArrayField(models.BigIntegerField(), default=list)
    platform = models.ForeignKey("tenants.Platform", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    first_answer_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    minutes_to_first_answer = models.PositiveIntegerField(null=True, help_text="Clock minutes.")
    minutes_to_resolution = models.PositiveIntegerField(null=True, help_text="Clock minutes.")
    first_answer_outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="", db_default="")
    first_answer_worked = models.PositiveIntegerField(null=True, help_text="Working minutes, once it was given.")
    resolution_outcome = models.CharField(max_length=10, choices=Outcome, blank=True, default="", db_default="")
    resolution_worked = models.PositiveIntegerField(null=True, help_text="Working minutes, once it is resolved.")
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="snapshot_once_per_ticket")]
        indexes = [
            models.Index(fields=["opened_at", "organisation", "resolved_at"], name="snapshot_open"),
            models.Index(fields=["first_answer_at"], name="snapshot_answered"),
            models.Index(fields=["resolved_at"], name="snapshot_resolved"),
        ]


class KeptFiguresQuerySet(models.QuerySet):
    """Figures of quarters, as they are kept."""

    def of(self, organisations: Iterable[int] | None) -> Self:
        """Return those of these organisations, by key, and of all together; None leaves nobody out."""
        if organisations is None:
            return self
        return self.filter(Q(organisation__isnull=True) | Q(organisation__in=organisations))

    def whole(self) -> Self:
        """Leave out what an earlier version kept, that did not know of promises."""
        return self.filter(first_answer_agreed__isnull=False)


class KeptFigures(models.Model):
    """The figures of a quarter as they were counted, of one organisation or (without one) of all together.

    Written by `keep` alone. Whatever changes a moment or a category in a quarter that is over takes away what was kept
    of that quarter and of those after it: the database does that (migration 0004), whoever writes the read model.
    """

    counted_at = models.DateTimeField()
    starts_on = models.DateField(help_text="First day of the quarter.")
    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    new = models.PositiveIntegerField()
    resolved = models.PositiveIntegerField()
    open_at_end = models.PositiveIntegerField()
    first_answer_minutes = models.FloatField(null=True, help_text="Median of clock minutes.")
    resolution_minutes = models.FloatField(null=True, help_text="Median of clock minutes.")
    # Empty where an earlier version kept it: that is counted anew.
    first_answer_agreed = models.PositiveIntegerField(null=True, help_text="First answers with an agreed time.")
    first_answer_in_time = models.PositiveIntegerField(null=True, help_text="Of these within it.")
    resolution_agreed = models.PositiveIntegerField(null=True, help_text="Resolved with an agreed time.")
    resolution_in_time = models.PositiveIntegerField(null=True, help_text="Of these within it.")
    before = models.JSONField(
        default=dict,
        db_default=Value({}, models.JSONField()),
        help_text="The same figures over the same days a year before, of the quarter that runs.",
    )
    categories = models.JSONField(default=dict, help_text="New tickets by key of category; of all together alone.")

    objects = KeptFiguresQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["starts_on", "organisation"], nulls_distinct=False, name="kept_once_per_quarter"
            )
        ]
