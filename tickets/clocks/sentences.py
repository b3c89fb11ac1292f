"""The clocks of one ticket in sentences: what runs out first, why, what moved a moment, and what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.agreements.book import book
from tickets.agreements.durations import in_hours
from tickets.agreements.models import Agreement
from tickets.agreements.terms import LEVEL
from tickets.agreements.which import named, why
from tickets.agreements.words import name_of, standing_still, within
from tickets.calendars.worktime import Calendar, whole
from tickets.clocks.kinds import ClockKind
from tickets.clocks.standing import Piece, Standing
from tickets.clocks.story import Counted, Stretch
from tickets.desk.models import Ticket
from tickets.states import Priority, State, Type

MOST_ROWS = 40


def at(value: datetime, now: datetime) -> str:
    """Return a moment: its time today, else with its day."""
    there, today = timezone.localtime(value), timezone.localdate(now)
    if there.date() == today:
        return f"{there:%H:%M}"
    return f"{_worded(there, 'D j M' if there.year == today.year else 'j M Y')}, {there:%H:%M}"


def short_day(value: datetime) -> str:
    """Return the day of a moment, as short as it can be."""
    return _worded(timezone.localtime(value), "D j M")


def _worded(value: datetime, form: str) -> str:
    text = date_format(value, form)
    return text.lower() if (get_language() or "nl").startswith("nl") else text


def kind_said(clock: Counted) -> str:
    """Return the name of a clock, with whom it waits for."""
    name = capfirst(str(ClockKind(clock.kind).label))
    return f"{name}: {clock.party}" if clock.party else name


def by_when(kind: str, moment: str) -> str:
    """Return what has to be done by when, as the end of a sentence."""
    words = {
        ClockKind.FIRST_ANSWER: _("to answer before %(moment)s"),
        ClockKind.UPDATE: _("to write again before %(moment)s"),
        ClockKind.RESOLUTION: _("to resolve before %(moment)s"),
    }
    return words[ClockKind(kind)] % {"moment": moment}


def headline(standing: Standing) -> str:
    """Return what runs out first."""
    main, now = standing.main, whole(standing.now)
    if main is None or not main.runs:
        return _("Nothing runs out")
    due = main.course.due
    if due is not None:
        return _left(main.kind, due, now, standing.calendar(main))
    if main.paused and main.applied.target:
        return _("Stands still: %(what)s") % {"what": waits_for(standing.story.stretches[-1])}
    return _("Nothing runs out")


def _left(kind: str, due: datetime, now: datetime, calendar: Calendar) -> str:
    end = by_when(kind, at(due, now))
    if due >= now:
        return _("%(time)s of working time left, %(end)s") % {"time": in_hours(calendar.minutes(now, due)), "end": end}
    return _("%(time)s of working time late: %(end)s") % {"time": in_hours(calendar.minutes(due, now)), "end": end}


def due_of(ticket: Ticket) -> str:
    """Return what of a ticket runs out first, of what stands on it; one question where something does, else none."""
    if ticket.due_at is None:
        return ""
    return _left(ticket.due_clock, ticket.due_at, whole(timezone.now()), book().calendar(ticket.due_calendar))


def waits_for(stretch: Stretch) -> str:
    """Return whom a ticket waits for."""
    if stretch.party:
        return _("waits for %(name)s") % {"name": stretch.party}
    return str(State(stretch.state).label)


def caption(clock: Counted, standing: Standing) -> str:
    """Return how a clock stands, in a few words."""
    now, late, due = whole(standing.now), clock.course.late, clock.course.due
    if clock.done_at:
        words = {"time": in_hours(clock.course.ran)}
        if late:
            return _("late, done after %(time)s") % words
        return _("done in time, after %(time)s") % words if clock.applied.target else _("done after %(time)s") % words
    if clock.cancelled:
        return _("not needed any more")
    if due is not None and due < now:
        return _("%(time)s late") % {"time": in_hours(standing.calendar(clock).minutes(due, now))}
    if due is not None:
        return _("before %(moment)s") % {"moment": at(due, now)}
    if clock.paused:
        return _("stands still")
    return _("nothing agreed") if clock.applied.target is None else _("no working time ahead")


def reasons(standing: Standing, contracts: dict[str, str]) -> list[str]:
    """Return which agreement counts for the clock that the page is about and why, and what does not count."""
    main = standing.main
    if main is None:
        return []
    if main.applied.target is None:
        return [_("Nothing was agreed about the %(clock)s.") % {"clock": ClockKind(main.kind).label}]
    situation = standing.story.at(standing.end(main)).situation
    pauses = standing.rules.pauses(situation, standing.now)
    said = _("%(type)s with priority %(priority)s: %(clock)s %(within)s.") % {
        "type": capfirst(str(Type(situation.type).label)),
        "priority": str(Priority(situation.priority).label).lower(),
        "clock": ClockKind(main.kind).label,
        "within": within(main.applied.target),
    }
    return [said, why(main.applied, situation, contracts), *standing_still({main.kind: pauses.get(main.kind, ())})]


@dataclass(frozen=True)
class Considered:
    """An agreement that was looked at: its name, what it says of this clock, and whether it counts."""

    name: str
    says: str
    counts: bool


def considered(standing: Standing, contracts: dict[str, str]) -> list[Considered]:
    """Return the agreements in order of precedence, those that do not count too."""
    main = standing.main
    if main is None:
        return []
    moment = standing.end(main)
    situation = standing.story.at(moment).situation
    found = []
    for promise in standing.rules.promises(main.kind, situation):
        version = promise.at(standing.rules.day_of(moment))
        if version is None:
            continue
        target = version.target(situation.type, situation.priority, main.kind)
        says = within(target) if target else _("says nothing of this")
        counts = main.applied.promise is promise
        if target and not counts and promise.key == LEVEL and main.applied.promise.key == LEVEL:
            says = _("%(says)s; another level is stricter") % {"says": says}
        found.append(Considered(named(promise.key, promise.value, contracts), says, counts))
    return found


def names_of_contracts(library: int) -> dict[str, str]:
    """Return the names of a library's contracts that promise something, by key, in one question."""
    found = Agreement.objects.filter(contract__library=library).select_related("contract__library")
    return {str(one.contract_id): name_of(one) for one in found}


