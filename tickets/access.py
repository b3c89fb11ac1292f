"""What may be known of a ticket and done to it, by whom: the one page for pages, API, search, mail and exports alike.

Staff of the organisation know all. A library's people know the tickets that their role there shows, and of those what
is told: public messages, public fields, and no trace of work inside: no moment, version, order or filter of it.
A colleague elsewhere with a grant knows the same of that one ticket, and what is said among the POIs.
"""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone

from tenants.access import Standing, desks_elsewhere
from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.roles import Permission
from tickets.events import Kind
from tickets.states import FACT_NAMES, OPEN_STATES, OUR_TURN, READER, REPORTER, STAFF, TIME, Visibility

if TYPE_CHECKING:
    from tickets.desk.models import Event, Ticket

# Fields of which a library may know that they changed, and to what; the rest is the desk's own.
PUBLIC_FIELDS = frozenset(
    {"state", "subject", "type", "category", "library", "locations", "reporter", "urgency", *FACT_NAMES}
)
# Kinds of events that a library may know of, as far as something public changed or was said.
PUBLIC_KINDS = (Kind.CREATED, Kind.ANSWERED, Kind.STATE_CHANGED, Kind.PICKED_UP, Kind.EDITED)
# What a library reads of a ticket; impact, priority and assignee are the desk's own.
TOLD = frozenset(
    {
        *("pk", "number", "type", "subject", "state", "urgency", "category", "library", "platform", "locations"),
        *("category_id", "library_id", "reporter", "reporter_id", "is_open", "is_sorted", "told_at", "told_version"),
        "is_withdrawn",
        *("opened_at", "first_answer_at", "resolved_at", "closed_at"),
        *FACT_NAMES,
        *("get_state_display", "get_type_display", "get_urgency_display"),
    }
)

# What a library's people may do to a ticket they may see; the rest is for staff.
OPEN_TO_LIBRARIES = {Kind.ANSWERED, Kind.STATE_CHANGED}
# What a colleague elsewhere may do on a ticket that was opened to them: speak among the POIs.
OPEN_TO_GUESTS = {Kind.NOTED}
# What a system actor may do, and the permission it must have been given for it.
OPEN_TO_SYSTEM = {
    Kind.STATE_CHANGED: Permission.TICKETS_CLOSE,
    Kind.EDITED: Permission.TICKETS_ESCALATE,
    Kind.ASSIGNED: Permission.TICKETS_ESCALATE,
}
# What may still happen to a closed ticket; a merged one refuses all.
OPEN_WHEN_CLOSED = {Kind.NOTED, Kind.STATE_CHANGED, Kind.GRANTED, Kind.GRANT_ENDED}


class Told:
    """A ticket as a library knows it: its version and last change are the last that were told."""

    impact = priority = assignee = assignee_id = None

    def __init__(self, ticket: "Ticket"):
        self._ticket = ticket
        self.changed_at, self.version = ticket.told_at, ticket.told_version

    def __getattr__(self, name: str) -> Any:
        if name not in TOLD:
            raise AttributeError(name)
        return getattr(self._ticket, name)


def as_told_to(ticket: "Ticket", standing: Standing) -> "Ticket | Told":
    """Return `ticket` as this reader may know it: staff the ticket itself, everybody else what was told."""
    return ticket if standing.is_staff else Told(ticket)


def _holds_today() -> Q:
    return Q(until_on__isnull=True) | Q(until_on__gte=timezone.localdate())


