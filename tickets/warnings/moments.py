"""When a warning rings: arithmetic alone, in the working time of the clock's own calendar; no database.

A rung is so many working minutes before a due moment, or after it (below zero). It rings in working hours only: what
would ring outside them rings when the next begin.
"""

from dataclasses import dataclass
from datetime import datetime

from tickets.calendars.worktime import DAY, HORIZON, MINUTE, Calendar, NeverOpen, whole


@dataclass(frozen=True)
class When:
    """When a rung rings: at a part of the time that was used, or so long after the due moment (below zero: before).

    A day is a common working day of the calendar.
    """

    percent: int | None = None
    minutes: int = 0
    days: int = 0

    def left(self, target: int | None, day: int) -> int | None:
        """Return the working minutes that are left when it rings, below zero where it is late by then.

        `target` are the working minutes agreed, `day` those of a common working day. None: of that target no part
        can be taken.
        """
        if self.percent is None:
            return -(self.minutes + self.days * day)
        return None if target is None else target * (100 - self.percent) // 100


def rings_at(due: datetime, left: int, calendar: Calendar) -> datetime | None:
    """Return the moment at which `left` working minutes are left until `due`, or the next that is worked after it.

    Below zero: as many minutes after it. None where there is no such moment in ten years.
    """
    try:
        moment = back(due, left, calendar) if left > 0 else calendar.after(due, -left)
        return next_worked(moment, calendar)
    except NeverOpen:
        return None


def due_until(now: datetime, left: int, calendar: Calendar) -> datetime | None:
    """Return the last due moment of which this rung has rung by `now`, a moment that is worked.

    It is `rings_at` the other way round, so that one moment stands for all clocks. None where there is none.
    """
    try:
        if left < 0:
            return back(now, -left, calendar)
        return next_worked(calendar.after(now, left), calendar)
    except NeverOpen:
        return None


def back(moment: datetime, minutes: int, calendar: Calendar) -> datetime:
    """Return the latest moment from which `minutes` working minutes lie before `moment`. Raises NeverOpen."""
    moment, left = whole(moment), minutes
    day = (moment + DAY).date()
    for _turn in range(HORIZON):
        for opens, closes in reversed(calendar.spans_of(day)):
            length = (min(closes, moment) - opens) // MINUTE
            if 0 < left <= length:
                return min(closes, moment) - left * MINUTE
            left -= max(length, 0)
        day -= DAY
    raise NeverOpen


def next_worked(moment: datetime, calendar: Calendar) -> datetime:
    """Return `moment` where it is worked, else the next at which work begins; closing time is no working time."""
    moment = whole(moment)
    for opens, _closes in calendar.spans(moment, moment + HORIZON * DAY):
        return opens
    raise NeverOpen


def is_worked(moment: datetime, calendar: Calendar) -> bool:
    """Is the minute of `moment` working time?"""
    return calendar.minutes(moment, moment + MINUTE) > 0
