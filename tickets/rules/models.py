import uuid

from django.db import models
from django.db.models import Q


class RulesStamp(models.Model):
    """The stamp of one organisation; one row."""

    stamp = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="rules_stamp_one_row")]
