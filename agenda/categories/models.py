from django.db import models
from django.db.models import F, Q

from tenants.dated import Dated, in_language


class Category(Dated):
    """What a ticket is about: a leaf or group of the common tree. Ended, never deleted, so that figures add up."""

    code = models.CharField(max_length=8, unique=True, help_text="Such as 6 or 6.1.")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    name_nl = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="category_ends_after_begin"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self, "name")
