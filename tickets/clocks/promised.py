"""What a library reads of the clocks of its own ticket: by when it hears from the desk. Nothing of what happens inside.

Of first answer and update the one that is due first; without these the resolution. A resolution that is late is said
beside it: silence about it would be an excuse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from tenants.access import Standing
from tickets.access import TicketQuerySet
from tickets.calendars.worktime import MINUTE
from tickets.clocks.kinds import OWN, ClockKind
from tickets.clocks.models import Clock
from tickets.desk.models import Ticket

HEARS = (ClockKind.FIRST_ANSWER, ClockKind.UPDATE)
RUNNING, LATE, PAUSED = "running", "late", "paused"


@dataclass(frozen=True)
class Awaited:
    """A promise that a library waits for: until when, by which hours; `due` is None while it stands still."""

    kind: str
    state: str
    due: datetime | None
    calendar: str


def state_at(due: datetime | None, now: datetime) -> str:
    """Return how a clock that runs stands: late a minute after it was due, paused where nobody can say a moment."""
    if due is None:
        return PAUSED
    return LATE if now >= due + MINUTE else RUNNING


def promises(rows: Sequence[Mapping[str, Any]], now: datetime) -> list[Awaited]:
    """Return what a library waits for, of its clocks that run: none, one, or with a late resolution two."""
    hears = _first([one for one in rows if one["kind"] in HEARS])
    resolved = _first([one for one in rows if one["kind"] == ClockKind.RESOLUTION])
    known = [one for one in (hears, resolved) if one and one["due"]]
    if not known:
        return [_awaited(one, now) for one in (hears, resolved) if one][:1]
    first, *then = [_awaited(one, now) for one in known]
    return [first, *(one for one in then if one.state == LATE)]


def _first(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    dated = [one for one in rows if one["due"]]
    return min(dated, key=lambda one: one["due"]) if dated else next(iter(rows), None)


def _awaited(row: Mapping[str, Any], now: datetime) -> Awaited:
    return Awaited(row["kind"], state_at(row["due"], now), row["due"], row["calendar"])


def is_told(ticket: Any, standing: Standing) -> bool:
    """Does this person read what was promised on a ticket: is it of a library of theirs?"""
    return ticket.library_id in standing.library_ids


def promises_on(ticket: Ticket, now: datetime) -> list[Awaited]:
    """Return what the library of a ticket waits for; one question, where it did not come `with_promises`."""
    if hasattr(ticket, "promised"):
        return promises_of(ticket, now)
    return promises(list(_running(ticket.pk).values("kind", "calendar", due=F("due_at"))), now)


def with_promises(tickets: TicketQuerySet) -> TicketQuerySet:
    """Return the tickets with what `promises_of` reads, in the same question."""
    said = JSONObject(kind="kind", due="due_at", calendar="calendar")
    return tickets.annotate(promised=ArraySubquery(_running(OuterRef("pk")).values(said=said)))


def promises_of(ticket: Any, now: datetime) -> list[Awaited]:
    """Return what the library of a ticket that came `with_promises` waits for."""
    return promises([{**one, "due": one["due"] and datetime.fromisoformat(one["due"])} for one in ticket.promised], now)


def _running(ticket: Any) -> QuerySet[Clock]:
    """Return the clocks of a ticket that run, of what the desk promised; none of which nothing was agreed."""
    return Clock.objects.filter(
        ticket=ticket, kind__in=OWN, done_at=None, cancelled=False, version__isnull=False
    ).order_by("kind", "place")
