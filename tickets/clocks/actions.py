"""Reckoning tickets again: all that are open when the rules have changed or a day begins, one when it became late."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tickets.access import TicketQuerySet
from tickets.agreements.book import book
from tickets.calendars.worktime import MINUTE
from tickets.clocks import following
from tickets.clocks.models import Clock, Interval
from tickets.clocks.past import intervals_from_history
from tickets.desk.models import Ticket
from tickets.rules.models import RulesStamp
from tickets.rules.stamp import rules_changed, stamp_now, wait_for_verbs
from tickets.sharing import republish
from tickets.states import OPEN_STATES

BATCH = 100
LOOKS_BACK = 3  # days
SET = ["due_at", "due_clock", "due_calendar", "late_at", "rules"]


def begin_day(today: date | None = None) -> None:
    """Let be reckoned again what another day changes: all that is open where rules begin or end, else other levels.

    Looks three days back, for a night on which nobody could.
    """
    today = today or timezone.localdate()
    if any(book().turns_on(today - timedelta(days=back)) for back in range(LOOKS_BACK)):
        rules_changed()
    keys = list(Ticket.objects.filter(state__in=OPEN_STATES).values_list("pk", flat=True))
    last = dict(Interval.objects.filter(ticket__in=keys, ended_at=None).values_list("ticket", "levels"))
    other = [pk for pk, levels in following.levels_of(keys).items() if pk in last and last[pk] != levels]
    Ticket.objects.filter(pk__in=other).update(rules=None)


def reckon_again(at: datetime | None = None) -> int:
    """Reckon each open ticket again that was not by the rules of now, in batches, and return how many that were.

    Whoever is killed half-way loses one batch at most: what was reckoned carries the stamp. A verb that is under way
    goes first; one on a ticket of the batch in hand waits for that batch.
    """
    if not left_to_reckon():
        return 0
    wait_for_verbs()
    count, after = 0, 0
    while found := _reckon_stale(after, at or timezone.now()):
        count, after = count + len(found), found[-1]
    return count


def mark_late(at: datetime | None = None) -> int:
    """Reckon each ticket again of which a clock became late by the passing of time, and return how many those were.

    So is known of a ticket that nobody touches, here and in figures, that its time is over. Safe to repeat: one that is
    known to be late is left alone.
    """
    at = at or timezone.now()
    over = Clock.objects.filter(done_at=None, cancelled=False, late_at=None, due_at__lte=at - MINUTE)
    keys = list(over.order_by("ticket").values_list("ticket", flat=True).distinct())
    for start in range(0, len(keys), BATCH):
        part = Ticket.objects.filter(pk__in=keys[start : start + BATCH])
        _reckon(lambda _stamp, part=part: part, at)
    return len(keys)


def left_to_reckon() -> int:
    """Return how many open tickets are not reckoned by the rules of now yet."""
    return _stale(RulesStamp.objects.values("stamp")[:1]).count()


def _stale(stamp: Any):
    return Ticket.objects.filter(state__in=OPEN_STATES).filter(~Q(rules=stamp) | Q(rules__isnull=True))


def _reckon_stale(after: int, at: datetime) -> list[int]:
    return _reckon(lambda stamp: _stale(stamp).filter(pk__gt=after), at)


@transaction.atomic
def _reckon(wanted: Callable[[Any], TicketQuerySet], at: datetime) -> list[int]:
    """Reckon the first tickets that are wanted by a stamp again, publish what that says, and return their keys."""
    (stamp,) = stamp_now()
    tickets = list(wanted(stamp).order_by("pk").defer("search").select_for_update(of=("self",))[:BATCH])
    keys = [one.pk for one in tickets]
    if not keys:
        return []
    rules, said = book(stamp), following.said_on(keys)
    levels = following.levels_of(keys)
    intervals: dict[int, list[Interval]] = {}
    for interval in Interval.objects.filter(ticket__in=keys).order_by("ticket", "place"):
        intervals.setdefault(interval.ticket_id, []).append(interval)
    clocks: list[Clock] = []
    for ticket in tickets:
        mine = intervals.get(ticket.pk) or intervals_from_history(ticket, levels[ticket.pk])
        following.turn_levels(mine, levels[ticket.pk], at)
        clocks += following.reckon(ticket, mine, said.get(ticket.pk, []), rules, at)
    _take_away(keys, clocks)
    following.keep(clocks)
    Ticket.objects.bulk_update(tickets, SET)
    republish(tickets)
    return keys


def _take_away(tickets: list[int], clocks: list[Clock]) -> None:
    """Take away clocks that the rules of now do not make: rounds of which nothing is agreed any more."""
    made = {(one.ticket_id, one.kind, one.place) for one in clocks}
    there = Clock.objects.filter(ticket__in=tickets).values_list("pk", "ticket_id", "kind", "place")
    gone = [pk for pk, *key in there if tuple(key) not in made]
    if gone:
        Clock.objects.filter(pk__in=gone).delete()
