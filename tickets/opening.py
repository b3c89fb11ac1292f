"""How a ticket begins: its number, its first values, and the change that makes it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.categories.models import Category
from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.files import actions as files
from tenants.models import Library, Location, Person
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tickets.change import Change
from tickets.desk.models import Counter, Ticket
from tickets.events import Kind
from tickets.states import Impact, State, priority_of
from tickets.valid import errors_in


def next_number() -> str:
    """Return the next ticket number of the organisation entered, such as BISC-123; the counter's row is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Counter._meta.db_table} (id, last) VALUES (1, 1)"
            f" ON CONFLICT (id) DO UPDATE SET last = {Counter._meta.db_table}.last + 1 RETURNING last"
        )
        return f"{current_organisation().prefix}-{cursor.fetchone()[0]}"


def impact_of(location_count: int) -> Impact:
    """Return the impact to start from when nobody gave one: by the number of locations that are hit."""
    if location_count >= 4:
        return Impact.HIGH
    return Impact.MEDIUM if location_count >= 2 else Impact.LOW


@contextmanager
def opening(
    *,
    type: str,
    subject: str,
    body: str,
    library: Library,
    category: Category,
    urgency: str,
    by: Actor,
    impact: str | None = None,
    locations: Iterable[Location] = (),
    reporter: Person | None = None,
    at: datetime | None = None,
) -> Iterator[Change]:
    """Make a new ticket and let the block say `body`, its first message, as one event.

    `reporter` is who it is for when staff file it on somebody's behalf; the impact is theirs to say, else it follows
    the number of locations. Raises NotAllowed for a library that is not the actor's, and ValidationError, by field,
    when it is no valid ticket or says what only staff say.
    """
    at = at or timezone.now()
    refuse_reporting(by, library)
    assert by.person is not None
    for_whom = reporter or by.person
    places = list(locations)
    weight = impact or impact_of(len(places))
    values = {
        "type": type,
        "subject": subject,
        "body": body,
        "library": library,
        "category": category,
        "urgency": urgency,
    }
    values |= {"impact": weight, "locations": places}
    other = for_whom if for_whom != by.person else None
    errors = errors_in(values, library=library, reporter=other, day=timezone.localdate(at))
    if not by.is_staff:
        theirs = [name for name, value in (("impact", impact), ("reporter", other)) if value]
        errors |= dict.fromkeys(theirs, _("Only staff choose this."))
    if errors:
        raise ValidationError(errors)
    with files.keeping(), transaction.atomic():
        ticket = Ticket.objects.create(
            number=next_number(),
            type=type,
            subject=subject,
            state=State.NEW,
            category=category,
            library=library,
            platform_id=library.platform_id,
            urgency=urgency,
            impact=weight,
            priority=priority_of(urgency, weight),
            reporter=for_whom,
            opened_at=at,
            changed_at=at,
            told_at=at,
        )
        _place(ticket, places)
        change = ticket.began = Change(ticket, Kind.CREATED, by, at)
        change.on_behalf_of = other
        yield change
        change.leave()


def _place(ticket: Ticket, places: list[Location]) -> None:
    """Write the locations of a new ticket; whoever asks this one for them need not ask the database."""
    through = Ticket.locations.through
    through.objects.bulk_create(through(ticket=ticket, location=place) for place in places)
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
