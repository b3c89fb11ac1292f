"""Which snapshots differ from their tickets: by SQL and in chunks, each well under the time-out of a statement."""

from collections.abc import Iterator

from django.db import connection

from agenda.figures.models import TicketSnapshot
from tenants.context import current_organisation
from tickets.clocks.models import Clock
from tickets.clocks.outcomes import OUTCOME, WORKED
from tickets.desk.models import Ticket

CHUNK = 20_000
TICKETS = Ticket._meta.db_table
LOCATIONS = Ticket.locations.through._meta.db_table
CLOCKS = Clock._meta.db_table
SNAPSHOTS = TicketSnapshot._meta.db_table

# Whole clock minutes since it was opened, never less than none; null while there is no such moment.
MINUTES = (
    "CASE WHEN {0} IS NOT NULL THEN greatest(0, floor(extract(epoch FROM {0} - ticket.opened_at) / 60))::integer END"
)

# Facts that stand in both, and those that are made of them; the same as in `sharing.snapshot_of`.
DIFFERING = f"""
SELECT ticket.id
  FROM {TICKETS} ticket
  LEFT JOIN {SNAPSHOTS} shown ON shown.organisation_id = %(organisation)s AND shown.number = ticket.number
  LEFT JOIN {CLOCKS} answer ON answer.ticket_id = ticket.id AND answer.kind = 'first_answer' AND answer.place = 0
  LEFT JOIN {CLOCKS} resolution
         ON resolution.ticket_id = ticket.id AND resolution.kind = 'resolution' AND resolution.place = 0
 WHERE ticket.id > %(after)s AND ticket.id <= %(until)s
   AND (shown.id IS NULL OR
        (shown.type, shown.category_id, shown.priority, shown.state, shown.library_id, shown.platform_id,
         shown.opened_at, shown.first_answer_at, shown.resolved_at, shown.closed_at, shown.reopened, shown.version,
         shown.minutes_to_first_answer, shown.minutes_to_resolution,
         shown.first_answer_outcome, shown.first_answer_worked, shown.resolution_outcome, shown.resolution_worked,
         shown.location_ids)
        IS DISTINCT FROM
        (ticket.type, ticket.category_id, ticket.priority, ticket.state, ticket.library_id, ticket.platform_id,
         ticket.opened_at, ticket.first_answer_at, ticket.resolved_at, ticket.closed_at, ticket.reopened,
         ticket.version,
         {MINUTES.format("ticket.first_answer_at")},
         {MINUTES.format("ticket.resolved_at")},
         {OUTCOME.format("answer")}, {WORKED.format("answer")},
         {OUTCOME.format("resolution")}, {WORKED.format("resolution")},
         coalesce((SELECT array_agg(place.location_id ORDER BY place.location_id)
                     FROM {LOCATIONS} place WHERE place.ticket_id = ticket.id), ARRAY[]::bigint[])))
 ORDER BY ticket.id
"""
WITHOUT_TICKET = f"""
SELECT shown.id
  FROM {SNAPSHOTS} shown
 WHERE shown.organisation_id = %(organisation)s AND shown.id > %(after)s AND shown.id <= %(until)s
   AND NOT EXISTS (SELECT FROM {TICKETS} ticket WHERE ticket.number = shown.number)
 ORDER BY shown.id
"""


def differing(chunk: int = CHUNK) -> tuple[list[int], list[int]]:
    """Compare all tickets of the organisation entered with their snapshots.

    Returns the keys of the tickets whose snapshot differs or is missing, and of the snapshots without ticket.
    """
    return _in_chunks(DIFFERING, TICKETS, chunk), _in_chunks(WITHOUT_TICKET, SNAPSHOTS, chunk)


def _in_chunks(question: str, table: str, chunk: int) -> list[int]:
    organisation = current_organisation().pk
    found: list[int] = []
    with connection.cursor() as cursor:
        for after, until in _ranges(cursor, table, chunk):
            cursor.execute(question, {"organisation": organisation, "after": after, "until": until})
            found += [row[0] for row in cursor.fetchall()]
    return found


def _ranges(cursor, table: str, chunk: int) -> Iterator[tuple[int, int]]:
    """Yield (after, until) over the keys of a table, each with at most `chunk` rows."""
    after = 0
    while True:
        cursor.execute(
            f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s) part", [after, chunk]
        )
        until = cursor.fetchone()[0]
        if until is None:
            return
        yield after, until
        after = until
