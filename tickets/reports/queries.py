"""How promises were kept: per library or per service level, of the clocks that began in a period; one query.

A ticket counts once for each kind of clock, and of several updates it is the worst that says how it went and the
longest that says how long it took. Percentiles are by nearest rank: of n working times in order, the median is the one
at place n / 2 and the 90th percentile the one at place 0.9 n, both rounded up; so each is the time of a ticket.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from tickets.clocks.kinds import OWN
from tickets.clocks.models import Clock, Interval
from tickets.clocks.outcomes import OUTCOME
from tickets.desk.models import Ticket
from tickets.lists.promised import LEVEL, LEVELS, LIBRARY, NO_LEVEL, at_midnight

STRICTEST = " ".join(f"WHEN '{one.value}' = ANY(part.levels) THEN '{one.value}'" for one in LEVELS)
# `percentile_disc` is the nearest rank.
KEPT = f"""
WITH promised AS (
    SELECT clock.ticket_id, clock.kind,
           bool_or(outcome.said = 'late') AS missed, bool_or(outcome.said = 'running') AS runs,
           max(clock.ran) FILTER (WHERE clock.done_at IS NOT NULL) AS worked
      FROM {Clock._meta.db_table} clock, LATERAL (SELECT {OUTCOME.format("clock")} AS said) outcome
     WHERE clock.kind = ANY(%(kinds)s) AND clock.started_at >= %(begin)s AND clock.started_at < %(end)s
       AND outcome.said <> ''
     GROUP BY clock.ticket_id, clock.kind),
grouped AS (
    SELECT promised.*, {{group}} AS key
      FROM promised JOIN {Ticket._meta.db_table} ticket ON ticket.id = promised.ticket_id
      LEFT JOIN {Interval._meta.db_table} part ON part.ticket_id = ticket.id AND part.ended_at IS NULL)
SELECT kind, key, count(*),
       count(*) FILTER (WHERE NOT missed AND NOT runs), count(*) FILTER (WHERE missed),
       count(*) FILTER (WHERE runs AND NOT missed),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY worked), percentile_disc(0.9) WITHIN GROUP (ORDER BY worked)
  FROM grouped GROUP BY GROUPING SETS ((kind, key), (kind))
"""
GROUPS = {LIBRARY: "ticket.library_id::text", LEVEL: f"CASE {STRICTEST} ELSE '{NO_LEVEL}' END"}


@dataclass(frozen=True)
class Kept:
    """How promises of a kind were kept: how many had a time; percentiles in working minutes, of what is done."""

    agreed: int = 0
    reached: int = 0
    missed: int = 0
    running: int = 0
    median: int | None = None
    p90: int | None = None


Report = Mapping[str, Mapping[str | None, Kept]]


def promises_kept(by: str, first_on: date, last_on: date) -> Report:
    """Return, for each kind of clock, how promises were kept by key of library or by level, and (None) of all together.

    Of the organisation entered, of clocks that began from midnight of the first day to the end of the last.
    """
    found: dict[str, dict[str | None, Kept]] = {kind: {None: Kept()} for kind in OWN}
    period = {"begin": at_midnight(first_on), "end": at_midnight(last_on + timedelta(days=1))}
    with connection.cursor() as cursor:
        cursor.execute(KEPT.format(group=GROUPS[by]), {"kinds": [one.value for one in OWN], **period})
        for kind, key, *counts in cursor.fetchall():
            found[kind][key] = Kept(*counts)
    return found
