"""The verbs of a ticket. Pages, API, mail, rules and time all call these, and nothing else changes a ticket.

Each verb is one transaction: it locks the ticket, changes it, writes one Event, publishes the snapshot, and leaves what
has to happen outside to the outbox. Moments are in UTC; `at` is now unless a caller sets the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone

from agenda.categories.models import Category
from tenants import files
from tenants.context import current_organisation
from tenants.models import Library, Location, Person
from tenants.outbox import actions as outbox
from tickets.actor import Actor
from tickets.models import Attachment, Counter, Event, Message, Ticket
from tickets.sharing import publish
from tickets.states import (
    CLOSED_STATES,
    PUBLIC_FIELDS,
    REOPEN_DAYS,
    REPORTER,
    Impact,
    State,
    Visibility,
    allowed,
    priority_of,
)

# Fields that `edit` may change.
EDITABLE = ("type", "subject", "category", "library", "locations", "urgency", "impact", "assignee")


class NotAllowed(PermissionError):
    """This actor may not do this."""


class TransitionNotAllowed(ValueError):
    """This actor may not take the ticket from its state to that one."""

    def __init__(self, ticket: Ticket, to: str):
        super().__init__(f"{ticket.state} -> {to}")
        self.ticket = ticket
        self.to = to


@dataclass
class Conflict(Exception):
    """Somebody changed the same fields since the version the actor saw."""

    ticket: Ticket
    fields: list[str]


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


def create(
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
    uploads: Iterable[UploadedFile] = (),
    patron_data: bool = False,
    at: datetime | None = None,
) -> Ticket:
    """File a ticket with its first message, and return it.

    `reporter` is who it is for when staff file it on somebody's behalf. Raises NotAllowed for a library that is not
    the actor's. The reporter is told by mail that it was received.
    """
    at = at or timezone.now()
    places = list(locations)
    assert by.person is not None
    if not by.is_staff and (by.standing is None or library.pk not in by.standing.library_ids):
        raise NotAllowed
    weight = impact or impact_of(len(places))
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
            reporter=reporter if by.is_staff and reporter else by.person,
            opened_at=at,
            changed_at=at,
            told_at=at,
        )
        if places:
            ticket.locations.set(places)
        message = _say(ticket, body, Visibility.PUBLIC, by, at, uploads, patron_data)
        on_behalf = reporter if by.is_staff and reporter and reporter.pk != by.person.pk else None
        _record(ticket, "created", by, at, message=message, on_behalf_of=on_behalf, notify=True)
        publish(ticket)
    return ticket


def answer(
    *,
    ticket: Ticket,
    body: str,
    by: Actor,
    visibility: str = Visibility.PUBLIC,
    then: str | None = None,
    uploads: Iterable[UploadedFile] = (),
    patron_data: bool = False,
    at: datetime | None = None,
) -> Message:
    """Say something on a ticket, and return the message. Never conflicts with what came in meanwhile.

    A public answer of staff counts as first answer and takes a new ticket in hand; an answer from the library while
    the ticket waits for its reporter makes it open. `then` is a state to go to afterwards. Raises NotAllowed when the
    library's side wants to speak internally, and TransitionNotAllowed on a closed ticket (reopen it first).
    """
    at = at or timezone.now()
    if not by.is_staff and visibility != Visibility.PUBLIC:
        raise NotAllowed
    with files.keeping(), transaction.atomic():
        ticket = _locked(ticket)
        if ticket.state in CLOSED_STATES and visibility == Visibility.PUBLIC:
            raise TransitionNotAllowed(ticket, State.OPEN)
        message = _say(ticket, body, visibility, by, at, uploads, patron_data)
        before = ticket.state
        if visibility == Visibility.PUBLIC:
            if by.is_staff:
                ticket.first_answer_at = ticket.first_answer_at or at
                if ticket.state == State.NEW and not then:
                    ticket.state = State.OPEN
            elif ticket.state == State.WAITING_REPORTER:
                ticket.state = State.OPEN
        if then and then != ticket.state:
            _go(ticket, then, by, at)
        changes: dict[str, list[object]] = {"state": [before, ticket.state]} if before != ticket.state else {}
        _save(ticket, at, told=visibility == Visibility.PUBLIC or bool(changes))
        if visibility == Visibility.PUBLIC:
            _record(ticket, "answered", by, at, message=message, changes=changes, notify=True)
        else:  # what the library may not read is one event, what it must know another
            _record(ticket, "noted", by, at, message=message)
            if changes:
                told = ticket.state in (State.RESOLVED, State.OPEN)
                _record(ticket, "state_changed", by, at, changes=changes, notify=told)
        publish(ticket)
    return message


def move(
    *,
    ticket: Ticket,
    to: str,
    by: Actor,
    reason: str = "",
    base_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Take a ticket to another state, and return it. In that state already: nothing happens.

    A reason becomes a message: internal from staff, public from the library. Raises TransitionNotAllowed when the
    table in `states` has no such step for the actor, and Conflict when the state changed since `base_version`.
    """
    at = at or timezone.now()
    with transaction.atomic():
        ticket = _locked(ticket)
        if base_version is not None and "state" in changed_since(ticket, base_version):
            raise Conflict(ticket, ["state"])
        if ticket.state == to:
            return ticket
        before = ticket.state
        _go(ticket, to, by, at)
        message = None
        if reason.strip():
            message = _say(ticket, reason, Visibility.INTERNAL if by.is_staff else Visibility.PUBLIC, by, at)
        _save(ticket, at)
        notify = to in (State.RESOLVED, State.OPEN) and not by.system
        _record(ticket, "state_changed", by, at, message=message, changes={"state": [before, to]}, notify=notify)
        publish(ticket)
    return ticket


