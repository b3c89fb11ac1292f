"""What begins and may end, and what names are sorted by: the lowest things that models are made of."""

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class DateRange(Func):
    """The period of a row as PostgreSQL's daterange; the last day counts."""

    function = "daterange"
    output_field = DateRangeField()
    arity = 3


PERIOD = DateRange(F("from_on"), F("until_on"), models.Value("[]"))


class SortName(models.GeneratedField):
    """Column that names are sorted by: lower case, without accents."""

    def __init__(self, source: str = "name", **kwargs):
        self.source = source
        kwargs.setdefault("expression", Lower(Func(F(source), function="extensions.plain")))
        kwargs.setdefault("output_field", models.TextField())
        kwargs.setdefault("db_persist", True)
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("expression", "output_field", "db_persist"):
            kwargs.pop(key, None)
        kwargs["source"] = self.source
        return name, path, args, kwargs


# The words of a name as PostgreSQL finds them: Dutch stems, no accents; a mark between letters parts two words.
IN_WORDS = "to_tsvector('extensions.nl', translate({}, '._-/+', '     '))"


class NameWords(Func):
    """The words of a name, for an index: what is written as IN_WORDS in a query is found by it."""

    template = IN_WORDS.format("%(expressions)s")
    output_field = SearchVectorField()
    arity = 1


class DatedQuerySet(models.QuerySet):
    """Rows with a period: `from_on` up to and including `until_on`."""

    def at(self, day: date) -> Self:
        """Return the rows in force on `day` (a date in Europe/Amsterdam)."""
        return self.filter(from_on__lte=day).filter(Q(until_on__isnull=True) | Q(until_on__gte=day))

    def current(self) -> Self:
        """Return the rows in force today."""
        return self.at(timezone.localdate())


class Dated(models.Model):
    """Something that begins and may end."""

    from_on = models.DateField(_("from"), default=timezone.localdate)
    until_on = models.DateField(_("until and including"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def ends_after_begin(name: str) -> models.CheckConstraint:
    """Return the constraint `name`: a period never ends before it begins."""
    return models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name=name)


def no_overlap(name: str, *fields: str) -> ExclusionConstraint:
    """Return the constraint `name`: rows with the same `fields` never have a day in common."""
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in fields), (PERIOD, RangeOperators.OVERLAPS)],
    )


def in_language(instance: models.Model, field: str) -> str:
    """Return `field`_nl or `field`_en of `instance` by the language of the moment; Dutch where English is empty."""
    own = getattr(instance, f"{field}_{'en' if (get_language() or 'nl').startswith('en') else 'nl'}")
    return own or getattr(instance, f"{field}_nl")
