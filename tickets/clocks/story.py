"""All clocks of one ticket, from its intervals, from what was said and from the rules: a function, without a database.

First answer: from opening until staff said something that the library reads. Update: one clock for each time that the
library waits to hear something again. Resolution: from opening until resolved; what was reopened goes on where it was.
Supplier and colleague POI: one for each time that the ticket waited for them. Moments are in UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from tickets.agreements.terms import Applied, Book, Situation
from tickets.calendars.worktime import whole
from tickets.clocks.kinds import OWN, ClockKind
from tickets.clocks.reckoning import Course, Pause, Terms, course
from tickets.states import ENDED, State

WAITS = {ClockKind.SUPPLIER: State.WAITING_SUPPLIER, ClockKind.PARTNER: State.WAITING_PARTNER}


@dataclass(frozen=True)
class Stretch:
    """An interval: from when until when, in which state, waiting for whom, which clocks stand still, what it is."""

    began_at: datetime
    ended_at: datetime | None
    state: str
    situation: Situation
    pauses: tuple[str, ...] = ()
    party: str = ""

    @property
    def ended(self) -> bool:
        """Is there nothing left to do in it?"""
        return self.state in ENDED


@dataclass(frozen=True)
class Said:
    """Something public that was said: by staff, or by the library."""

    at: datetime
    by_staff: bool


@dataclass(frozen=True)
class Story:
    """What happened to one ticket, as far as its clocks count by it; in order, and never empty of stretches."""

    opened_at: datetime
    stretches: Sequence[Stretch]
    said: Sequence[Said] = ()
    first_answer_at: datetime | None = None

    @property
    def ended_at(self) -> datetime | None:
        """Since when there is nothing left to do."""
        found = None
        for one in self.stretches:
            found = (found or one.began_at) if one.ended else None
        return found

    @property
    def withdrawn(self) -> bool:
        """Was it closed without being resolved?"""
        states: list[str] = []
        for one in self.stretches:
            states = [*states, one.state] if one.ended else []
        return bool(states) and State.RESOLVED not in states

    def at(self, moment: datetime) -> Stretch:
        """Return the stretch at a moment; the first for what was before it."""
        found = [one for one in self.stretches if one.began_at <= moment]
        return found[-1] if found else self.stretches[0]


@dataclass(frozen=True)
class Counted:
    """A clock as it stands: its course, by what it counts now, and whether it stands still."""

    kind: str
    place: int
    started_at: datetime
    done_at: datetime | None
    cancelled: bool
    paused: bool
    course: Course
    applied: Applied
    party: str = ""

    @property
    def runs(self) -> bool:
        """Is it still waited for?"""
        return self.done_at is None and not self.cancelled


@dataclass(frozen=True)
class _Round:
    start: datetime
    done: datetime | None = None
    cancelled: datetime | None = None
    party: str = ""


def clocks_of(story: Story, rules: Book, now: datetime) -> list[Counted]:
    """Return all clocks of a ticket as they stand at `now`. Of updates only those of which something was agreed."""
    found = [_count(ClockKind.FIRST_ANSWER, 0, _until_answered(story), story, rules, now)]
    found.append(_count(ClockKind.RESOLUTION, 0, _until_resolved(story), story, rules, now))
    updates = [
        _count(ClockKind.UPDATE, place, one, story, rules, now) for place, one in enumerate(_updates(story, rules))
    ]
    found += [one for one in updates if one.applied.target is not None or one.course.late]
    for kind in WAITS:
        found += [_count(kind, place, one, story, rules, now) for place, one in enumerate(_waits(story, WAITS[kind]))]
    return found


def first_due(clocks: Sequence[Counted]) -> Counted | None:
    """Return which of the desk's own promises runs out first; None where none runs with a moment."""
    running = [one for one in clocks if one.kind in OWN and one.runs and one.course.due is not None]
    return min(running, key=lambda one: (one.course.due, OWN.index(ClockKind(one.kind))), default=None)


def first_late(clocks: Sequence[Counted]) -> datetime | None:
    """Return when one of the desk's own promises was late first."""
    return min((one.course.late.at for one in clocks if one.kind in OWN and one.course.late), default=None)


def _until_answered(story: Story) -> _Round:
    if story.first_answer_at:
        return _Round(story.opened_at, story.first_answer_at)
    return _Round(story.opened_at, cancelled=story.ended_at)


