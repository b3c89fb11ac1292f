"""How tickets look in the API: the same for lists and for one, made of what the reader was told."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Field

from agenda.categories.api import CategoryOut
from agenda.categories.models import Category
from tenants.models import Library, Location, Organisation, Person
from tenants.web.shapes import Out
from tickets.access import as_told_to, events_visible_to, public_changes
from tickets.clocks.shapes import RowClockOut, row_clocks
from tickets.desk.models import Attachment, Event, Message, Ticket
from tickets.states import FACT_NAMES


class NamedOut(Out):
    slug: str
    name: str


class PersonOut(Out):
    name: str


class TicketOut(Out):
    """A ticket as a row of a list. Impact, priority and assignee are for staff; a library gets null there.

    Until the desk sorts a ticket its category is a group such as 6, or null.
    """

    number: str
    type: str
    subject: str
    state: str
    urgency: str
    impact: str | None
    priority: str | None
    library: NamedOut
    category: CategoryOut | None
    assignee: PersonOut | None
    opened_at: datetime
    changed_at: datetime
    first_answer_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    version: int


class AttachmentOut(Out):
    key: str
    name: str
    size: int
    content_type: str
    sha256: str
    url: str


class AttachmentsOut(Out):
    items: list[AttachmentOut]


class MessageOut(Out):
    id: str
    author: PersonOut
    speaker: str
    visibility: str
    body: str
    created_at: datetime
    attachments: list[AttachmentOut]


class EventOut(Out):
    kind: str
    actor: str
    channel: str
    changes: dict[str, list[object]]
    version: int
    created_at: datetime


class TicketDetailOut(TicketOut):
    """A ticket with all that the reader may see of it."""

    reporter: PersonOut
    planned_until: date | None
    supplier: str
    supplier_number: str
    partner: str | None
    asked: str
    platform: str
    locations: list[str]
    messages: list[MessageOut]
    events: list[EventOut]


class TicketRowOut(TicketOut):
    """A ticket as a row of a list, with what runs out first; null where nothing does."""

    clock: RowClockOut | None


class TicketsOut(Out):
    count: int
    more: bool = Field(description="There are more than `count`, of which no more is shown.")
    items: list[TicketRowOut]
    next: str | None


def row(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as a row of a list."""
    return TicketOut.from_orm(as_told_to(ticket, request.standing)).dict()


def rows(request: HttpRequest, tickets: list[Ticket]) -> list[dict[str, Any]]:
    """Return tickets as rows of a list; one question for all of their clocks."""
    clocks = row_clocks(tickets, request.standing, timezone.now())
    return [{**row(request, one), "clock": clock} for one, clock in zip(tickets, clocks, strict=True)]


def detail(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Return a ticket with its messages, files and events, as far as the reader may see them."""
    messages = list(Message.objects.visible_to(request.standing).filter(ticket=ticket).select_related("author"))
    attached: dict[int, list[Attachment]] = {}
    for one in Attachment.objects.filter(message__in=[message.pk for message in messages]):
        attached.setdefault(one.message_id, []).append(one)
    return _whole(request, ticket, messages, attached, events_visible_to(ticket, request.standing))


def begun(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Return what `detail` does for whoever has just filed this ticket without files, of what was written then."""
    ticket.platform = ticket.library.platform
    return _whole(request, ticket, [ticket.began.message], {}, [ticket.began.event])


def _whole(
    request: HttpRequest,
    ticket: Ticket,
    messages: list[Message],
    attached: dict[int, list[Attachment]],
    events: list[Event],
) -> dict[str, Any]:
    return {
        **row(request, ticket),
        "reporter": {"name": ticket.reporter.name},
        **{name: getattr(ticket, name) for name in FACT_NAMES if name != "partner"},
        "partner": ticket.partner.slug if ticket.partner else None,
        "platform": ticket.platform.name,
        "locations": [place.slug for place in ticket.locations.all()],
        "messages": [message_out(request, ticket, one, attached.get(one.pk, [])) for one in messages],
        "events": events_out(request, events),
    }


def attachment_out(request: HttpRequest, ticket: Ticket, one: Attachment) -> dict[str, Any]:
    """Return a file with the address of its bytes."""
    path = reverse("organisation_api:get_attachment", args=[ticket.number, one.key])
    names = ("key", "name", "size", "content_type", "sha256")
    return {**{name: getattr(one, name) for name in names}, "url": request.build_absolute_uri(path)}


def message_out(
    request: HttpRequest, ticket: Ticket, message: Message, attachments: Iterable[Attachment]
) -> dict[str, Any]:
    """Return a message with its files; its id is a name at random, so that it tells no count."""
    return {
        "id": message.key,
        "author": {"name": message.name},
        **{name: getattr(message, name) for name in ("speaker", "visibility", "body", "created_at")},
        "attachments": [attachment_out(request, ticket, one) for one in attachments],
    }


def events_out(request: HttpRequest, events: list[Event]) -> list[dict[str, Any]]:
    """Return what happened, with slugs, codes and names instead of keys; a library in its own count of versions."""
    changed = [public_changes(one, request.standing) for one in events]
    names = _names_of(changed)
    staff = request.standing.is_staff
    return [
        {
            "kind": event.kind,
            "actor": event.actor.name if event.actor else event.system_actor,
            "channel": event.channel,
            "changes": {name: [_named(names, name, value) for value in pair] for name, pair in changes.items()},
            "version": event.ticket_version if staff else event.told_version,
            "created_at": event.created_at,
        }
        for event, changes in zip(events, changed, strict=True)
    ]


# Which table names the keys in a change, and by what.
NAMED_BY = {
    "category": (Category, "code"),
    "library": (Library, "slug"),
    "locations": (Location, "slug"),
    "partner": (Organisation, "slug"),
    "assignee": (Person, "name"),
    "reporter": (Person, "name"),
}


def _names_of(changed: list[dict[str, list[Any]]]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for name, (model, attribute) in NAMED_BY.items():
        keys = {key for changes in changed for value in changes.get(name, []) for key in _keys(value)}
        if keys:
            found[name] = dict(model.objects.filter(pk__in=keys).values_list("pk", attribute))
    return found


def _keys(value: Any) -> list[int]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _named(names: dict[str, dict[int, str]], field: str, value: Any) -> Any:
    if field not in names or value is None:
        return value
    if isinstance(value, list):
        return [names[field].get(key, "") for key in value]
    return names[field].get(value, "")
