"""How clocks follow a ticket: in the transaction of each verb that they count by, as the rules are at that moment."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.actor import Actor
from tenants.models import Location
from tenants.together import Adding, key_of
from tickets.agreements.book import book
from tickets.agreements.terms import Book, Situation
from tickets.clocks.kinds import ClockKind
from tickets.clocks.models import Clock, Interval
from tickets.clocks.past import intervals_from_history
from tickets.clocks.story import Counted, Said, Story, Stretch, clocks_of, first_due, first_late
from tickets.desk.models import Message, Ticket
from tickets.rules.stamp import stamp_now
from tickets.states import Speaker, State, Visibility

# Changes that clocks count by, beside what is said to the library.
COUNTS = frozenset({"state", "supplier", "partner", "type", "priority", "library", "locations"})
SPEAKERS = (Speaker.STAFF, Speaker.LIBRARY)
LOCATIONS, THROUGH = Location._meta.db_table, Ticket.locations.through._meta.db_table
KEPT = ("ticket_id", "state", "party", "pauses", "type", "priority", "library_id", "platform_id")
ONCE = ["ticket", "kind", "place"]
REWRITTEN = [
    *("party", "version", "calendar", "started_at", "done_at", "cancelled", "paused", "due_at"),
    *("late_at", "late_due", "ran", "target"),
]


def begin(ticket: Ticket, *, location_ids: Iterable[int], by: Actor, at: datetime) -> list[Adding]:
    """Return the rows of the first interval and the clocks of a new ticket, to be written after it and its event.

    The moments by which lists sort are set on `ticket`.
    """
    rules, levels = _rules_and_levels(ticket, list(location_ids))
    interval = _interval(ticket, levels, rules, by, at)
    story = Story(ticket.opened_at, [_stretch(interval)])
    clocks = clocks_of(story, rules, at)
    summarise(ticket, clocks, rules)
    return [Adding("interval", interval), *(Adding(f"clock_{n}", one) for n, one in enumerate(ticket.counted))]


def follow(
    ticket: Ticket,
    changes: Iterable[str],
    message: Message | None,
    locations: Sequence[Location] | None,
    *,
    by: Actor,
    at: datetime,
) -> list[Adding]:
    """Reckon the clocks of a locked ticket again, and return the interval that begins, to be written with the event.

    Nothing happens where nothing changed that they count by: an internal note, another assignee. `locations` are
    those that the ticket has from now on, None where they stay as they were.
    """
    told = message is not None and message.visibility == Visibility.PUBLIC and message.speaker != Speaker.SYSTEM
    if not told and not COUNTS & set(changes):
        return []
    rules, levels = _rules_and_levels(ticket, None if locations is None else [one.pk for one in locations])
    found = list(ticket.intervals.order_by("place")) or intervals_from_history(ticket, levels, before=changes)
    rows = turn(ticket, found, _interval(ticket, levels, rules, by, at), at)
    write_clocks(ticket, found, rules, at)
    return [Adding("interval", one) for one in rows]


def turn(ticket: Ticket, found: list[Interval], now: Interval, at: datetime) -> list[Interval]:
    """Let another interval begin where the ticket stands otherwise than in the last of `found`; return it, unsaved."""
    last = found[-1]
    if _same(last, now):
        return []
    last.ended_at = max(at, last.began_at)
    last.save(update_fields=["ended_at"])
    now.place, now.began_at = last.place + 1, last.ended_at
    now.event_id = key_of("event")  # type: ignore[assignment]
    found.append(now)
    return [now]


def write_clocks(ticket: Ticket, intervals: Sequence[Interval], rules: Book, at: datetime) -> None:
    """Write the clocks of a ticket as they stand at `at`, and set the moments by which lists sort."""
    keep(reckon(ticket, intervals, said_on([ticket.pk]).get(ticket.pk, []), rules, at))


def reckon(
    ticket: Ticket, intervals: Sequence[Interval], said: Sequence[Said], rules: Book, at: datetime
) -> list[Clock]:
    """Return the clocks of a ticket as they stand at `at`, unsaved, and set the moments by which lists sort."""
    clocks = clocks_of(story_of(ticket, intervals, said), rules, at)
    summarise(ticket, clocks, rules)
    return ticket.counted


def keep(clocks: list[Clock]) -> None:
    """Write clocks over those that are there."""
    Clock.objects.bulk_create(clocks, update_conflicts=True, unique_fields=ONCE, update_fields=REWRITTEN)


def said_on(tickets: Iterable[int]) -> dict[int, list[Said]]:
    """Return what was said on each of some tickets (by key) between staff and the library, in one question."""
    found: dict[int, list[Said]] = {}
    public = Message.objects.filter(ticket__in=tickets, visibility=Visibility.PUBLIC, speaker__in=SPEAKERS)
    rows = public.order_by("created_at", "pk").values_list("ticket_id", "created_at", "speaker")
    for ticket, at, speaker in rows:
        found.setdefault(ticket, []).append(Said(at, speaker == Speaker.STAFF))
    return found


def story_of(ticket: Ticket, intervals: Sequence[Interval], said: Sequence[Said]) -> Story:
    """Return what happened to a ticket, as its clocks count by it."""
    if said and said[0].by_staff and said[0].at <= ticket.opened_at:
        said = said[1:]  # what staff filed for somebody is no answer
    return Story(ticket.opened_at, [_stretch(one) for one in intervals], said, ticket.first_answer_at)


def summarise(ticket: Ticket, clocks: Sequence[Counted], rules: Book) -> None:
    """Set on a ticket which of its clocks runs out first, when one was late, and by which rules that was reckoned.

    And the rows of its clocks, unsaved, for what is published of them.
    """
    ticket.counted = [_row(ticket, one) for one in clocks]
    for name, value in summary_of(clocks, rules).items():
        setattr(ticket, name, value)


def summary_of(clocks: Sequence[Counted], rules: Book) -> dict[str, Any]:
    """Return what stands on a ticket of its clocks, by the names of the columns."""
    first = first_due(clocks)
    return {
        "rules": UUID(rules.stamp),
        "due_at": first.course.due if first else None,
        "due_clock": first.kind if first else "",
        "due_calendar": first.applied.calendar if first else "",
        "late_at": first_late(clocks),
    }


def _rules_and_levels(ticket: Ticket, location_ids: list[int] | None) -> tuple[Book, list[str]]:
    """Return the rules of now and the levels that count, in one question where the rules are known.

    Those of the locations that were named; of a ticket that names none, those of the whole library.
    """
    stamp, levels = stamp_now(_levels_of(ticket, location_ids))
    return book(stamp), sorted(levels or [])


def _levels_of(ticket: Ticket, location_ids: list[int] | None) -> str:
    library = str(int(ticket.library_id))
    if location_ids is None:
        return _levels(str(int(ticket.pk)), library)
    return _levels_at(", ".join(str(int(pk)) for pk in location_ids) or None, library)


def _levels_at(which: str | None, library: str) -> str:
    """Return, as SQL, the levels of the locations `which`, or of all that a library has today."""
    whole = f"library_id = {library} AND (until_on IS NULL OR until_on >= current_date)"
    return f"(SELECT array_agg(DISTINCT level) FROM {LOCATIONS} WHERE {f'id IN ({which})' if which else whole})"


def _levels(ticket: str, library: str) -> str:
    """Return, as SQL, the levels of a ticket; both names or numbers are SQL themselves."""
    named = f"SELECT location_id FROM {THROUGH} WHERE ticket_id = {ticket}"
    return f"coalesce({_levels_at(named, library)}, {_levels_at(None, library)})"


def levels_of(tickets: Sequence[int]) -> dict[int, list[str]]:
    """Return the levels that count for each of some tickets (by key), in one question."""
    levels = _levels("ticket.id", "ticket.library_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ticket.id, {levels} FROM {Ticket._meta.db_table} ticket WHERE ticket.id = ANY(%s)", [list(tickets)]
        )
        return {pk: sorted(levels or []) for pk, levels in cursor.fetchall()}


def turn_levels(found: list[Interval], levels: list[str], at: datetime) -> None:
    """Let another interval begin where a location of the ticket got another level since the last of `found`."""
    last = found[-1]
    if last.levels == levels:
        return
    last.ended_at = max(at, last.began_at)
    last.save(update_fields=["ended_at"])
    kept = {name: getattr(last, name) for name in KEPT}
    found.append(Interval.objects.create(**kept, place=last.place + 1, began_at=last.ended_at, levels=levels))


def _interval(ticket: Ticket, levels: list[str], rules: Book, by: Actor, at: datetime) -> Interval:
    interval = Interval(
        ticket=ticket,
        place=0,
        began_at=at,
        state=ticket.state,
        party=party_of(ticket),
        type=ticket.type,
        priority=ticket.priority,
        library_id=ticket.library_id,
        platform_id=ticket.platform_id,
        levels=levels,
        actor=by.person,
        system_actor="" if by.person else by.system,
    )
    interval.event_id = key_of("event")  # type: ignore[assignment]
    pauses = rules.pauses(situation_of(interval), at)
    interval.pauses = sorted(clock for clock, states in pauses.items() if ticket.state in states)
    return interval


def party_of(ticket: Ticket) -> str:
    """Return whom a ticket waits for, by name."""
    if ticket.state == State.WAITING_SUPPLIER:
        return ticket.supplier
    if ticket.state == State.WAITING_PARTNER and ticket.partner:
        return ticket.partner.name[:120]
    return ""


def situation_of(interval: Interval) -> Situation:
    """Return what decides, in an interval, which agreement applies."""
    return Situation(
        interval.type, interval.priority, interval.library_id, interval.platform_id, tuple(interval.levels)
    )


def _stretch(one: Interval) -> Stretch:
    return Stretch(one.began_at, one.ended_at, one.state, situation_of(one), tuple(one.pauses), one.party)


def _same(before: Interval, after: Interval) -> bool:
    return (before.state, before.party, situation_of(before)) == (after.state, after.party, situation_of(after))


def _row(ticket: Ticket, one: Counted) -> Clock:
    return Clock(ticket=ticket, **values_of(one))


def values_of(one: Counted) -> dict[str, Any]:
    """Return what is written down of a clock, by the names of the columns."""
    late = one.course.late
    return {
        "kind": ClockKind(one.kind),
        "place": one.place,
        "party": one.party,
        "version_id": one.applied.version.pk if one.applied.version else None,
        "calendar": one.applied.calendar,
        "started_at": one.started_at,
        "done_at": one.done_at,
        "cancelled": one.cancelled,
        "paused": one.paused,
        "due_at": one.course.due,
        "late_at": late.at if late else None,
        "late_due": late.due if late else None,
        "ran": None if one.runs else one.course.ran,
        "target": one.course.target,
    }
