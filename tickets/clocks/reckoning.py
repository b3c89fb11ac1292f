"""The course of a clock: when something is due, when it was late, how long it ran. Arithmetic alone, no database.

A clock starts at a moment and runs in working time until what it waits for was done. It stands still in its pauses.
What was agreed may change while it runs (another priority, another contract, other hours): from then on the new terms
count, from the start of the clock, and what was counted under the old hours stays counted. Late is late: what was due
under the terms of then, and had not been done, stays so whatever is agreed later. Moments are at whole minutes, in UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets.calendars.worktime import HORIZON, MINUTE, Calendar, NeverOpen, Span, merge, reach, whole

EVER = timedelta(days=2 * HORIZON)


@dataclass(frozen=True)
class Target:
    """What was agreed: so many working minutes, or so many working days, perhaps to the end of the last of them."""

    minutes: int = 0
    days: int = 0
    end_of_day: bool = False


@dataclass(frozen=True)
class Terms:
    """What counts from the moment `since` on: the target (None: nothing was agreed) and the hours."""

    since: datetime
    target: Target | None
    calendar: Calendar


@dataclass(frozen=True)
class Pause:
    """A time in which a clock stands still; `end` is None while it does."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Shift:
    """From `at` on it is due at `due`; None: nothing is agreed, or it stands still and nobody can say."""

    at: datetime
    due: datetime | None


@dataclass(frozen=True)
class Late:
    """It was late from `at` on, by terms that said `due`: the two differ where new terms came too late to be met."""

    at: datetime
    due: datetime


@dataclass(frozen=True)
class Course:
    """All that can be said of a clock at one moment: `ran` are its working minutes so far, pauses left out."""

    due: datetime | None
    shifts: tuple[Shift, ...]
    late: Late | None
    ran: int
    target: int | None  # working minutes agreed, of the last terms


def course(
    *,
    start: datetime,
    terms: Sequence[Terms],
    pauses: Sequence[Pause] = (),
    done: datetime | None = None,
    now: datetime,
) -> Course:
    """Return the course until `done`, or `now` where it still runs.

    `terms` are in order, there is one at least, and the first counts from `start` on, whatever its `since`. Done at the
    minute at which it is due is in time. What was done while it stood still is due as if that pause had ended then.
    """
    start, end = whole(start), whole(done or now)
    known = _terms(start, end, terms)
    still = merge([(one.start, one.end or one.start + EVER) for one in pauses])
    shifts: list[Shift] = []
    late: Late | None = None
    budget: int | None = None
    for place, one in enumerate(known):
        hours = _Hours(known[: place + 1])
        due, budget = _due(hours, start, one, still)
        until = known[place + 1].since if place + 1 < len(known) else end
        if late is None and due is not None and due < until:
            late = Late(max(due, one.since), due)
        last = place + 1 == len(known) and done is None
        if budget is not None and (not still or (due is not None and due <= still[0][0])):
            shifts.append(Shift(one.since, due))  # no pause came before it was due
        else:
            shifts += _shifts(hours, start, one, until + MINUTE if last else until, budget, still)
    hours = _Hours(known)
    ran = hours.minutes(start, end) - sum(hours.minutes(max(low, start), min(high, end)) for low, high in still)
    due_at = shifts[-1].due
    if due_at is None and done is not None:
        ended = [(begin, min(until, end)) for begin, until in still if begin < end]
        due_at, _budget = _due(hours, start, known[-1], ended)
    return Course(due_at, tuple(_changes(shifts)), late, ran, budget)


def promised(start: datetime, terms: Terms) -> datetime | None:
    """Return when a clock without any pause is due; None where nothing was agreed, or that time never comes."""
    start = whole(start)
    return _due(_Hours([terms]), start, terms, ())[0]


def _terms(start: datetime, end: datetime, terms: Sequence[Terms]) -> list[Terms]:
    """Return the terms that counted until `end`, each from the moment on at which it did."""
    found: list[Terms] = []
    for one in terms:
        since = max(whole(one.since), start)
        if found and since > end:
            break
        if found and found[-1].since == since:
            found.pop()
        found.append(Terms(since if found else start, one.target, one.calendar))
    return found


@dataclass(frozen=True)
class _Hours:
    """The hours that count under several terms, each of them until the next; those of the last go on."""

    terms: Sequence[Terms]

    def _parts(self, start: datetime, end: datetime) -> Iterator[tuple[Calendar, datetime, datetime]]:
        for place, one in enumerate(self.terms):
            until = self.terms[place + 1].since if place + 1 < len(self.terms) else end
            yield one.calendar, max(start, one.since), min(until, end)

    def minutes(self, start: datetime, end: datetime) -> int:
        return sum(calendar.minutes(low, high) for calendar, low, high in self._parts(start, end))

    def moment(self, start: datetime, minutes: int, until: datetime) -> datetime:
        left = minutes
        for calendar, low, high in self._parts(start, until):
            worked = calendar.minutes(low, high) if high < until else left
            if worked >= left:
                return calendar.moment(low, left, high)
            left -= worked
        raise NeverOpen


def _due(hours: _Hours, start: datetime, terms: Terms, still: Sequence[Span]) -> tuple[datetime | None, int | None]:
    """Return when it is due under these terms, and the working minutes that they give; both None without a target."""
    target = terms.target
    if target is None:
        return None, None
    try:
        budget = target.minutes
        if target.days or target.end_of_day:
            base = terms.calendar.after_days(start, target.days, end_of_day=target.end_of_day)
            budget = hours.minutes(start, base)
    except NeverOpen:
        return None, None
    try:
        due = reach(hours, start, budget, still)
        if target.end_of_day and due > start:
            due = terms.calendar.after_days(due - MINUTE, 0, end_of_day=True)
    except NeverOpen:
        return None, budget
    return due, budget


def _shifts(
    hours: _Hours, start: datetime, terms: Terms, until: datetime, budget: int | None, still: Sequence[Span]
) -> Iterator[Shift]:
    """Yield what was known of the due moment until `until`: at the terms' begin, at each pause and at its end."""
    if budget is None:
        yield Shift(terms.since, None)
        return
    moments = {terms.since} | {moment for span in still for moment in span if terms.since < moment < until}
    for moment in sorted(moments):
        known = [span for span in still if span[0] <= moment]
        paused = any(begin <= moment < end for begin, end in known)
        due, _budget = _due(hours, start, terms, known)
        yield Shift(moment, None if paused and (due is None or due > moment) else due)


def _changes(shifts: Sequence[Shift]) -> Iterator[Shift]:
    """Yield those that say something else than the one before."""
    before: Shift | None = None
    for one in shifts:
        if before is None or one.due != before.due:
            yield one
            before = one
