from django.contrib.postgres.fields import ArrayField
from django.db import models


class TicketSnapshot(models.Model):
    """What the cooperation may know of a ticket: counts and moments, no text and no person. Written by `tickets`."""

    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    type = models.CharField(max_length=20)
    category = models.ForeignKey("agenda.Category", on_delete=models.PROTECT, related_name="+")
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
    sla_outcome = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="snapshot_once_per_ticket")]
        indexes = [
            models.Index(fields=["opened_at", "organisation", "resolved_at"], name="snapshot_open"),
            models.Index(fields=["first_answer_at"], name="snapshot_answered"),
            models.Index(fields=["resolved_at"], name="snapshot_resolved"),
        ]
