"""How broad a word is, from the statistics that PostgreSQL keeps of the tables: where to begin, never what is found."""

import time
from bisect import bisect_left
from dataclasses import dataclass
from itertools import takewhile

from django.db import connection

from tenants.context import current_organisation
from tickets.search.words import Word

KEPT = 300.0  # seconds that a process keeps the statistics of an organisation
_kept: dict[str, tuple[float, "Breadth"]] = {}


@dataclass(frozen=True)
class Breadth:
    """How many tickets there are, and in about how many the common words and names stand."""

    tickets: float
    words: list[tuple[str, float]]  # sorted
    names: dict[tuple[str, int], float]  # by column and key

    def hits(self, word: Word) -> float:
        """Return in about how many tickets `word` stands; 0 for a word that is not common."""
        stem = word.query.strip("':*")
        rest = self.words[bisect_left(self.words, (stem, 0.0)) :]
        found = sum(hits for _lexeme, hits in takewhile(lambda one: one[0].startswith(stem), rest))
        for column, keys in word.named.items():
            found += sum(self.names.get((column, key), 0.0) for key in keys)
        return min(found, self.tickets)


def breadth() -> Breadth:
    """Return how broad words are in the organisation entered, as it was at most five minutes ago."""
    schema = current_organisation().schema_name
    until, found = _kept.get(schema, (0.0, None))
    if found is None or time.monotonic() > until:
        found = _read()
        _kept[schema] = (time.monotonic() + KEPT, found)
    return found


def forget() -> None:
    """Keep nothing."""
    _kept.clear()


def _read() -> Breadth:
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS)
        rows = cursor.fetchall()
    words: dict[str, float] = {}
    names: dict[tuple[str, int], float] = {}
    for column, value, hits in rows:
        if column == "search":
            words[value] = words.get(value, 0.0) + hits
        elif column != "":
            names[column, int(value)] = hits
    return Breadth(next(hits for column, _value, hits in rows if column == ""), sorted(words.items()), names)


STATISTICS = """
WITH known AS MATERIALIZED (
    SELECT attname, reltuples, most_common_elems, most_common_elem_freqs, most_common_vals, most_common_freqs
    FROM pg_stats JOIN pg_class ON pg_class.oid = to_regclass(tablename)
    WHERE schemaname = current_schema() AND reltuples > 0
    AND tablename IN ('tickets_ticket', 'tickets_message', 'tickets_ticket_locations')
    AND attname IN ('search', 'library_id', 'category_id', 'reporter_id', 'location_id')
)
SELECT attname, value, reltuples * share
FROM known, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common(value, share)
WHERE attname = 'search' AND value IS NOT NULL
UNION ALL SELECT attname, value, reltuples * share
FROM known, unnest(most_common_vals::text::text[], most_common_freqs) AS common(value, share)
WHERE attname <> 'search'
UNION ALL SELECT '', '', greatest(reltuples, 0) FROM pg_class WHERE oid = 'tickets_ticket'::regclass
"""
