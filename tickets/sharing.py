"""The one page that says which facts of a ticket leave the organisation's schema: no text, no person."""

from datetime import datetime

from agenda.figures.models import TicketSnapshot
from tenants.context import current_organisation
from tenants.together import Adding
from tickets.desk.models import Event, Ticket

ONCE = ["organisation", "number"]
FACTS = [
    "type",
    "category",
    "priority",
    "state",
    "library",
    "location_ids",
    "platform",
    "opened_at",
    "first_answer_at",
    "resolved_at",
    "closed_at",
    "reopened",
    "minutes_to_first_answer",
    "minutes_to_resolution",
    "sla_outcome",
    "version",
]


def clock_minutes(since: datetime, until: datetime | None) -> int | None:
    """Return whole clock minutes from `since` to `until`, rounded down, or None when `until` is not there yet."""
    if until is None:
        return None
    return max(
        0, int((until.timestamp() - since.timestamp()) // 60)
    )  # two moments of one zone would subtract wall time


def snapshot_of(ticket: Ticket, location_ids: list[int]) -> TicketSnapshot:
    """Return, unsaved, what the cooperation may know of `ticket`."""
    return TicketSnapshot(
        organisation=current_organisation(),
        number=ticket.number,
        type=ticket.type,
        category_id=ticket.category_id,
        priority=ticket.priority,
        state=ticket.state,
        library_id=ticket.library_id,
        location_ids=sorted(location_ids),
        platform_id=ticket.platform_id,
        opened_at=ticket.opened_at,
        first_answer_at=ticket.first_answer_at,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        reopened=ticket.reopened,
        minutes_to_first_answer=clock_minutes(ticket.opened_at, ticket.first_answer_at),
        minutes_to_resolution=clock_minutes(ticket.opened_at, ticket.resolved_at),
        version=ticket.version,
    )


def publish(event: Event) -> list[Adding]:
    """Return the snapshot of the event's ticket, to be written with the event; the row of the ticket is locked."""
    ticket = event.ticket
    return [Adding("snapshot", snapshot_of(ticket, [place.pk for place in ticket.locations.all()]), over=(ONCE, FACTS))]


def write(snapshots: list[TicketSnapshot]) -> None:
    """Write snapshots over those that are there."""
    TicketSnapshot.objects.bulk_create(
        snapshots,
        update_conflicts=True,
        unique_fields=ONCE,
        update_fields=FACTS,
        batch_size=500,
    )
