"""Where a word may stand of a ticket: each place as tickets that have it there, and as a question to one ticket.

All messages and files are those that the reader may read: `readable` is the query of these, from `visible_to`.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, FloatField
from django.db.models.expressions import RawSQL

from tenants.dated import IN_WORDS
from tickets.search.words import Word

Sql = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Place:
    """A place in SQL: `source` with the `key` of a ticket in each row; `has` says whether a row has the word."""

    source: str
    key: str
    has: str
    given: tuple[Any, ...]

    @property
    def tickets(self) -> Sql:
        """Return the query of all tickets with the word here."""
        return f"SELECT {self.key} FROM {self.source} WHERE {self.has}", self.given

    @property
    def asked(self) -> Sql:
        """Return the question whether `tickets_ticket` has the word here, in SQL that is asked ticket by ticket.

        OFFSET 0 keeps PostgreSQL from looking up all tickets with the word to answer for a few.
        """
        if self.key == "tickets_ticket.id":
            return self.has, self.given
        return (
            f"EXISTS (SELECT FROM {self.source} WHERE {self.key} = tickets_ticket.id AND {self.has} OFFSET 0)",
            self.given,
        )


def places(word: Word, readable: Sql) -> list[Place]:
    """Return the places where `word` may stand; those whose names it is not in are left out."""
    messages, given = readable
    own, own_key = "tickets_ticket", "tickets_ticket.id"
    said = f"({messages}) AS said"
    found = [
        Place(own, own_key, "tickets_ticket.search @@ %s::tsquery", (word.query,)),
        Place(said, "said.ticket_id", "said.search @@ %s::tsquery", (*given, word.query)),
    ]
    if word.in_files:
        files = f"{said} JOIN tickets_attachment AS file ON file.message_id = said.id"
        has = f"{IN_WORDS.format('file.name')} @@ %s::tsquery"
        found.append(Place(files, "said.ticket_id", has, (*given, word.query)))
    for column, keys in word.named.items():
        if keys and column == "location_id":
            found.append(Place("tickets_ticket_locations AS at", "at.ticket_id", "at.location_id = ANY(%s)", (keys,)))
        elif keys:
            found.append(Place(own, own_key, f"tickets_ticket.{column} = ANY(%s)", (keys,)))
    return found


def tickets_with(word: Word, readable: Sql) -> Sql:
    """Return the query of the keys of all tickets with `word`; a ticket that has it twice may come twice."""
    return _joined([place.tickets for place in places(word, readable)], " UNION ALL ")


def has_all(words: list[Word], readable: Sql) -> Sql:
    """Return the question whether a ticket has every one of `words`."""
    asked = [_joined([place.asked for place in places(word, readable)], " OR ") for word in words]
    return _joined([(f"({sql})", given) for sql, given in asked] or [("TRUE", ())], " AND ")


def in_all(words: list[Word], readable: Sql) -> Sql:
    """Return what `has_all` does, by looking up all tickets with each word at once."""
    sql, given = _joined([tickets_with(word, readable) for word in words], ") INTERSECT (")
    return f"tickets_ticket.id IN (({sql}))", given


def is_true(condition: Sql) -> RawSQL:
    """Return a condition in SQL as one for `filter`."""
    return RawSQL(*condition, output_field=BooleanField())


def relevance(words: list[Word], readable: Sql) -> RawSQL:
    """Return how well a ticket fits: its subject counts twice, and of what was said the message that fits best."""
    messages, given = readable
    query = " | ".join(f"({word.query})" for word in words)
    sql = (
        "2 * ts_rank(tickets_ticket.search, %s::tsquery) + coalesce((SELECT max(ts_rank(said.search, %s::tsquery))"
        f" FROM ({messages}) AS said WHERE said.ticket_id = tickets_ticket.id), 0)"
    )
    return RawSQL(sql, (query, query, *given), output_field=FloatField())


def _joined(parts: list[Sql], by: str) -> Sql:
    return by.join(sql for sql, _given in parts), tuple(one for _sql, given in parts for one in given)