class TicketQuerySet(models.QuerySet):
    """Tickets of the organisation entered."""

    def visible_to(self, standing: Standing) -> Self:
        """Return what a person may know of: staff all, a library's people by their role there, guests by grants."""
        if standing.organisation.schema_name != current_organisation().schema_name:
            return self.none()
        if standing.is_staff:
            return self
        if standing.person is None or not standing:
            return self.none()
        libraries = standing.libraries
        whole = [at.library_id for at in libraries if at.sees_all]
        locations = [pk for at in libraries for pk in at.location_ids]
        sees = Q(reporter=standing.person, library__in=[at.library_id for at in libraries]) | Q(library__in=whole)
        if locations:
            here = self._table("locations").objects.filter(location__in=locations).values("ticket_id")
            sees |= Q(pk__in=here, library__in=[at.library_id for at in libraries])
        if not standing.may(Permission.TICKETS_GUEST):
            return self.filter(sees)
        granted = self._table("ticketgrant").objects.filter(user=standing.person, permission__codename="view_ticket")
        granted = granted.filter(_holds_today())
        return self.filter(sees | Q(pk__in=granted.values("content_object_id")))

    def with_shared(self) -> Self:
        """Return the tickets with `shared_with`: names of the organisations whose colleagues see it today."""
        grants = self._table("ticketgrant").objects.filter(content_object=OuterRef("pk"))
        grants = grants.filter(_holds_today())
        return self.annotate(shared_with=ArraySubquery(desks_elsewhere(grants, current_organisation())))

    def _table(self, name: str) -> Any:
        """Return the model beside Ticket by which `name` relates: this page lies below the models."""
        found: Any = self.model._meta.get_field(name)
        return found.remote_field.through if found.many_to_many else found.related_model

    def open(self) -> Self:
        """Return the tickets that still ask for work."""
        return self.filter(state__in=OPEN_STATES)

    def unassigned(self) -> Self:
        """Return the tickets nobody has picked up."""
        return self.filter(assignee__isnull=True)

    def to_pick_up(self) -> Self:
        """Return the tickets of nobody on which it is our turn: what waits for another is none."""
        return self.filter(assignee__isnull=True, state__in=OUR_TURN)

    def assigned_to(self, person) -> Self:
        """Return the tickets of one member of staff."""
        return self.filter(assignee=person)


class MessageQuerySet(models.QuerySet):
    """Messages of tickets that were fetched through `visible_to`."""

    def visible_to(self, standing: Standing) -> Self:
        """Return what may be read: staff all, a library what is public, a colleague elsewhere what POIs share too.

        Whoever is both is that library on its own tickets, and colleague elsewhere on those that were opened to them.
        """
        if standing.is_staff:
            return self
        readable = Q(visibility=Visibility.PUBLIC)
        if standing.may(Permission.TICKETS_GUEST):
            readable |= Q(visibility=Visibility.PARTNERS) & ~Q(ticket__library__in=standing.library_ids)
        return self.filter(readable)


def role_on(actor: Actor, ticket: "Ticket") -> str:
    """Return which column of the table of transitions holds: staff, reporter, reader, time, or nothing.

    The key user of the library may do what the reporter may: people leave, tickets stay. Whoever else of that library
    was let in is a reader; asking whether they may see the ticket is the caller's.
    """
    if actor.system:
        return TIME
    standing = actor.standing
    if actor.person is None or standing is None:
        return ""
    if standing.is_staff:
        return STAFF
    if ticket.library_id not in standing.library_ids:
        return ""
    if ticket.reporter_id == actor.person.pk or ticket.library_id in standing.key_user_library_ids:
        return REPORTER
    return READER


def public_changes(event: "Event", standing: Standing) -> dict[str, list[Any]]:
    """Return what an event changed, as far as it may be read."""
    changes = event.payload.get("changes", {})
    return {name: value for name, value in changes.items() if standing.is_staff or name in PUBLIC_FIELDS}


def events_visible_to(ticket: "Ticket", standing: Standing, *, changes: bool = False) -> "list[Event]":
    """Return the events of a ticket that may be read, oldest first, with actor; with `changes` those alone.

    An event without changes only says that a message came.
    """
    events = ticket.events.select_related("actor")
    if changes:
        events = events.filter(Q(message__isnull=True) | ~Q(payload={}))
    if standing.is_staff:
        return list(events)
    found = events.filter(kind__in=PUBLIC_KINDS, told_version__isnull=False)
    return [one for one in found if one.kind in {Kind.CREATED, Kind.ANSWERED} or public_changes(one, standing)]
