"""Questions about tickets: search, lists, the timeline of one."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Count, Q

from tenants.access import Standing
from tenants.context import current_organisation
from tickets.models import Attachment, Event, Message, Ticket, TicketQuerySet
from tickets.states import PUBLIC_FIELDS

WORDS = 8
FEW = 2000
# What the library's side may see happen; internal work stays out, its moments too.
PUBLIC_EVENTS = {"created", "answered", "state_changed", "picked_up", "edited"}


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
    found = Ticket.objects.none().values_list("pk", flat=True)
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


def listed(tickets: TicketQuerySet) -> TicketQuerySet:
    """Return the queryset with all that a row of a list shows, in one query."""
    return tickets.select_related("library", "category", "assignee").only(
        *("number", "type", "subject", "state", "priority", "urgency", "impact", "version"),
        *("opened_at", "changed_at", "told_at", "told_version", "first_answer_at", "resolved_at", "closed_at"),
        *("library__slug", "library__name", "category__code", "category__name_nl", "category__name_en"),
        "assignee__name",
    )


@dataclass(frozen=True)
class Counts:
    """How many open tickets there are."""

    mine: int
    unassigned: int
    all: int


def open_counts(standing: Standing) -> Counts:
    """Return the numbers on the tabs of the desk, in one query."""
    counts = (
        Ticket.objects.visible_to(standing)
        .open()
        .aggregate(
            all=Count("pk"),
            mine=Count("pk", filter=Q(assignee=standing.person)),
            unassigned=Count("pk", filter=Q(assignee__isnull=True)),
        )
    )
    return Counts(**counts)


@dataclass(frozen=True)
class Entry:
    """One entry of a timeline: a message, or something that happened."""

    at: datetime
    message: Message | None = None
    event: Event | None = None
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[str, ...] = ()
    state: str = ""


def timeline(ticket: Ticket, standing: Standing) -> list[Entry]:
    """Return messages and events of a ticket as one line, oldest first, as far as they may be read; three queries.

    An event that only says that a message came is left out: the message says so itself.
    """
    messages = list(Message.objects.visible_to(standing).filter(ticket=ticket).select_related("author").defer("search"))
    files: dict[int, list[Attachment]] = {}
    for attachment in Attachment.objects.filter(message__in=[one.pk for one in messages]):
        files.setdefault(attachment.message_id, []).append(attachment)
    entries = [Entry(at=one.created_at, message=one, attachments=tuple(files.get(one.pk, ()))) for one in messages]
    for event in events_visible_to(ticket, standing):
        changes = event.payload.get("changes", {})
        fields = tuple(name for name in changes if name != "state" and (standing.is_staff or name in PUBLIC_FIELDS))
        state = changes.get("state", [None, ""])[1]
        if state or fields or (event.type == "picked_up" and standing.is_staff):
            entries.append(Entry(at=event.created_at, event=event, fields=fields, state=state))
    entries.sort(key=lambda entry: (entry.at, entry.message is None, (entry.message or entry.event).pk))
    return entries


def events_visible_to(ticket: Ticket, standing: Standing) -> list[Event]:
    """Return the events of a ticket that may be read, oldest first, with actor."""
    events = ticket.events.select_related("actor")
    if standing.is_staff:
        return list(events)
    found = events.filter(type__in=PUBLIC_EVENTS)
    return [one for one in found if one.type in {"created", "answered"} or public_changes(one, standing)]


def public_changes(event: Event, standing: Standing) -> dict[str, list[object]]:
    """Return what an event changed, as far as it may be read."""
    changes = event.payload.get("changes", {})
    return {name: value for name, value in changes.items() if standing.is_staff or name in PUBLIC_FIELDS}
