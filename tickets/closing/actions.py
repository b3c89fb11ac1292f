"""Closing by time: what was resolved, and nobody contested."""

from datetime import datetime, timedelta

from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.roles import Permission
from tenants.settings.queries import settings_of
from tickets.calendars.queries import calendar_of
from tickets.change import changing
from tickets.desk.models import Ticket
from tickets.events import Kind
from tickets.refusals import TicketClosed
from tickets.states import State

BATCH = 500
TIME = Actor.of_system("auto_close", Permission.TICKETS_CLOSE)


def close_by_time(*, ticket: Ticket, resolved_at: datetime, at: datetime | None = None) -> bool:
    """Close a ticket that nobody contested; return whether it was closed now.

    Does nothing when the ticket was reopened, closed, merged, or resolved anew since `resolved_at`.
    """
    if not Ticket.objects.filter(pk=ticket.pk, state=State.RESOLVED, resolved_at=resolved_at).exists():
        return False
    try:
        with changing(ticket, Kind.STATE_CHANGED, by=TIME, at=at) as change:
            if change.ticket.state != State.RESOLVED or change.ticket.resolved_at != resolved_at:
                return False
            change.go(State.CLOSED)
    except TicketClosed:  # merged in that moment
        return False
    return True


def close_resolved(now: datetime) -> int:
    """Close, at most 500 a run, the tickets resolved at least the set number of working days before `now`.

    The days are those of the organisation's own calendar.
    """
    days, calendar = settings_of(current_organisation()).auto_close_days, calendar_of()
    candidates = Ticket.objects.filter(state=State.RESOLVED, resolved_at__lte=now - timedelta(days=days)).order_by(
        "resolved_at"
    )[:BATCH]
    closed = 0
    for ticket in candidates:
        since = ticket.resolved_at
        if since and calendar.after_days(since, days) <= now:
            closed += close_by_time(ticket=ticket, resolved_at=since, at=now)
    return closed
