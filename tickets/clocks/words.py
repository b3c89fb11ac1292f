"""What is left of a clock, as a list says it: working time, short, with its words in full for who hears it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.agreements.durations import in_hours
from tickets.calendars.worktime import MINUTE, Calendar

SOON = 120  # working minutes at which it presses
LATE, PRESSING, TODAY, LATER = "late", "pressing", "today", "later"


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left until a moment: "1 u 08", in full, and how much it presses."""

    short: str
    full: str
    tone: str


def remaining(due: datetime, now: datetime, calendar: Calendar) -> Remaining:
    """Return what is left of working time until `due`, or how much of it has passed since."""
    if now >= due + MINUTE:
        minutes = calendar.minutes(due, now)
        short = _amount(minutes, calendar, now)
        return Remaining(short, _("%(time)s of working time too late") % {"time": short}, LATE)
    minutes = calendar.minutes(now, due)
    tone = PRESSING if minutes <= SOON else TODAY if minutes < day_of(calendar, now) else LATER
    short = _amount(minutes, calendar, now)
    return Remaining(short, _("%(time)s of working time left") % {"time": short}, tone)


def _amount(minutes: int, calendar: Calendar, now: datetime) -> str:
    day = day_of(calendar, now)
    if not day or minutes < day:
        return in_hours(minutes)
    days = minutes // day
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def day_of(calendar: Calendar, now: datetime) -> int:
    """Return the working minutes of a common day: the middle one of the days with hours in the week of `now`."""
    week = calendar.at(now).week
    lengths = sorted(sum(end - start for start, end in blocks) for blocks in week if blocks)
    return lengths[len(lengths) // 2] if lengths else 0
