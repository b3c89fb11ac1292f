"""The one page that says which facts of a ticket leave the organisation's schema: no text, no person."""

from datetime import datetime

from agenda.figures.models import TicketSnapshot
from tenants.context import current_organisation
from tickets.models import Ticket

_FACTS = [
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


def publish(ticket: Ticket) -> None:
    """Write the snapshot of `ticket` in the caller's transaction; the caller holds the ticket's row lock."""
    location_ids = list(ticket.locations.order_by().values_list("pk", flat=True))
    TicketSnapshot.objects.bulk_create(
        [snapshot_of(ticket, location_ids)],
        update_conflicts=True,
        unique_fields=["organisation", "number"],
        update_fields=_FACTS,
    )


def differing(batch: int = 1000) -> tuple[list[TicketSnapshot], list[int]]:
    """Compare all tickets of the organisation entered with their snapshots.

    Returns the snapshots as they should be where they differ or are missing, and the pks of snapshots without ticket.
    """
    organisation = current_organisation()
    through = Ticket.locations.through
    locations: dict[int, list[int]] = {}
    for ticket_id, location_id in through.objects.values_list("ticket_id", "location_id"):
        locations.setdefault(ticket_id, []).append(location_id)
    present = {one.number: one for one in TicketSnapshot.objects.filter(organisation=organisation)}
    wrong = []
    for ticket in Ticket.objects.order_by("pk").defer("search").iterator(chunk_size=batch):
        right = snapshot_of(ticket, locations.get(ticket.pk, []))
        found = present.pop(right.number, None)
        if found is None or any(_value(found, name) != _value(right, name) for name in _FACTS):
            wrong.append(right)
    return wrong, [one.pk for one in present.values()]


def _value(snapshot: TicketSnapshot, name: str) -> object:
    attributes = {"category": "category_id", "library": "library_id", "platform": "platform_id"}
    return getattr(snapshot, attributes.get(name, name))


def rebuild() -> tuple[int, int]:
    """Make the snapshots of the organisation entered right; return how many were written and how many removed."""
    wrong, extra = differing()
    TicketSnapshot.objects.bulk_create(
        wrong,
        update_conflicts=True,
        unique_fields=["organisation", "number"],
        update_fields=_FACTS,
        batch_size=500,
    )
    TicketSnapshot.objects.filter(pk__in=extra).delete()
    return len(wrong), len(extra)
