"""Which warnings have come, and that each is given once: per due moment of a clock, under the lock of its ticket.

Who hears of it gets a row in the outbox with it. A clock that stands still, or that is not reckoned by the rules of
now yet, is left until it runs or was reckoned; outside the working hours of its calendar nothing rings.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import OuterRef, QuerySet

from tenants.access import leads_of, staff_of
from tenants.context import current_organisation
from tenants.models import Person
from tenants.outbox import actions as outbox
from tenants.outbox.causes import cause_of
from tickets.agreements.book import book
from tickets.agreements.terms import Book
from tickets.calendars.worktime import whole
from tickets.clocks.models import Clock
from tickets.clocks.words import day_of
from tickets.desk.models import Ticket
from tickets.rules.stamp import stamp_now
from tickets.states import OPEN_STATES
from tickets.warnings.escalating import escalate
from tickets.warnings.models import Rung, WarningGiven
from tickets.warnings.moments import due_until, is_worked, rings_at

log = logging.getLogger("samenbeheer.warnings")
TOPIC = "tickets.warnings"
MOST = 200  # tickets of one run; the next, a minute later, goes on
GIVEN = ("ticket", "kind", "place", "due_at")


@dataclass(frozen=True)
class Come:
    """A rung whose moment is there, or has been."""

    moment: datetime
    rung: Rung


def ring(now: datetime) -> int:
    """Give the warnings whose moment has come, of at most 200 tickets; return how many. Without any: three questions.

    What goes wrong with one ticket is logged and keeps no other from its warnings.
    """
    rungs = list(Rung.objects.in_force())
    found = _tickets(rungs, now) if rungs else []
    return sum(_give_of(pk, now) for pk in found[:MOST])


def running() -> QuerySet[Clock]:
    """Return the clocks that run towards a moment; those that stand still do not."""
    return Clock.objects.filter(done_at=None, cancelled=False, paused=False, due_at__isnull=False)


def _tickets(rungs: list[Rung], now: datetime) -> list[int]:
    """Return the tickets on which a rung has come for a due moment for which it had not."""
    (stamp,) = stamp_now()
    rules = book(stamp)
    has_come = _coming(rules, now)
    given = WarningGiven.objects.filter(**{name: OuterRef(name) for name in GIVEN}).values("rung")
    clocks = running().filter(kind__in={one.clock for one in rungs}, ticket__rules=stamp)
    rows = clocks.annotate(given=ArraySubquery(given)).order_by("ticket")
    found = dict.fromkeys(
        ticket
        for ticket, kind, calendar, due, target, given in rows.values_list(
            "ticket", "kind", "calendar", "due_at", "target", "given"
        )
        if any(one.clock == kind and one.pk not in given and has_come(one, calendar, due, target) for one in rungs)
    )
    return list(found)


def _coming(rules: Book, now: datetime) -> Callable[[Rung, str, datetime, int | None], bool]:
    """Return the question whether a rung has come, for many clocks: what they have in common is reckoned once."""

    @cache
    def last(slug: str, left: int) -> datetime | None:
        return due_until(now, left, rules.calendar(slug))

    @cache
    def day(slug: str) -> int | None:
        calendar = rules.calendar(slug)
        return day_of(calendar, now) if is_worked(now, calendar) else None

    def has_come(rung: Rung, slug: str, due: datetime, target: int | None) -> bool:
        length = day(slug)
        left = None if length is None else rung.when.left(target, length)
        until = None if left is None else last(slug, left)
        return until is not None and due <= until

    return has_come


def _give_of(pk: int, now: datetime) -> int:
    try:
        return give(pk, now)
    except (OperationalError, InterfaceError):
        raise  # the connection itself may be gone
    except Exception as error:
        log.error("no warning could be given: %s", cause_of(error))
        return 0


@transaction.atomic
def give(pk: int, now: datetime) -> int:
    """Give the warnings of one ticket whose moment has come, and return how many: of several on a clock the last."""
    open_one = Ticket.objects.select_for_update(of=("self",)).filter(pk=pk, state__in=OPEN_STATES)
    ticket = open_one.select_related("assignee").defer("search").first()
    (stamp,) = stamp_now()
    if ticket is None or str(ticket.rules) != str(stamp):
        return 0
    rules, rungs = book(stamp), list(Rung.objects.in_force().select_related("person"))
    before = list(WarningGiven.objects.filter(ticket=ticket))
    count = 0
    for clock in running().filter(ticket=ticket).order_by("due_at", "pk"):
        rows = _rows(clock, come(clock, rungs, rules, now), before, now)
        made = WarningGiven.objects.bulk_create(rows)
        rang = [one for one in made if one.outcome == WarningGiven.Outcome.RANG]
        count += len(rang)
        hearers = [(one, _hearers(one.rung, ticket)) for one in rang]
        did = [_do(one, ticket, now) for one in rang]
        for one, people in hearers:
            _announce(one, people)
        if any(did):
            break  # other clocks may have moved by it: they are looked at again a minute later
    return count


def come(clock: Clock, rungs: list[Rung], rules: Book, now: datetime) -> list[Come]:
    """Return the rungs of a clock that have come, in order; none outside its working hours."""
    calendar = rules.calendar(clock.calendar)
    if clock.due_at is None or not is_worked(now, calendar):
        return []
    found = []
    for rung in rungs:
        left = rung.when.left(clock.target, day_of(calendar, now)) if rung.clock == clock.kind else None
        moment = None if left is None else rings_at(clock.due_at, left, calendar)
        if moment is not None and moment <= whole(now):
            found.append(Come(moment, rung))
    return sorted(found, key=lambda one: (one.moment, one.rung.pk))


def _rows(clock: Clock, found: list[Come], before: list[WarningGiven], now: datetime) -> list[WarningGiven]:
    """Return a row, unsaved, for each rung that came and had not for this due moment: it rings, or is passed over."""
    mine = [one for one in before if (one.kind, one.place) == (clock.kind, clock.place)]
    there = {one.rung_id for one in mine if one.due_at == clock.due_at}
    fresh = [one for one in found if one.rung.pk not in there]
    valid = [one for one in fresh if one.moment >= one.rung.since and not _said(one, clock, mine)]
    last = max((one.moment for one in valid), default=None)
    return [_row(clock, one.rung, one in valid and one.moment == last, now) for one in fresh]


def _said(one: Come, clock: Clock, mine: list[WarningGiven]) -> bool:
    """Was this said for an earlier due moment, and lay its moment for the new one behind already as that came?"""
    rang = [row.given_at for row in mine if row.rung_id == one.rung.pk and row.outcome == WarningGiven.Outcome.RANG]
    if not rang:
        return False
    since = clock.ticket.intervals.order_by("-place").values_list("began_at", flat=True).first()
    return one.moment <= max([*rang, since] if since else rang)


def _row(clock: Clock, rung: Rung, rings: bool, now: datetime) -> WarningGiven:
    outcome = WarningGiven.Outcome.RANG if rings else WarningGiven.Outcome.PASSED
    row = WarningGiven(kind=clock.kind, place=clock.place, rung=rung, due_at=clock.due_at, outcome=outcome)
    row.ticket_id, row.given_at = clock.ticket_id, now
    return row


def _hearers(rung: Rung, ticket: Ticket) -> list[Person]:
    """Return whom a rung tells about a ticket as it is now: staff of today alone.

    For the assignee, where nobody who works here has it, the desk lead; for the desk lead, where there is none, all.
    """
    staff = {one.pk: one for one in staff_of(current_organisation())}
    leads = {one.pk: one for one in leads_of(current_organisation())} or staff
    found: dict[int, Person] = {}
    if Rung.Hears.ASSIGNEE in rung.hears:
        found |= {ticket.assignee_id: staff[ticket.assignee_id]} if ticket.assignee_id in staff else leads
    if Rung.Hears.LEAD in rung.hears:
        found |= leads
    if Rung.Hears.COLLEAGUES in rung.hears:
        found |= staff
    return [found[pk] for pk in sorted(found)]


def _do(given: WarningGiven, ticket: Ticket, now: datetime) -> str:
    given.did = escalate(ticket=ticket, rung=given.rung, at=now)
    if given.did:
        given.save(update_fields=["did"])
    return given.did


def _announce(given: WarningGiven, people: list[Person]) -> None:
    for person in people:
        name = f"warning {given.pk} to {person.pk}"
        outbox.put(organisation=current_organisation(), topic=TOPIC, address=name, dedupe_key=name)
