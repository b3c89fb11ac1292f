"""Keeping the snapshots right: rebuilding them, and the nightly check that says when they are not."""

import logging

from agenda.figures.models import TicketSnapshot
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tickets.clocks.models import Clock
from tickets.desk.models import Ticket
from tickets.sharing import PROMISES, snapshot_of, write
from tickets.snapshots.queries import differing

log = logging.getLogger("samenbeheer.snapshots")
BATCH = 500


def rebuild() -> tuple[int, int]:
    """Make the snapshots of the organisation entered right; return how many were written and how many removed."""
    wrong, extra = differing()
    through = Ticket.locations.through
    for start in range(0, len(wrong), BATCH):
        keys = wrong[start : start + BATCH]
        locations: dict[int, list[int]] = {}
        for ticket_id, location_id in through.objects.filter(ticket__in=keys).values_list("ticket_id", "location_id"):
            locations.setdefault(ticket_id, []).append(location_id)
        tickets = Ticket.objects.filter(pk__in=keys).defer("search")
        clocks: dict[int, list[Clock]] = {}
        for clock in Clock.objects.filter(ticket__in=keys, kind__in=PROMISES):
            clocks.setdefault(clock.ticket_id, []).append(clock)
        write([snapshot_of(one, locations.get(one.pk, []), clocks.get(one.pk, ())) for one in tickets])
    TicketSnapshot.objects.filter(pk__in=extra).delete()
    return len(wrong), len(extra)


def check_drift() -> int:
    """Return how many snapshots differ from their tickets; any is reported in the log and the audit trail."""
    organisation = current_organisation()
    wrong, extra = differing()
    count = len(wrong) + len(extra)
    if not count:
        log.info("snapshots of %s are right", organisation.slug)
        return 0
    log.error("snapshots of %s drifted: %s differ, %s without ticket", organisation.slug, len(wrong), len(extra))
    numbers = list(Ticket.objects.filter(pk__in=wrong[:20]).order_by("pk").values_list("number", flat=True))
    record(
        action="snapshots.drift",
        by=Actor.of_system("snapshots"),
        organisation=organisation,
        result="wrong",
        differing=len(wrong),
        extra=len(extra),
        numbers=numbers,
    )
    return count
