"""The clocks of a ticket in the API: to staff all, to a library what its own page says."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field

from tenants.web.shapes import Out
from tickets.agreements.book import book
from tickets.agreements.terms import Promise
from tickets.clocks.kinds import ClockKind
from tickets.clocks.promised import LATE, PAUSED, RUNNING, Awaited, is_told, promises_on, state_at
from tickets.clocks.shapes import remaining
from tickets.clocks.standing import Standing, standing_of
from tickets.clocks.story import Counted
from tickets.desk.models import Ticket
from tickets.desk.queries import ticket_visible_to
from tickets.router import router

DONE, CANCELLED = "done", "cancelled"


class ClockOut(Out):
    """A clock of a ticket; minutes are working time, `remainingMinutes` below zero when it is late.

    A library reads what it was promised and waits for: kind, state, moment and what is left; the rest is null there.
    `lateAt` is when it was late first, `party` whom the ticket waits for, `agreement` by what it counts: contract,
    level, type, all or supplier; null where nothing was agreed.
    """

    kind: Annotated[str, Field(json_schema_extra={"enum": ClockKind.values})]
    state: Annotated[str, Field(json_schema_extra={"enum": [RUNNING, LATE, PAUSED, DONE, CANCELLED]})]
    due_at: datetime | None
    remaining_minutes: int | None
    started_at: datetime | None
    done_at: datetime | None
    late_at: datetime | None
    ran_minutes: int | None
    target_minutes: int | None
    party: str | None
    agreement: str | None


class ClocksOut(Out):
    """The clocks of a ticket; none of one that is from before there were any and has not changed since."""

    clocks: list[ClockOut]


@router.get("/tickets/{number}/clocks", response=ClocksOut)
def list_clocks(request: HttpRequest, number: str):
    """The clocks of one ticket, as they stand now: all of them for staff, for a library what it waits for."""
    ticket = ticket_visible_to(request.standing, number)
    if ticket is None:
        raise Http404
    now = timezone.now()
    if request.standing.is_staff:
        standing = standing_of(ticket, now)
        return {"clocks": [_clock(one, standing) for one in standing.clocks]}
    return {"clocks": _told(ticket, now) if is_told(ticket, request.standing) else []}


def _clock(one: Counted, standing: Standing) -> dict[str, Any]:
    course, due = one.course, one.course.due if one.runs else None
    return {
        "kind": one.kind,
        "state": _state(one, standing.now),
        "due_at": course.due,
        "remaining_minutes": remaining(due, one.applied.calendar, standing.now, standing.rules),
        "started_at": one.started_at,
        "done_at": one.done_at,
        "late_at": course.late.at if course.late else None,
        "ran_minutes": course.ran,
        "target_minutes": course.target,
        "party": one.party or None,
        "agreement": _key(one.applied.promise),
    }


def _state(one: Counted, now: datetime) -> str:
    if not one.runs:
        return CANCELLED if one.cancelled else DONE
    return state_at(one.course.due, now) if one.course.due else PAUSED if one.paused else RUNNING


def _key(promise: Promise | None) -> str | None:
    return promise.key if promise else None


def _told(ticket: Ticket, now: datetime) -> list[dict[str, Any]]:
    found = promises_on(ticket, now)
    rules = book() if any(one.due for one in found) else None
    return [_awaited(one, remaining(one.due, one.calendar, now, rules) if rules else None) for one in found]


def _awaited(one: Awaited, left: int | None) -> dict[str, Any]:
    inside = dict.fromkeys(
        ("started_at", "done_at", "late_at", "ran_minutes", "target_minutes", "party", "agreement"), None
    )
    return {"kind": one.kind, "state": one.state, "due_at": one.due, "remaining_minutes": left, **inside}
