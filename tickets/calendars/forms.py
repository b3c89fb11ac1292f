"""Forms about the calendars of an organisation."""

import json
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import Location
from tenants.settings.models import TIME_ZONES
from tenants.web.widgets import DayInput
from tickets.calendars.actions import Closing
from tickets.calendars.ical import EVENTS
from tickets.calendars.models import ServiceCalendar, ServiceHours
from tickets.calendars.week import write_blocks


class HoursForm(forms.Form):
    """The hours of a calendar from a day on."""

    from_on = forms.DateField(
        label=gettext_lazy("From"),
        widget=DayInput(),
        help_text=gettext_lazy("What was counted before this day stays as it is."),
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=TIME_ZONES)
    public_holidays = forms.BooleanField(label=gettext_lazy("Closed on public holidays"), required=False)
    liberation_day = forms.BooleanField(label=gettext_lazy("5 May is a day off every year"), required=False)
    good_friday = forms.BooleanField(label=gettext_lazy("Good Friday is a day off"), required=False)

    def __init__(self, *args, version: ServiceHours, **kwargs):
        names = ("time_zone", "public_holidays", "liberation_day", "good_friday")
        tomorrow = timezone.localdate() + timedelta(days=1)
        kwargs["initial"] = {"from_on": tomorrow, **{name: getattr(version, name) for name in names}}
        super().__init__(*args, **kwargs)
        for day in range(7):
            self.fields[f"day_{day}"] = forms.CharField(
                label=str(WEEKDAYS[day]).capitalize(),
                max_length=100,
                required=False,
                initial=write_blocks(version.week[day]),
            )

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the weekdays, Monday first."""
        return [self[f"day_{day}"] for day in range(7)]

    def values(self) -> dict[str, Any]:
        """Return the cleaned values as `change_hours` takes them."""
        found = dict(self.cleaned_data)
        week = [found.pop(f"day_{day}") for day in range(7)]
        return found | {"week": week}


class CalendarForm(forms.Form):
    """A calendar of its own for a service level, or for what an agreement names."""

    name_nl = forms.CharField(label=gettext_lazy("Name in Dutch"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80, required=False)
    level = forms.ChoiceField(label=gettext_lazy("For service level"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        taken = set(ServiceCalendar.objects.exclude(level="").values_list("level", flat=True))
        free = [(value, label) for value, label in Location.Level.choices if value not in taken]
        self.fields["level"].choices = [("", gettext_lazy("no level: for agreements that name it")), *free]


class ClosingForm(forms.Form):
    """Own days off."""

    name = forms.CharField(label=gettext_lazy("Why"), max_length=80, help_text=gettext_lazy("Such as: Team day"))
    from_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    until_on = forms.DateField(
        label=gettext_lazy("Until and including"),
        widget=DayInput(),
        required=False,
        help_text=gettext_lazy("Empty: that one day."),
    )
    yearly = forms.BooleanField(label=gettext_lazy("That day of every year"), required=False)

    def closing(self) -> Closing:
        """Return what was asked, as `close_on` takes it."""
        found = self.cleaned_data
        return Closing(found["name"], found["from_on"], found["until_on"] or found["from_on"], found["yearly"])


class FileForm(forms.Form):
    """A calendar file."""

    file = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"),
        help_text=gettext_lazy("Of whole days, from Outlook or Google. You see first what is in it."),
    )


def _closing(name: Any, first: Any, last: Any, yearly: Any) -> Closing:
    if not (isinstance(name, str) and isinstance(yearly, bool) and len(first) == len(last) == 10):
        raise ValueError(name)
    return Closing(name, date.fromisoformat(first), date.fromisoformat(last), yearly)


class FoundForm(forms.Form):
    """What was found in a calendar file, as it came back from the page that showed it."""

    days = forms.CharField(widget=forms.HiddenInput, max_length=250_000)

    @classmethod
    def of(cls, closings: list[Closing]) -> "FoundForm":
        """Return the form that holds these."""
        lines = [[one.name, str(one.from_on), str(one.until_on), one.yearly] for one in closings]
        return cls(initial={"days": json.dumps(lines, ensure_ascii=False)})

    def clean_days(self) -> list[Closing]:
        """Return the days off again. Raises ValidationError for what no page of ours sent."""
        try:
            lines = json.loads(self.cleaned_data["days"])[:EVENTS]
            found = [_closing(*line) for line in lines]
        except (ValueError, TypeError, RecursionError) as error:
            raise ValidationError(_("Choose the file again.")) from error
        today = timezone.localdate()
        return [one for one in found if one.from_on >= today]