@dataclass(frozen=True)
class Row:
    """A row of the table: from when until when, what it was, and the minutes that count, or of a pause."""

    start: datetime
    end: datetime | None
    what: str
    still: bool
    counts: str


def rows(standing: Standing, clock: Counted) -> list[Row]:
    """Return the time of a clock, row by row; of very many the oldest are taken together."""
    pieces = standing.pieces(clock)
    old, new = pieces[: -MOST_ROWS or None], pieces[-MOST_ROWS:]
    found = []
    if len(pieces) > MOST_ROWS:
        what = _("%(n)d earlier times together") % {"n": len(old)}
        found.append(Row(old[0].start, old[-1].end, what, False, in_hours(sum(one.minutes for one in old))))
    for one in new:
        runs_on = clock.runs and one is pieces[-1]
        found.append(Row(one.start, None if runs_on else one.end, _what(one), one.still, _counts(standing, clock, one)))
    return found


def _what(piece: Piece) -> str:
    words = capfirst(waits_for(piece.stretch))
    return f"{words}, {Priority(piece.stretch.situation.priority).label}"


def _counts(standing: Standing, clock: Counted, piece: Piece) -> str:
    if not piece.still:
        return in_hours(piece.minutes)
    return _("pause of %(time)s") % {"time": in_hours(standing.calendar(clock).minutes(piece.start, piece.end))}


def together(clock: Counted, standing: Standing) -> str:
    """Return how much of what was agreed has passed, for the last line of the table."""
    target, ran = clock.course.target, clock.course.ran
    if target is None:
        return ""
    words = {"target": in_hours(target), "rest": in_hours(abs(target - ran))}
    if not clock.runs:
        return _("of %(target)s") % words
    if ran > target:
        return _("of %(target)s, %(rest)s over") % words
    return _("of %(target)s, %(rest)s left") % words


@dataclass(frozen=True)
class Moved:
    """A moment at which what was due moved: why, what it was and what it became."""

    at: datetime
    why: str
    before: datetime | None
    after: datetime | None


def moved(standing: Standing, clock: Counted) -> list[Moved]:
    """Return how the due moment of a clock moved, oldest first; of very many the newest."""
    found, before = [], None
    for place, shift in enumerate(clock.course.shifts):
        reason = _("Began") if place == 0 else _moved_why(standing, clock, shift.at)
        found.append(Moved(shift.at, reason, before, shift.due))
        before = shift.due or before
    return found[-MOST_ROWS:] if any(one.after for one in found) else []


def _moved_why(standing: Standing, clock: Counted, moment: datetime) -> str:
    """Return what changed at a moment, and by whom."""
    place = next((n for n, one in enumerate(standing.story.stretches) if whole(one.began_at) == moment), 0)
    if place == 0:
        return _("Other agreements began to count")
    old, new = standing.story.stretches[place - 1], standing.story.stretches[place]
    interval = standing.intervals[place]
    who = interval.actor.name if interval.actor else ""
    words = _what_changed(clock, standing, old, new)
    return f"{words} ({who})" if who else words


def _what_changed(clock: Counted, standing: Standing, old: Stretch, new: Stretch) -> str:
    if clock.kind in new.pauses and clock.kind not in old.pauses:
        return _("Stands still: %(what)s") % {"what": waits_for(new)}
    if clock.kind in old.pauses and clock.kind not in new.pauses:
        passed = standing.calendar(clock).minutes(old.began_at, old.ended_at or old.began_at)
        return _("After a pause of %(time)s, %(what)s") % {"time": in_hours(passed), "what": waits_for(old)}
    if old.situation.priority != new.situation.priority:
        return _("Priority %(priority)s") % {"priority": Priority(new.situation.priority).label}
    if old.situation.type != new.situation.type:
        return _("Type %(type)s") % {"type": Type(new.situation.type).label}
    if old.situation.library != new.situation.library:
        return _("Another library")
    if old.situation.levels != new.situation.levels:
        return _("Other locations or service levels")
    return capfirst(str(State(new.state).label))


def coming(standing: Standing) -> Sequence[tuple[datetime, str]]:
    """Return the due moments that come, first the nearest."""
    now = whole(standing.now)
    words = {
        ClockKind.FIRST_ANSWER: _("First answer at the latest"),
        ClockKind.UPDATE: _("Word to the library at the latest"),
        ClockKind.RESOLUTION: _("Resolved at the latest"),
        ClockKind.SUPPLIER: _("The supplier at the latest"),
        ClockKind.PARTNER: _("The colleague POI at the latest"),
    }
    found = [(one.course.due, words[ClockKind(one.kind)]) for one in standing.clocks if one.runs and one.course.due]
    return sorted((due, said) for due, said in found if due >= now)
