"""Reckoning all open tickets again, when the rules have changed or a new day begins."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tickets.agreements.book import book
from tickets.clocks import following
from tickets.clocks.models import Clock, Interval
from tickets.clocks.past import intervals_from_history
from tickets.desk.models import Ticket
from tickets.rules.models import RulesStamp
from tickets.rules.stamp import rules_changed, stamp_now, wait_for_verbs
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
    while found := _batch(after, at or timezone.now()):
        count, after = count + len(found), found[-1]
    return count


def left_to_reckon() -> int:
    """Return how many open tickets are not reckoned by the rules of now yet."""
    return _stale(RulesStamp.objects.values("stamp")[:1]).count()


def _stale(stamp: Any):
    return Ticket.objects.filter(state__in=OPEN_STATES).filter(~Q(rules=stamp) | Q(rules__isnull=True))


@transaction.atomic
def _batch(after: int, at: datetime) -> list[int]:
    (stamp,) = stamp_now()
    stale = _stale(stamp).filter(pk__gt=after).order_by("pk")
    tickets = list(stale.defer("search").select_for_update(of=("self",))[:BATCH])
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
    return keys


def _take_away(tickets: list[int], clocks: list[Clock]) -> None:
    """Take away clocks that the rules of now do not make: rounds of which nothing is agreed any more."""
    made = {(one.ticket_id, one.kind, one.place) for one in clocks}
    there = Clock.objects.filter(ticket__in=tickets).values_list("pk", "ticket_id", "kind", "place")
    gone = [pk for pk, *key in there if tuple(key) not in made]
    if gone:
        Clock.objects.filter(pk__in=gone).delete()
