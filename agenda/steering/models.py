from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from tenants.dated import PERIOD, Dated


class Seat(Dated):
    """An organisation has a seat in the steering group for a period; taking part does not give one."""

    organisation = models.ForeignKey("tenants.Organisation", on_delete=models.PROTECT, related_name="seats")

    class Meta:
        ordering = ["organisation__sort_name", "from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="seat_ends_after_begin"
            ),
            ExclusionConstraint(
                name="seat_once_at_a_time",
                expressions=[("organisation", RangeOperators.EQUAL), (PERIOD, RangeOperators.OVERLAPS)],
            ),
        ]
