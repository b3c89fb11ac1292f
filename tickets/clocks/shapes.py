"""How clocks look in the API."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field

from tenants.access import Standing
from tenants.web.shapes import Out
from tickets.agreements.book import book
from tickets.agreements.terms import Book
from tickets.calendars.worktime import MINUTE
from tickets.clocks.kinds import WAITING
from tickets.clocks.promised import LATE, PAUSED, RUNNING, is_told, promises_of, state_at
from tickets.states import OPEN_STATES

STATES = (RUNNING, LATE, PAUSED)


class RowClockOut(Out):
    """What of a ticket runs out first. `remainingMinutes` is working time, below zero when it is late.

    While it stands still there is no moment; staff then read no kind either: no clock is the first.
    """

    kind: str | None
    state: Annotated[str, Field(json_schema_extra={"enum": list(STATES)})]
    due_at: datetime | None
    remaining_minutes: int | None


def remaining(due: datetime | None, calendar: str, now: datetime, rules: Book) -> int | None:
    """Return the working minutes until a moment, or below zero how many have passed since."""
    if due is None:
        return None
    hours = rules.calendar(calendar)
    return hours.minutes(now, due) if now < due + MINUTE else -hours.minutes(due, now)


def row_clocks(tickets: list[Any], standing: Standing, now: datetime) -> list[dict[str, Any] | None]:
    """Return for each ticket of a list what of it runs out first; to a library what it was promised, and of its own.

    One question, where anything runs at all. Tickets of others than staff come `with_promises`.
    """
    found = [_of_staff(one, now) if standing.is_staff else _of_library(one, standing, now) for one in tickets]
    rules = book() if any(one and one[2] for one in found) else None
    return [one and _row(*one, now, rules) for one in found]


Found = tuple[str | None, str, datetime | None, str]


def _of_staff(ticket: Any, now: datetime) -> Found | None:
    if ticket.state not in OPEN_STATES or not (ticket.due_at or ticket.state in WAITING):
        return None
    return ticket.due_clock or None, state_at(ticket.due_at, now), ticket.due_at, ticket.due_calendar


def _of_library(ticket: Any, standing: Standing, now: datetime) -> Found | None:
    first = next(iter(promises_of(ticket, now)), None) if is_told(ticket, standing) else None
    return first and (first.kind, first.state, first.due, first.calendar)


def _row(
    kind: str | None, state: str, due: datetime | None, calendar: str, now: datetime, rules: Book | None
) -> dict[str, Any]:
    left = remaining(due, calendar, now, rules) if rules else None
    return {"kind": kind, "state": state, "due_at": due, "remaining_minutes": left}
