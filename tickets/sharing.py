"""The one page that says which facts of a ticket leave the organisation's schema: no text, no person, no contract."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from agenda.figures.models import TicketSnapshot
from tenants.context import current_organisation
from tenants.together import Adding
from tickets.clocks.kinds import ClockKind
from tickets.clocks.models import Clock
from tickets.clocks.outcomes import outcome_of, worked
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
    "version",
]
# Promises whose outcome leaves: those that a ticket makes once. See `TicketSnapshot`.
PROMISES = (ClockKind.FIRST_ANSWER, ClockKind.RESOLUTION)
OF_PROMISES = [f"{kind}_{what}" for kind in PROMISES for what in ("outcome", "worked")]
SNAPSHOTS = TicketSnapshot._meta.db_table
REPUBLISH = f"""
UPDATE {SNAPSHOTS} shown SET {", ".join(f"{name} = told.{name}" for name in OF_PROMISES)}
  FROM unnest(%s::varchar[], %s::varchar[], %s::integer[], %s::varchar[], %s::integer[])
       AS told (number, {", ".join(OF_PROMISES)})
 WHERE shown.organisation_id = %s AND shown.number = told.number
   AND ({", ".join(f"shown.{name}" for name in OF_PROMISES)})
       IS DISTINCT FROM ({", ".join(f"told.{name}" for name in OF_PROMISES)})
"""


def clock_minutes(since: datetime, until: datetime | None) -> int | None:
    """Return whole clock minutes from `since` to `until`, rounded down, or None when `until` is not there yet."""
    if until is None:
        return None
    return max(
        0, int((until.timestamp() - since.timestamp()) // 60)
    )  # two moments of one zone would subtract wall time


def snapshot_of(ticket: Ticket, location_ids: list[int], clocks: Iterable[Clock]) -> TicketSnapshot:
    """Return, unsaved, what the cooperation may know of `ticket`; `clocks` are all that it has."""
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
        **promises_of(clocks),
    )


def promises_of(clocks: Iterable[Clock]) -> dict[str, Any]:
    """Return what became of the promises of a ticket, by name of the fact."""
    of: dict[str, Clock] = {one.kind: one for one in clocks if one.kind in PROMISES}
    found: dict[str, Any] = {}
    for kind in PROMISES:
        found[f"{kind}_outcome"] = outcome_of(of.get(kind))
        found[f"{kind}_worked"] = worked(of.get(kind))
    return found


def publish(event: Event) -> list[Adding]:
    """Return the snapshot of the event's ticket, to be written with the event; the row of the ticket is locked.

    What is known of its promises stays where the change did not count for its clocks.
    """
    ticket = event.ticket
    snapshot = snapshot_of(ticket, [place.pk for place in ticket.locations.all()], ticket.counted or ())
    return [Adding("snapshot", snapshot, over=(ONCE, FACTS if ticket.counted is None else [*FACTS, *OF_PROMISES]))]


def republish(tickets: Iterable[Ticket]) -> None:
    """Publish what became of the promises of locked tickets whose clocks were reckoned without an event."""
    rows = [(one.number, *promises_of(one.counted).values()) for one in tickets]
    with connection.cursor() as cursor:
        cursor.execute(REPUBLISH, [*([*column] for column in zip(*rows, strict=True)), current_organisation().pk])


def write(snapshots: list[TicketSnapshot]) -> None:
    """Write snapshots over those that are there."""
    TicketSnapshot.objects.bulk_create(
        snapshots,
        update_conflicts=True,
        unique_fields=ONCE,
        update_fields=[*FACTS, *OF_PROMISES],
        batch_size=500,
    )
