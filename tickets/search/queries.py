"""Finding tickets by words or number, as far as they may be known of."""

import re

from django.contrib.postgres.search import SearchQuery
from django.db import connection

from tenants.access import Standing
from tenants.context import current_organisation
from tickets.access import TicketQuerySet
from tickets.desk.models import Message, Ticket

WORDS = 8
FEW = 2000


def search(tickets: TicketQuerySet, text: str, standing: Standing) -> TicketQuerySet:
    """Return the tickets in which every word of `text` occurs, in the subject or in a message that may be read.

    Words are Dutch stems, each also as a prefix, without accents; at most 8. A number ("BISC-12", "12") finds its
    ticket directly. Asks the database for the keys first: with a few keys it then counts and sorts by index, while it
    expects so many from a prefix that it would read the whole table. Many hits stay a subquery.
    """
    found = matching(text, standing)
    keys = list(found[: FEW + 1])
    return tickets.filter(pk__in=keys if len(keys) <= FEW else found)


def matching(text: str, standing: Standing) -> TicketQuerySet:
    """Return the keys of the tickets that `text` finds, whether they may be known of or not."""
    found = Ticket.objects.none()
    for place, word in enumerate(_lexemes(text)):
        query = SearchQuery(word, config="simple", search_type="raw")
        subjects = Ticket.objects.filter(search=query).order_by().values_list("pk", flat=True)
        messages = Message.objects.visible_to(standing).filter(search=query).order_by()
        said = subjects.union(messages.values_list("ticket_id", flat=True))
        found = found.intersection(said) if place else said
    numbers = _numbers(text)
    if numbers:
        found = Ticket.objects.filter(number__in=numbers).order_by().values_list("pk", flat=True).union(found)
    return found


def _numbers(text: str) -> list[str]:
    match = re.fullmatch(r"(?:([A-Za-z][A-Za-z0-9]*)-)?(\d{1,9})", text.strip())
    if not match:
        return []
    prefix = (match[1] or current_organisation().prefix).upper()
    return [f"{prefix}-{int(match[2])}"]


def _lexemes(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text)[:WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_tsquery('extensions.nl', word || ':*')::text FROM unnest(%s::text[]) AS word", [words]
        )
        return [row[0] for row in cursor.fetchall() if row[0]]
