from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.dated import in_language
from tenants.models import Location, Person
from tenants.settings.models import TIME_ZONES

DEFAULT = "default"


class ServiceCalendar(models.Model):
    """When a service is at work: that of the organisation itself (`default`), or of one service level."""

    slug = models.SlugField(unique=True)
    name_nl = models.CharField(_("name in Dutch"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    level = models.CharField(_("service level"), max_length=10, choices=Location.Level, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["level"], condition=~Q(level=""), name="service_calendar_one_a_level"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return in_language(self, "name")


class ServiceHours(models.Model):
    """One version of a calendar: its blocks by weekday from the day `from_on` on, until the next version begins.

    `week` holds seven lists, Monday first, of blocks: two minutes of the wall clock after midnight, in `time_zone`.
    """

    calendar = models.ForeignKey(ServiceCalendar, on_delete=models.CASCADE, related_name="versions")
    from_on = models.DateField(_("from"))
    week: Any = models.JSONField()
    time_zone = models.CharField(_("time zone"), max_length=40, choices=TIME_ZONES, default=TIME_ZONES[0][0])
    public_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    liberation_day = models.BooleanField(_("5 May is a day off every year"), default=True)
    good_friday = models.BooleanField(_("Good Friday is a day off"), default=False)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["calendar", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "from_on"], name="service_hours_one_a_day"),
        ]


class ClosingDays(models.Model):
    """Own days off of the organisation, for all its calendars: one day, a range, or that day of each year.

    A yearly one that ended does not count from `ended_on` on.
    """

    name = models.CharField(_("name"), max_length=80)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until and including"))
    yearly = models.BooleanField(_("every year"), default=False)
    ended_on = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["from_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="closing_days_end_after_begin"),
            models.CheckConstraint(
                condition=Q(yearly=False) | Q(until_on=F("from_on")), name="closing_days_yearly_is_one_day"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(yearly=True, ended_on__gt=F("from_on")),
                name="closing_days_yearly_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name
