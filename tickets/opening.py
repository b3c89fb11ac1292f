"""How a ticket begins: its number, its first values, and the change that makes it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.categories.models import Category
from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.files import actions as files
from tenants.models import Library, Location, Person
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.together import Adding, key_of
from tickets.change import Change
from tickets.clocks import following
from tickets.desk.models import Counter, Message, Ticket
from tickets.events import Kind
from tickets.states import Impact, State, Visibility, priority_of
from tickets.valid import errors_in

# The next number, such as BISC-123. Its row stays locked until the end of the transaction: so it is taken in the one
# statement that writes a ticket, and nothing but the commit comes after that.
COUNTED = (
    f"counted AS (INSERT INTO {Counter._meta.db_table} (id, last) VALUES (1, 1)"
    f" ON CONFLICT (id) DO UPDATE SET last = {Counter._meta.db_table}.last + 1 RETURNING last)"
)


def impact_of(location_count: int) -> Impact:
    """Return the impact to start from when nobody gave one: by the number of locations that are hit."""
    if location_count >= 4:
        return Impact.HIGH
    return Impact.MEDIUM if location_count >= 2 else Impact.LOW


def open_ticket(
    *,
    type: str,
    subject: str,
    body: str,
    library: Library,
    category: Category | None,
    urgency: str,
    by: Actor,
    impact: str | None = None,
    locations: Iterable[Location] = (),
    reporter: Person | None = None,
    uploads: Iterable[UploadedFile] = (),
    patron_data: bool = False,
    once: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Make a new ticket with `body`, its first message, as one event, and return it.

    `reporter` is who it is for when staff file it on somebody's behalf; the impact is theirs to say, else it follows
    the number of locations. Raises NotAllowed for a library that is not the actor's, and ValidationError, by field,
    when it is no valid ticket or says what only staff say.
    """
    at = at or timezone.now()
    refuse_reporting(by, library)
    assert by.person is not None
    places, uploads = list(locations), list(uploads)
    weight = impact or impact_of(len(places))
    other = reporter if reporter != by.person else None
    values = {"type": type, "subject": subject, "body": body, "library": library, "category": category}
    values |= {"urgency": urgency, "impact": weight, "locations": places}
    errors = errors_in(values, library=library, reporter=other, day=timezone.localdate(at))
    if not by.is_staff:
        theirs = [name for name, value in (("impact", impact), ("reporter", other)) if value]
        errors |= dict.fromkeys(theirs, _("Only staff choose this."))
    if errors:
        raise ValidationError(errors)
    ticket = Ticket(
        type=type,
        subject=subject,
        state=State.NEW,
        category=category,
        library=library,
        platform_id=library.platform_id,
        urgency=urgency,
        impact=weight,
        priority=priority_of(urgency, weight),
        reporter=other or by.person,
        opened_at=at,
        changed_at=at,
        told_at=at,
    )
    ticket.pk, ticket.number = key_of("ticket"), key_of("counted", "last", before=f"{current_organisation().prefix}-")
    _know_locations(ticket, places)
    change = ticket.began = Change(ticket, Kind.CREATED, by, at)
    change.on_behalf_of = other
    with files.keeping(), transaction.atomic():
        stored = change.put(uploads)
        message = change.draft(body, Visibility.PUBLIC, with_files=bool(uploads), once=once)
        _write(change, message, places)
        change.attach(message, stored, patron_data)
        through = Ticket.locations.through
        through.objects.bulk_create(through(ticket=ticket, location=place) for place in places)
    return ticket


def _write(change: Change, message: Message, places: list[Location]) -> None:
    """Write the ticket, its message, its event, its clocks and what follows that, and give each the key that it got."""
    ticket, change.message, message.pk = change.ticket, message, key_of("message")
    clocks = following.begin(ticket, location_ids=[place.pk for place in places], by=change.by, at=change.at)
    ticket.pk, ticket.number, message.pk = change.record(
        Adding("ticket", ticket, returning=("id", "number")),
        Adding("message", message),
        first=COUNTED,
        asking=("ticket.id", "ticket.number", "message.id"),
        after=clocks,
    )
    assert change.event is not None
    for written in (ticket, message):
        written._state.adding = False
    message.ticket = change.event.ticket = ticket
    change.event.message = message


def _know_locations(ticket: Ticket, places: list[Location]) -> None:
    """Whoever asks this very ticket for its locations need not ask the database."""
    known: Any = ticket.locations.all()
    known._result_cache = places
    known._prefetch_done = True
    ticket.__dict__["_prefetched_objects_cache"] = {"locations": known}  # as prefetch_related does


def refuse_reporting(by: Actor, library: Library) -> None:
    """Raise NotAllowed unless `by` may file tickets here: staff for every library, others for their own."""
    if by.standing is None or by.standing.organisation.pk != current_organisation().pk:
        raise NotAllowed
    if not by.is_staff and (not by.may(Permission.TICKETS_REPORT) or library.pk not in by.standing.library_ids):
        raise NotAllowed