def _until_resolved(story: Story) -> _Round:
    ended = story.ended_at
    return _Round(story.opened_at, cancelled=ended) if story.withdrawn else _Round(story.opened_at, ended)


def _updates(story: Story, rules: Book) -> list[_Round]:
    """Return each time that the library waited to hear something again, by the way that was agreed when it began."""
    found: list[_Round] = []
    since: datetime | None = None
    answered = False
    for at, what in sorted(_turns(story), key=lambda turn: (turn[0], ORDER.index(turn[1]))):
        between = rules.update_mode(story.at(at).situation, at) == "between"
        if what == LIBRARY:
            since = at if since is None and answered and not between else since
            continue
        if what == REOPENED:
            since = at if since is None and between and answered else since
            continue
        if since is not None and since < at:
            withdrawn = what == ENDS and story.withdrawn and at == story.ended_at
            found.append(_Round(since, cancelled=at) if withdrawn else _Round(since, at))
        answered = answered or what == STAFF
        since = at if what == STAFF and between and not story.at(at).ended else None
    if since is not None and story.ended_at is None:
        found.append(_Round(since))
    return found


STAFF, LIBRARY, REOPENED, ENDS = "staff", "library", "reopened", "ends"
ORDER = (REOPENED, LIBRARY, STAFF, ENDS)  # of what happens at one moment


def _turns(story: Story) -> Iterator[tuple[datetime, str]]:
    for said in story.said:
        if said.at > story.opened_at or said.by_staff:
            yield said.at, STAFF if said.by_staff else LIBRARY
    for before, after in zip(story.stretches, story.stretches[1:], strict=False):
        if before.ended != after.ended:
            yield after.began_at, ENDS if after.ended else REOPENED


def _waits(story: Story, state: str) -> list[_Round]:
    """Return each time that it waited in a state for the same party."""
    found: list[_Round] = []
    before: Stretch | None = None
    for one in story.stretches:
        if one.state == state:
            if found and before and before.state == state and before.party == one.party:
                found[-1] = replace(found[-1], done=one.ended_at)
            else:
                found.append(_Round(one.began_at, one.ended_at, party=one.party))
        before = one
    return found


def _count(kind: str, place: int, one: _Round, story: Story, rules: Book, now: datetime) -> Counted:
    stopped = one.done or one.cancelled
    end = stopped or max(now, one.start)
    applied = applied_in(kind, story, rules, one.start, end)
    terms = [Terms(since, said.target, rules.calendar(said.calendar)) for since, said in applied]
    pauses = pauses_of(kind, story)
    found = course(start=one.start, terms=terms, pauses=pauses, done=stopped, now=end)
    minute = whole(end)
    still = any(whole(p.start) <= minute and (p.end is None or minute < whole(p.end)) for p in pauses)
    return Counted(
        kind=kind,
        place=place,
        started_at=one.start,
        done_at=one.done,
        cancelled=one.cancelled is not None,
        paused=stopped is None and still,
        course=found,
        applied=applied[-1][1],
        party=one.party,
    )


def pauses_of(kind: str, story: Story) -> list[Pause]:
    """Return when a clock stands still: where its intervals say so, and a promise of the desk while nothing is left."""
    return [
        Pause(one.began_at, one.ended_at)
        for one in story.stretches
        if kind in one.pauses or (kind in OWN and one.ended)
    ]


def applied_in(kind: str, story: Story, rules: Book, start: datetime, end: datetime) -> list[tuple[datetime, Applied]]:
    """Return by what a clock counts from `start` on, and from which moment on by something else, until `end`."""
    moments = {start}
    for one in story.stretches:
        begins, ends = max(one.began_at, start), min(one.ended_at or end, end)
        if begins <= ends:
            moments |= {begins, *rules.turns(one.situation, begins, ends)}
    found: list[tuple[datetime, Applied]] = []
    asked: tuple[Situation, date] | None = None
    for moment in sorted(moments):
        situation = story.at(moment).situation
        if asked == (situation, rules.day_of(moment)):
            continue
        asked = situation, rules.day_of(moment)
        said = rules.applied(kind, situation, moment, start=start)
        if not found or (said.target, said.calendar) != (found[-1][1].target, found[-1][1].calendar):
            found.append((moment, said))
        else:
            found[-1] = (found[-1][0], said)
    return found
