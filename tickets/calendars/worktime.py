"""Working time: which minutes count, how many lie between two moments, and when so many have passed.

Arithmetic alone: it knows no database and no framework, and answers the same whenever it is asked. Moments are aware
and come out in UTC; each is taken at its whole minute, so that what is counted adds up to the minute. Hours are those
of the wall clock: where summer time begins, an hour of the night does not exist, and where it ends one comes twice and
counts twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

from tickets.calendars.daysoff import DaysOff

Block = tuple[int, int]  # minutes of the wall clock after midnight, the end not included; 1440 is midnight
Span = tuple[datetime, datetime]  # the end not included
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHOLE_DAY = 1440
HORIZON = 3660  # days that are looked ahead for a minute that counts


class NeverOpen(Exception):
    """A calendar has no working time in the ten years after a moment."""


@dataclass(frozen=True)
class Hours:
    """One version of a calendar: the blocks of each weekday (Monday first) from the day `from_on` on."""

    from_on: date
    week: tuple[tuple[Block, ...], ...]
    zone: str = "Europe/Amsterdam"
    off: DaysOff = DaysOff()

    @cached_property
    def starts(self) -> datetime:
        """The first moment of `from_on` in its own time zone, in UTC."""
        return datetime.combine(self.from_on, time.min, ZoneInfo(self.zone)).astimezone(UTC)

    def is_open(self, day: date) -> bool:
        """Is there a block on `day`?"""
        return bool(self.week[day.weekday()]) and not self.off.covers(day)

    def blocks(self, day: date) -> Sequence[Block]:
        """Return the blocks of `day`: none where it is off."""
        return self.week[day.weekday()] if self.is_open(day) else ()

    def spans(self, day: date) -> Iterator[Span]:
        """Yield the open spans of `day` in UTC, in order."""
        blocks = self.blocks(day)
        if not blocks:
            return
        midnight = datetime.combine(day, time.min, UTC)
        zone = ZoneInfo(self.zone)
        before, after = _offset(day - DAY, zone), _offset(day + 2 * DAY, zone)
        if before == after:
            for start, end in blocks:
                yield midnight - before + start * MINUTE, midnight - before + end * MINUTE
            return
        turn = _turn(day, zone, before)
        for offset, low, high in ((before, None, turn), (after, turn, None)):
            for start, end in blocks:
                opens, closes = midnight - offset + start * MINUTE, midnight - offset + end * MINUTE
                opens = max(opens, low) if low else opens
                closes = min(closes, high) if high else closes
                if opens < closes:
                    yield opens, closes


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time.min, zone).utcoffset() or timedelta()


def _turn(day: date, zone: ZoneInfo, before: timedelta) -> datetime:
    """Return the moment, to the minute, at which the offset `before` ends in the days round `day`."""
    low, high = (datetime.combine(day + turn * DAY, time.min, UTC) - before for turn in (-1, 2))
    while high - low > MINUTE:
        middle = low + (high - low) // 2 // MINUTE * MINUTE
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


@dataclass(frozen=True)
class Calendar:
    """When is worked: versions by their first day, each until the next; the first also for what was before it."""

    versions: tuple[Hours, ...]
    _kept: dict[date, tuple[Span, ...]] = field(default_factory=dict, repr=False, compare=False)
    _years: dict[int, "_Year"] = field(default_factory=dict, repr=False, compare=False)

    def at(self, moment: datetime) -> Hours:
        """Return the version in force at `moment`."""
        return self.versions[max(0, bisect_right(self._starts, moment) - 1)]

    @cached_property
    def _starts(self) -> list[datetime]:
        return [hours.starts for hours in self.versions]

    def day_of(self, moment: datetime) -> date:
        """Return the day of `moment` in the calendar's time zone of then."""
        return moment.astimezone(ZoneInfo(self.at(moment).zone)).date()

    def spans_of(self, day: date) -> tuple[Span, ...]:
        """Return the open spans of the day `day` in UTC, in order; a version counts from its first moment on."""
        if day not in self._kept:
            self._kept[day] = tuple(self._spans(day))
        return self._kept[day]

    def _spans(self, day: date) -> Iterator[Span]:
        for place, hours in enumerate(self.versions):
            low = hours.starts if place else None
            high = self.versions[place + 1].starts if place + 1 < len(self.versions) else None
            if (low and day < hours.from_on) or (high and day > self.versions[place + 1].from_on):
                continue
            for start, end in hours.spans(day):
                start, end = max(start, low) if low else start, min(end, high) if high else end
                if start < end:
                    yield start, end

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield the open spans between two moments, cut off at both; none where the end is not later."""
        start, end = whole(start), whole(end)
        if start >= end:
            return
        day, last, kept = (start - DAY).date(), (end + DAY).date(), self._kept
        while day <= last:
            for span in kept[day] if day in kept else self.spans_of(day):
                opens, closes = span
                if opens < end and closes > start:
                    yield span if start <= opens and closes <= end else (max(opens, start), min(closes, end))
            day += DAY

    def minutes(self, start: datetime, end: datetime) -> int:
        """Return how many working minutes lie from `start` to `end`; 0 where the end is not later."""
        start, end = whole(start), whole(end)
        if start >= end:
            return 0
        first, last = self._year(start.year), self._year(end.year)
        between = sum(self._year(year).total for year in range(start.year, end.year))
        return between - first.passed(start) + last.passed(end)

    def after(self, start: datetime, minutes: int, pauses: Sequence[Span] = ()) -> datetime:
        """Return the moment at which `minutes` working minutes have passed since `start`, those in `pauses` left out.

        It is the end of a block where they fill it (18:00 and not the next morning), and `start` itself for none.
        Raises NeverOpen where they do not pass within ten years.
        """
        return reach(self, whole(start), minutes, merge(pauses))

    def moment(self, start: datetime, minutes: int, until: datetime) -> datetime:
        """Return when `minutes` working minutes, one or more, have passed since `start`, a whole minute in UTC.

        Raises NeverOpen where that is not before `until`.
        """
        at, left = start, minutes
        while at < until:
            year = self._year(at.year)
            passed = year.passed(at)
            if year.total - passed >= left:
                found = year.moment(passed + left)
                if found > until:
                    break
                return found
            left -= year.total - passed
            at = datetime(at.year + 1, 1, 1, tzinfo=UTC)
        raise NeverOpen

    def _year(self, year: int) -> "_Year":
        if year not in self._years:
            begin, end = (datetime(one, 1, 1, tzinfo=UTC) for one in (year, year + 1))
            self._years[year] = _Year(list(self.spans(begin, end)))
        return self._years[year]

    def after_days(self, start: datetime, days: int, *, end_of_day: bool = False) -> datetime:
        """Return the moment `days` working days after `start`: as late on the clock, within the hours of that day.

        The day of `start` is not counted. With `end_of_day`: when that day's last block ends. For no days it is
        `start`, or the first end of a working day that comes. Raises NeverOpen.
        """
        start = whole(start)
        if days <= 0 and not end_of_day:
            return start
        first = self.day_of(start)
        for turn in range(HORIZON):
            day = first + turn * DAY
            spans = self.spans_of(day)
            if not spans:
                continue
            if days <= 0 and spans[-1][1] > start:
                return spans[-1][1]
            days -= turn > 0
            if days <= 0 and turn > 0:
                return spans[-1][1] if end_of_day else self._as_late(start, day, spans)
        raise NeverOpen

    def _as_late(self, start: datetime, day: date, spans: Sequence[Span]) -> datetime:
        zone = ZoneInfo(self.at(spans[0][0]).zone)
        clock = start.astimezone(ZoneInfo(self.at(start).zone)).time()
        return min(max(datetime.combine(day, clock, zone).astimezone(UTC), spans[0][0]), spans[-1][1])


class _Year:
    """The working time of a year (UTC), counted once, so that no day is walked twice."""

    def __init__(self, spans: Sequence[Span]):
        self._opens = [opens for opens, _closes in spans]
        self._lengths = [(closes - opens) // MINUTE for opens, closes in spans]
        self._before = [0, *accumulate(self._lengths)]
        self.total = self._before[-1]

    def passed(self, moment: datetime) -> int:
        """Return how many of its working minutes have passed at a moment in it."""
        place = bisect_right(self._opens, moment) - 1
        if place < 0:
            return 0
        return self._before[place] + min((moment - self._opens[place]) // MINUTE, self._lengths[place])

    def moment(self, minutes: int) -> datetime:
        """Return at which moment so many of its minutes have passed, one at least: the end of a block, not a begin."""
        place = bisect_left(self._before, minutes) - 1
        return self._opens[place] + (minutes - self._before[place]) * MINUTE


class Counts(Protocol):
    """Working time that can be counted: a calendar, or several one after the other."""

    def minutes(self, start: datetime, end: datetime) -> int: ...

    def moment(self, start: datetime, minutes: int, until: datetime) -> datetime: ...


def reach(hours: Counts, start: datetime, minutes: int, pauses: Sequence[Span]) -> datetime:
    """Return when `minutes` working minutes outside `pauses` have passed since `start`; `start` itself for none.

    The pauses are merged, all moments whole minutes in UTC. Raises NeverOpen where they do not pass in ten years.
    """
    at, left = start, minutes
    if left <= 0:
        return start
    for begin, end in pauses:
        if end <= at:
            continue
        worked = hours.minutes(at, begin)
        if worked >= left:
            break
        at, left = end, left - worked
    return hours.moment(at, left, start + HORIZON * DAY)


def whole(moment: datetime) -> datetime:
    """Return the whole minute of `moment`, in UTC."""
    if moment.tzinfo is UTC and not moment.second and not moment.microsecond:
        return moment
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def merge(spans: Sequence[Span]) -> list[Span]:
    """Return spans at whole minutes, in order, those that overlap or touch as one; empty ones are left out."""
    found: list[Span] = []
    for start, end in sorted((whole(start), whole(end)) for start, end in spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found
