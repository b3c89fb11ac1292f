"""Finding tickets by words or number, as far as they may be known of. See docs/decisions/0010."""

from dataclasses import dataclass
from math import prod
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, IntegerField
from django.db.models.expressions import RawSQL

from tenants.access import Standing
from tickets.access import TicketQuerySet
from tickets.desk.models import OPEN_FIRST, Message, Ticket
from tickets.search.breadth import breadth
from tickets.search.places import Sql, has_all, in_all, is_true, relevance, tickets_with
from tickets.search.words import Word, number_of, words_of

FEW = 2000  # as many are shown at most
KEYS = 5000  # of a word in so many tickets at most, the keys are fetched
READ = 20_000  # a walk in the order asked ends here
# What it costs in the database, in microseconds: to read a ticket on a walk, a word; to look up one of all with a word.
WALKED, LOOKED_UP = 7.0, 2.5
BY_DATE = (OPEN_FIRST, F("opened_at").desc(), F("pk").desc())


@dataclass(frozen=True)
class Hits:
    """Tickets that were found: their keys in order, at most 2,000, and whether there are more."""

    keys: list[int]
    more: bool = False

    def of(self, tickets: TicketQuerySet, chosen: slice = slice(None)) -> TicketQuerySet:
        """Return those of `tickets` that were found, in order; or the part `chosen` of them."""
        keys = self.keys[chosen]
        place = RawSQL("array_position(%s::bigint[], tickets_ticket.id)", [keys], output_field=IntegerField())
        return tickets.filter(pk__in=keys).order_by(place)


@dataclass(frozen=True)
class Shown:
    """Rows of what was found, to be cut into pages."""

    hits: Hits
    tickets: TicketQuerySet

    def __getitem__(self, chosen: slice) -> TicketQuerySet:
        return self.hits.of(self.tickets, chosen)


def ticket_by_number(text: str, standing: Standing) -> Ticket | None:
    """Return the ticket whose number `text` is, where this person may know of it."""
    number = number_of(text)
    return Ticket.objects.visible_to(standing).only("number").filter(number=number).first() if number else None


def search(
    tickets: TicketQuerySet,
    text: str,
    standing: Standing,
    order: list[str] | None = None,
    numbered: bool = True,
) -> Hits:
    """Return which of `tickets` have every word of `text`, in the subject or where else it may be read.

    Words are Dutch stems, each also as a prefix, without accents; at most 8. They are looked for in the subject and the
    category, the names of library, locations and reporter, and what this person may read of messages and names of
    files. The ticket whose number `text` is comes first, unless not `numbered`. The others are sorted by `order`, else
    open ones first, then by how well they fit, then newest first. Of more than 2,000 the first 2,000 are returned: by
    `order`, else open and then newest first.
    """
    readable = Message.objects.visible_to(standing).order_by().values("id", "ticket_id", "search")
    number, words = number_of(text) if numbered else None, words_of(text)
    first = list(tickets.filter(number=number).order_by().values_list("pk", flat=True)) if number else []
    try:
        hits = Search(tickets, words, readable.query.sql_with_params(), order).hits() if words else Hits([])
    except EmptyResultSet:
        return Hits([])
    keys = [*first, *(key for key in hits.keys if key not in first)]
    return Hits(keys[:FEW], hits.more or len(keys) > FEW)


class Search:
    """One search: which way is the shortest to the first 2,001 tickets that have all words."""

    def __init__(self, tickets: TicketQuerySet, words: list[Word], readable: Sql, order: list[Any] | None):
        self.tickets, self.readable, self.order = tickets, readable, order
        self.breadth = breadth()
        self.words = sorted(words, key=self.breadth.hits)  # rare ones first; of equals, as they were given

    def hits(self) -> Hits:
        """Return the hits, by the shortest way; each way finds the same."""
        keys = self._by_rarest()
        if keys is None and self._walks():
            keys = self._walk()
        if keys is None:
            keys = self._whole()
        return Hits(keys[:FEW], len(keys) > FEW)

    def _by_rarest(self) -> list[int] | None:
        """Return the hits among the tickets of the rarest word, the other words asked of those alone.

        None where that word is not rare.
        """
        rarest, *others = self.words
        if self.breadth.hits(rarest) > KEYS:
            return None
        sql, given = tickets_with(rarest, self.readable)
        with connection.cursor() as cursor:
            # Nobody is told how many there are: rights are in the query that these keys go into.
            cursor.execute(f"{sql} LIMIT {4 * KEYS + 1}", given)
            rows = [key for (key,) in cursor.fetchall()]
        keys = list(set(rows))
        if len(rows) > 4 * KEYS or len(keys) > KEYS:
            return None
        if not keys:
            return []
        found = self.tickets.filter(is_true(("tickets_ticket.id = ANY(%s)", (keys,))))
        if others:
            found = found.filter(is_true(has_all(others, self.readable)))
        if len(keys) <= FEW and not self.order:
            return list(found.order_by(*self._by_relevance).values_list("pk", flat=True))
        return self._ranked(list(self._sorted(found)[: FEW + 1]))

    def _walks(self) -> bool:
        """Is it shorter to read tickets in the order asked until 2,001 have all words, than to look up all of them?"""
        if self.tickets.query.where:  # narrowed, and so less to walk than the statistics say
            return True
        total, hits = self.breadth.tickets, [self.breadth.hits(word) for word in self.words]
        share = prod(one / total for one in hits) if total else 0
        expected = min(total, FEW / share) if share else total
        looked_up = sum(hits)
        return expected <= READ and expected * len(self.words) * WALKED < looked_up * LOOKED_UP

    def _walk(self) -> list[int] | None:
        """Return the hits in the order asked, reading no further than 20,000 tickets; None where that is not enough."""
        asked = ("id", "search", "library_id", "category_id", "reporter_id")
        rows, given = self._sorted(self.tickets).values_list(*asked)[:READ].query.sql_with_params()
        has, has_given = has_all(self.words, self.readable)
        sql = (
            f"WITH walked ({', '.join(asked)}) AS MATERIALIZED ({rows})"
            f" (SELECT tickets_ticket.id FROM walked AS tickets_ticket WHERE {has} LIMIT {FEW + 1})"
            f" UNION ALL (SELECT -1 FROM walked OFFSET {READ - 1} LIMIT 1) LIMIT {FEW + 1}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, (*given, *has_given))
            keys = [key for (key,) in cursor.fetchall()]
        return None if -1 in keys else self._ranked(keys)

    def _whole(self) -> list[int]:
        """Return the hits by looking up all tickets of each word."""
        found = self._sorted(self.tickets.filter(is_true(in_all(self.words, self.readable))))[: FEW + 1]
        if self.order:
            return list(found)
        return list(Ticket.objects.filter(pk__in=found).order_by(*self._by_relevance).values_list("pk", flat=True))

    def _sorted(self, tickets: TicketQuerySet) -> Any:
        return tickets.order_by(*(self.order or BY_DATE)).values_list("pk", flat=True)

    def _ranked(self, keys: list[int]) -> list[int]:
        """Return `keys` by relevance where no order was asked; what comes after the first 2,000 stays there."""
        if self.order or len(keys) < 2:
            return keys
        shown = Ticket.objects.filter(is_true(("tickets_ticket.id = ANY(%s)", (keys[:FEW],))))
        return [*shown.order_by(*self._by_relevance).values_list("pk", flat=True), *keys[FEW:]]

    @property
    def _by_relevance(self) -> tuple[Any, ...]:
        is_open, *date = BY_DATE
        return is_open, relevance(self.words, self.readable).desc(), *date
