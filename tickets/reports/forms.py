"""Which report is asked: of which days, of which clock, per library or per service level."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agenda.figures.periods import FIRST, Period
from tickets.clocks.kinds import OWN, ClockKind
from tickets.lists.promised import LEVEL, LIBRARY

DAYS = "days"
QUARTERS, YEARS = 8, 3  # that are offered
LONGEST = 366 * 5  # days
GROUPS = {LIBRARY: gettext_lazy("per library"), LEVEL: gettext_lazy("per service level")}


class ReportForm(forms.Form):
    """The choices of the report; what is not said is this quarter, the first answer, per library."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), required=False)
    first_on = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    last_on = forms.DateField(
        label=gettext_lazy("Up to and including"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    by = forms.ChoiceField(label=gettext_lazy("By"), required=False, choices=list(GROUPS.items()))
    clock = forms.ChoiceField(
        label=gettext_lazy("Clock"), required=False, choices=[(one.value, one.label) for one in OWN]
    )

    def __init__(self, data):
        self.today = timezone.localdate()
        this = Period.of(self.today)
        given = data.copy()
        usual = {"period": str(this), "by": LIBRARY, "clock": ClockKind.FIRST_ANSWER.value}
        for name, value in usual.items():
            given[name] = given.get(name) or value
        super().__init__(given)
        quarters = [this]
        while len(quarters) < QUARTERS:
            quarters.append(quarters[-1].previous)
        chosen = Period.parse(given["period"])
        if chosen and chosen not in quarters and FIRST.begin <= chosen.begin:
            quarters.append(chosen)
        self.fields["period"].choices = [
            *((str(one), _("Quarter %(q)s of %(y)s") % {"q": one.quarter, "y": one.year}) for one in quarters),
            *((str(year), str(year)) for year in range(this.year, this.year - YEARS, -1)),
            (DAYS, _("the days that are filled in here")),
        ]

    def clean(self):
        data = super().clean()
        if data.get("period") != DAYS:
            return data
        for name in ("first_on", "last_on"):
            if data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Fill in a day."))
        if self.errors:
            return data
        first_on, last_on = data["first_on"], data["last_on"]
        if first_on < FIRST.first_on or last_on.year > 2100:
            self.add_error("first_on", _("Choose days from 2020 on."))
        elif last_on < first_on:
            self.add_error("last_on", _("This is before the first day."))
        elif last_on - first_on > timedelta(days=LONGEST):
            self.add_error("last_on", _("At most five years at once."))
        return data

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day that were asked. Call after `is_valid()`."""
        chosen = self.cleaned_data["period"]
        if chosen == DAYS:
            return self.cleaned_data["first_on"], self.cleaned_data["last_on"]
        period = Period.parse(chosen)
        if period is None:
            year = int(chosen)
            return date(year, 1, 1), date(year, 12, 31)
        return period.first_on, period.next.first_on - timedelta(days=1)
