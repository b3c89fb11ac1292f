"""The intervals of a ticket from before there were any, from its history: what it was then, and when that changed."""

from collections.abc import Iterable
from typing import Any

from tickets.clocks.kinds import PAUSES
from tickets.clocks.models import Interval
from tickets.desk.models import Event, Ticket

FIELDS = ("state", "type", "priority")


def intervals_from_history(ticket: Ticket, levels: list[str], *, before: Iterable[str] = ()) -> list[Interval]:
    """Write and return the intervals of a ticket that has none: by its events, oldest first.

    Library and levels are taken as they are now, pauses as they are where nobody said otherwise: nothing older is
    known. `before` names what the ticket in hand has changed and history does not know yet.
    """
    events = list(ticket.events.select_related("actor").order_by("created_at", "pk"))
    now = Ticket.objects.only(*FIELDS).get(pk=ticket.pk) if set(before) & set(FIELDS) else ticket
    values = {name: getattr(now, name) for name in FIELDS}
    rows: list[Interval] = []
    ended = None
    for event in reversed(events):
        changes = event.payload.get("changes", {})
        mine = {name: changes[name][0] for name in FIELDS if name in changes}
        if not mine and event is not events[0]:
            continue
        rows.append(_interval(ticket, values, event, ended))
        ended = event.created_at
        values = values | mine
    if not rows:
        rows.append(_interval(ticket, values, None, None))
    rows.reverse()
    rows[0].began_at = ticket.opened_at
    for place, row in enumerate(rows):
        row.place, row.levels = place, levels
    Interval.objects.bulk_create(rows)
    return rows


def _interval(ticket: Ticket, values: dict[str, Any], event: Event | None, ended: Any) -> Interval:
    state = values["state"]
    return Interval(
        ticket=ticket,
        began_at=event.created_at if event else ticket.opened_at,
        ended_at=ended,
        state=state,
        pauses=sorted(clock for clock, states in PAUSES.items() if state in states),
        type=values["type"],
        priority=values["priority"],
        library_id=ticket.library_id,
        platform_id=ticket.platform_id,
        event=event,
        actor=event.actor if event else None,
        system_actor=event.system_actor if event else "",
    )
