"""The next twelve months of a calendar, day by day, as the picture and the list beside it show them."""

from calendar import Calendar as Grid
from dataclasses import dataclass, field
from datetime import date

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.calendars.daysoff import DaysOff
from tickets.calendars.models import ClosingDays
from tickets.calendars.queries import as_closed
from tickets.calendars.worktime import Calendar, Hours

MONTHS = 12
CELL = 20  # units of the picture


@dataclass(frozen=True)
class Day:
    """A day in the picture: its place, its number, how it is (`open`, `free`, `holiday`, `own`), why in words."""

    x: int
    y: int
    number: int
    kind: str
    why: str = ""


@dataclass
class Month:
    """A month in the picture."""

    first: date
    days: list[Day] = field(default_factory=list)

    @property
    def working(self) -> int:
        """How many of its days have hours?"""
        return sum(one.kind == "open" for one in self.days)


@dataclass(frozen=True)
class Off:
    """A day on which would have been worked, and why it is not."""

    day: date
    why: str
    own: bool


def preview(calendar: Calendar, closings: list[ClosingDays], today: date) -> tuple[list[Month], list[Off]]:
    """Return the months from that of `today` on, and the days off of this calendar in them."""
    months, off = [], []
    named = holidays.country_holidays("NL", language="en_US" if (get_language() or "nl").startswith("en") else "nl")
    for turn in range(MONTHS):
        year, month = divmod(today.month - 1 + turn, 12)
        first = date(today.year + year, month + 1, 1)
        found = Month(first)
        for row, week in enumerate(Grid().monthdatescalendar(first.year, first.month)):
            for column, day in enumerate(week):
                if day.month == first.month:
                    kind, why = _of(day, calendar, closings, named)
                    found.days.append(Day(column * CELL, row * CELL, day.day, kind, why))
                    if kind in {"holiday", "own"}:
                        off.append(Off(day, why, kind == "own"))
        months.append(found)
    return months, off


def _of(day: date, calendar: Calendar, closings: list[ClosingDays], named) -> tuple[str, str]:
    hours = _in_force(day, calendar)
    if not hours.week[day.weekday()]:
        return "free", ""
    own = next((one for one in closings if as_closed(one).covers(day)), None)
    if own:
        return "own", own.name
    by_law = DaysOff(hours.off.public, hours.off.liberation_day, hours.off.good_friday)
    if by_law.covers(day):
        return "holiday", str(named.get(day) or _("Liberation Day"))  # 5 May, which is no lustrum's
    return "open", ""


def _in_force(day: date, calendar: Calendar) -> Hours:
    begun = [one for one in calendar.versions if one.from_on <= day]
    return begun[-1] if begun else calendar.versions[0]