def close_by_time(*, ticket: Ticket, resolved_at: datetime, at: datetime | None = None) -> bool:
    """Close a ticket that nobody contested; return whether it was closed now.

    Does nothing when the ticket was reopened, closed, or resolved anew since `resolved_at`.
    """
    at = at or timezone.now()
    by = Actor.of_system("auto_close")
    with transaction.atomic():
        ticket = _locked(ticket)
        if ticket.state != State.RESOLVED or ticket.resolved_at != resolved_at:
            return False
        _go(ticket, State.CLOSED, by, at)
        _save(ticket, at)
        _record(ticket, "state_changed", by, at, changes={"state": [State.RESOLVED, State.CLOSED]})
        publish(ticket)
    return True


def edit(
    *,
    ticket: Ticket,
    changes: dict[str, Any],
    by: Actor,
    base_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Change fields of a ticket (any of EDITABLE, as model values), and return it.

    Priority follows urgency and impact, the platform follows the library. Raises NotAllowed for anyone but staff,
    and Conflict when one of these fields changed since `base_version` to something else.
    """
    at = at or timezone.now()
    if not by.is_staff:
        raise NotAllowed
    with transaction.atomic():
        ticket = _locked(ticket)
        before = {name: _plain(ticket, name) for name in changes}
        after = {name: _plain_value(value) for name, value in changes.items()}
        real = {name for name in changes if before[name] != after[name]}
        if base_version is not None:
            clash = sorted(real & changed_since(ticket, base_version))
            if clash:
                raise Conflict(ticket, clash)
        if not real:
            return ticket
        for name in real - {"locations"}:
            setattr(ticket, name, changes[name])
        if "library" in real:
            ticket.platform_id = ticket.library.platform_id
            if "locations" not in changes:
                ticket.locations.clear()
        if "locations" in real:
            ticket.locations.set(changes["locations"])
        ticket.priority = priority_of(ticket.urgency, ticket.impact)
        newly_assigned = "assignee" in real and ticket.assignee_id is not None
        _save(ticket, at, told=bool(real & PUBLIC_FIELDS))
        kind = "assigned" if real == {"assignee"} else "edited"
        trail = {name: [before[name], after[name]] for name in sorted(real)}
        _record(ticket, kind, by, at, changes=trail, notify=newly_assigned)
        publish(ticket)
    return ticket


def pick_up(*, ticket: Ticket, by: Actor, at: datetime | None = None) -> Ticket:
    """Take a ticket oneself: assignee is the actor, and a new ticket becomes open. One event."""
    at = at or timezone.now()
    if not by.is_staff or by.person is None:
        raise NotAllowed
    with transaction.atomic():
        ticket = _locked(ticket)
        changes: dict[str, list[object]] = {}
        if ticket.assignee_id != by.person.pk:
            changes["assignee"] = [ticket.assignee_id, by.person.pk]
            ticket.assignee = by.person
        if ticket.state == State.NEW:
            changes["state"] = [State.NEW, State.OPEN]
            ticket.state = State.OPEN
        if changes:
            _save(ticket, at, told="state" in changes)
            _record(ticket, "picked_up", by, at, changes=changes)
            publish(ticket)
    return ticket


def changed_since(ticket: Ticket, version: int) -> set[str]:
    """Return the fields of `ticket` that changed after `version`; all of them when there never was such a version."""
    if version < 1 or version > ticket.version:
        return {*EDITABLE, "state"}
    payloads = ticket.events.filter(ticket_version__gt=version).values_list("payload", flat=True)
    return {name for payload in payloads for name in payload.get("changes", {})}


# --- what the verbs are made of ---


def _locked(ticket: Ticket) -> Ticket:
    """Return the ticket as it is now, its row locked until the transaction ends."""
    return Ticket.objects.select_for_update(of=("self",)).select_related("library", "reporter").get(pk=ticket.pk)


def _go(ticket: Ticket, to: str, by: Actor, at: datetime) -> None:
    """Set the state and its moments. Raises TransitionNotAllowed."""
    role = by.role_on(ticket)
    too_late = (
        role == REPORTER
        and ticket.state == State.CLOSED
        and ticket.closed_at is not None
        and at > ticket.closed_at + timedelta(days=REOPEN_DAYS)
    )
    if to not in allowed(role, ticket.state) or too_late:
        raise TransitionNotAllowed(ticket, to)
    if ticket.state in (State.RESOLVED, State.CLOSED) and to == State.OPEN:
        ticket.reopened += 1
        ticket.resolved_at = ticket.closed_at = None
    if to == State.RESOLVED:
        ticket.resolved_at = at
        ticket.first_answer_at = ticket.first_answer_at or at
    if to == State.CLOSED:
        ticket.closed_at = at
    ticket.state = to


def _save(ticket: Ticket, at: datetime, *, told: bool = True) -> None:
    """Save a changed ticket; `told` says whether the library may know that it changed now."""
    ticket.version += 1
    ticket.changed_at = at
    if told:
        ticket.told_at, ticket.told_version = at, ticket.version
    ticket.save()


def _say(
    ticket: Ticket,
    body: str,
    visibility: str,
    by: Actor,
    at: datetime,
    uploads: Iterable[UploadedFile] = (),
    patron_data: bool = False,
) -> Message:
    assert by.person is not None
    message = Message.objects.create(
        ticket=ticket,
        author=by.person,
        by_staff=by.is_staff,
        visibility=visibility,
        body=body,
        channel=by.channel,
        created_at=at,
    )
    for upload in uploads:
        stored = files.put(upload, current_organisation())
        Attachment.objects.create(
            message=message,
            key=stored.storage_name.rsplit("/", 1)[-1],
            name=stored.name,
            size=stored.size,
            content_type=stored.content_type,
            sha256=stored.sha256,
            storage_name=stored.storage_name,
            contains_patron_data=patron_data,
            purge_on=timezone.localdate(at) + timedelta(days=90) if patron_data else None,
            created_at=at,
        )
    return message


def _record(
    ticket: Ticket,
    type: str,
    by: Actor,
    at: datetime,
    *,
    message: Message | None = None,
    changes: dict[str, list[object]] | None = None,
    on_behalf_of: Person | None = None,
    notify: bool = False,
) -> Event:
    event = Event.objects.create(
        ticket=ticket,
        type=type,
        payload={"changes": changes} if changes else {},
        actor=by.person,
        system_actor=by.system,
        on_behalf_of=on_behalf_of,
        channel=by.channel,
        message=message,
        ticket_version=ticket.version,
        created_at=at,
    )
    if notify:
        outbox.put(
            organisation=current_organisation(),
            topic="tickets.notify",
            address=f"event {event.pk}",
            dedupe_key=f"event {event.pk}",
        )
    return event


def _plain(ticket: Ticket, name: str) -> object:
    if name == "locations":
        return sorted(ticket.locations.values_list("pk", flat=True))
    return getattr(ticket, f"{name}_id" if name in ("category", "library", "assignee") else name)


def _plain_value(value: Any) -> object:
    if isinstance(value, (list, tuple)) or hasattr(value, "values_list"):
        return sorted(one.pk for one in value)
    return getattr(value, "pk", value)
