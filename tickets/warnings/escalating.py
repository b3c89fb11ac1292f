"""What a warning does to a ticket, by the verbs that people use; the history says which warning did it."""

from datetime import datetime

from django.core.exceptions import ValidationError

from tenants.actor import Actor
from tenants.channels import Channel
from tenants.models import Person
from tenants.roles import Permission
from tickets.change import Change, changing
from tickets.desk.models import Ticket
from tickets.events import Kind
from tickets.refusals import TicketClosed
from tickets.warnings.models import Rung

WARNING = Actor.of_system("warning", Permission.TICKETS_ESCALATE, channel=Channel.RULE)


def escalate(*, ticket: Ticket, rung: Rung, at: datetime) -> str:
    """Do to a ticket what a rung asks beside its mail; return what was done, nothing where there was nothing to do.

    What cannot be done any more, to somebody who left, is not done: the warning itself goes out all the same.
    """
    try:
        if rung.does == Rung.Does.RAISE:
            return rung.does if _raise(ticket, rung, at) else ""
        if rung.does in (Rung.Does.GIVE, Rung.Does.RETURN):
            return rung.does if _hand_over(ticket, rung.person, rung, at) else ""
    except (ValidationError, TicketClosed):
        pass
    return ""


def _raise(ticket: Ticket, rung: Rung, at: datetime) -> bool:
    with changing(ticket, Kind.EDITED, by=WARNING, at=at) as change:
        change.raise_priority()
        return _by(change, rung)


def _hand_over(ticket: Ticket, to: Person | None, rung: Rung, at: datetime) -> bool:
    with changing(ticket, Kind.ASSIGNED, by=WARNING, at=at) as change:
        change.set(assignee=to)
        return _by(change, rung)


def _by(change: Change, rung: Rung) -> bool:
    """Let history say which warning it was, where anything changed; return whether it did."""
    if change.changes:
        change.extra["warning"] = rung.pk
    return bool(change.changes)
