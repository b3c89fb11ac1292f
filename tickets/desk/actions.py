"""The verbs of the desk: file, answer, move, edit, pick up. Pages, API, mail, rules and time call these."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from textwrap import shorten
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agenda.categories.models import Category
from tenants.actor import Actor
from tenants.files import actions as files
from tenants.models import Library, Location, Person
from tickets.change import Change, changing
from tickets.desk.models import Event, Message, Ticket
from tickets.events import Kind
from tickets.opening import open_ticket
from tickets.refusals import AlreadySaid, AlreadyTaken, AlreadyThere, Stale, TransitionNotAllowed
from tickets.since import refuse_stale
from tickets.states import ENDED, OPEN_STATES, Speaker, State, Visibility

ASKED_MAX = 300


def create(
    *,
    type: str,
    subject: str,
    body: str,
    library: Library,
    urgency: str,
    by: Actor,
    category: Category | None = None,
    impact: str | None = None,
    locations: Iterable[Location] = (),
    reporter: Person | None = None,
    uploads: Iterable[UploadedFile] = (),
    patron_data: bool = False,
    once: str = "",
    at: datetime | None = None,
) -> Ticket:
    """File a ticket with its first message, and return it; the same form (`once`) sent again returns the same ticket.

    A form that comes again with other words is another: nothing that was typed is lost. The category is a leaf, a group
    of the tree or not known: the desk sorts it then.

    `reporter` is who it is for when staff file it on somebody's behalf. Raises NotAllowed for a library that is not
    the actor's, ValidationError by field. The reporter is told by mail that it was received.
    """
    uploads = list(uploads)
    mark = _mark(once, by, uploads, library.pk, type, subject, body)
    try:
        return open_ticket(
            type=type,
            subject=subject,
            body=body,
            library=library,
            category=category,
            urgency=urgency,
            impact=impact,
            locations=locations,
            reporter=reporter,
            uploads=uploads,
            patron_data=patron_data,
            once=mark,
            by=by,
            at=at,
        )
    except IntegrityError as error:
        return _said_before(error, mark).ticket


def answer(
    *,
    ticket: Ticket,
    body: str,
    by: Actor,
    visibility: str = Visibility.PUBLIC,
    then: str | None = None,
    fact: dict[str, Any] | None = None,
    words: str = "",
    category: Category | None = None,
    uploads: Iterable[UploadedFile] = (),
    patron_data: bool = False,
    once: str = "",
    at: datetime | None = None,
) -> Message:
    """Say something on a ticket, and return the message. Never conflicts with what came in meanwhile.

    A public answer of staff counts as first answer, takes a new ticket in hand, and who gives it has the ticket
    when nobody had; an answer from the library while the ticket waits for its reporter makes it open. `then` is a
    state to go to afterwards, with the `fact` that it asks (what is asked of the reporter is the answer itself,
    unless said); `words` are what the library reads where an internal note resolves, `category` is the leaf it is
    sorted under. What the library may not read is one event, what it must know another. The same form (`once`) sent
    again says nothing more; it goes on to `then`, unless the state changed since it was said: AlreadySaid. Raises
    NotAllowed when the library's side wants to speak internally, TicketClosed on a closed ticket (reopen it first),
    TransitionNotAllowed for `then`, ValidationError by field.
    """
    public, uploads = visibility == Visibility.PUBLIC, list(uploads)
    mark = _mark(once, by, uploads, ticket.pk, visibility, body)
    try:
        with files.keeping(), transaction.atomic():  # what is said inside and a step are two events: both or neither
            with changing(ticket, Kind.ANSWERED if public else Kind.NOTED, by=by, at=at) as change:
                message = change.say(body, visibility, uploads=uploads, patron_data=patron_data, once=mark)
                if public and then:
                    _step(change, then, fact=_asking(then, fact, body), reason=body, answer=body, category=category)
                elif public:
                    change.go_along()
                if public:
                    change.own()
            if then and not public:
                _then(ticket, then, by=by, at=at, fact=fact, words=words, category=category)
    except IntegrityError as error:
        message = _said_before(error, mark)
        if then and message.ticket.state != then:  # the same words, sent again to go on
            _go_on(message, then, by, at, _asking(then, fact, body if public else ""), words, category)
    return message


def move(
    *,
    ticket: Ticket,
    to: str,
    by: Actor,
    reason: str = "",
    answer: str = "",
    category: Category | None = None,
    fact: dict[str, Any] | None = None,
    base_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Take a ticket to another state, and return it. In that state already: another fact is told, else nothing happens.

    A waiting state asks its `fact` (fields in states.FACTS). Resolving asks the `answer` that the library reads, unless
    a public answer of staff, in words, is the last public word, and a leaf as `category` where the ticket has none; who
    resolves has the ticket when nobody had. Opening again asks the `reason`. A reason becomes a message: internal from
    staff and from the system, public from the library.
    Raises NotAllowed for whoever may not change it, TransitionNotAllowed when the table in `states` has no such step,
    ValidationError by field, Stale when the state changed since `base_version`, and AlreadyThere when a text would be
    lost.
    """
    reason, answer, seen = reason.strip(), answer.strip(), ticket.state
    with transaction.atomic():  # a reason for colleagues and an answer for the library are two events
        if reason and answer and by.is_staff:
            with changing(ticket, Kind.NOTED, by=by, at=at) as note:
                if note.ticket.state != to:
                    note.say(reason, Visibility.INTERNAL)
        with changing(ticket, Kind.STATE_CHANGED, by=by, at=at) as change:
            refuse_stale(change.ticket, ["state"], base_version, by)
            if (seen, to) == (State.RESOLVED, State.CLOSED) and change.ticket.state in OPEN_STATES:
                raise TransitionNotAllowed(change.ticket, to)  # what was confirmed was reopened; that is no withdrawal
            said = answer or reason
            if change.ticket.state == to and said and not _just_said(change.ticket, said, by):
                raise AlreadyThere(change.ticket)
            if change.ticket.state != to and said:
                inside = not answer and (by.is_staff or by.system)
                change.say(said, Visibility.INTERNAL if inside else Visibility.PUBLIC)
            _step(change, to, fact=fact, reason=reason, answer=answer, category=category)
    return change.ticket


def _step(
    change: Change, to: str, *, fact: dict[str, Any] | None, reason: str, answer: str, category: Category | None
) -> None:
    """Go to a state, or tell another fact of the one it is in. Raises ValidationError for words or a leaf that lack."""
    before = change.ticket.state
    if before == to:
        if fact:
            change.tell(fact)
        return
    change.go(to, fact)
    if before in ENDED and to == State.OPEN and not reason.strip():
        raise ValidationError({"reason": _("Write why it is opened again.")})
    if to == State.RESOLVED:
        if category:
            change.set(category=category)
        lacks = _unsorted(change) if change.by.is_staff else {}
        if not answer.strip() and not _is_answered(change.ticket):
            lacks["answer"] = _("Write what the library will read: what was done.")
        if lacks:
            raise ValidationError(lacks)
        change.own()


def _unsorted(change: Change) -> dict[str, str]:
    """Return what is said, by field, where the desk has not sorted a ticket: figures are made of leaves."""
    return {} if change.ticket.is_sorted else {"category": _("Choose what it was about: it was not sorted yet.")}


def _is_answered(ticket: Ticket) -> bool:
    """Is the last public word an answer of staff, in words? What they filed for somebody is none."""
    public = ticket.messages.filter(visibility=Visibility.PUBLIC).order_by("-created_at", "-pk")
    last = public.values_list("pk", "speaker", "body").first()
    if last is None or last[1] != Speaker.STAFF or not last[2].strip():
        return False
    return not ticket.events.filter(kind=Kind.CREATED, message=last[0]).exists()


def _asking(then: str | None, fact: dict[str, Any] | None, body: str) -> dict[str, Any] | None:
    """Return the fact for `then`; what is asked of the reporter stands in the answer, unless it was said."""
    if then == State.WAITING_REPORTER and not (fact or {}).get("asked") and body:
        return {"asked": shorten(" ".join(body.split()), ASKED_MAX, placeholder="…")}
    return fact


def _then(
    ticket: Ticket,
    to: str,
    *,
    by: Actor,
    at: datetime | None,
    fact: dict[str, Any] | None,
    words: str,
    category: Category | None,
    base_version: int | None = None,
) -> None:
    """Go on after something was said: that is the reason, and nothing more is said but `words` for the library."""
    with changing(ticket, Kind.STATE_CHANGED, by=by, at=at) as change:
        refuse_stale(change.ticket, ["state"], base_version, by)
        if words.strip() and change.ticket.state != to:
            change.say(words, Visibility.PUBLIC)
        _step(change, to, fact=fact, reason="said", answer=words, category=category)


def edit(
    *,
    ticket: Ticket,
    changes: dict[str, Any],
    by: Actor,
    base_version: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Change fields of a ticket (any of events.EDITABLE, as model values), and return it.

    Priority follows urgency and impact, the platform follows the library. Raises NotAllowed for anyone but staff,
    Stale when one of these fields changed since `base_version` to something else, ValidationError by field.
    """
    with changing(ticket, Kind.EDITED, by=by, at=at) as change:
        change.set(**changes)
        refuse_stale(change.ticket, change.changes, base_version, by)
        if "category" in change.changes and change.ticket.state == State.RESOLVED and (lacks := _unsorted(change)):
            raise ValidationError(lacks)
        if set(change.changes) == {"assignee"}:
            change.kind = Kind.ASSIGNED
    return change.ticket


def pick_up(*, ticket: Ticket, by: Actor, at: datetime | None = None) -> Ticket:
    """Take a ticket oneself: assignee is the actor, and a new ticket becomes open. One event, for staff.

    Raises AlreadyTaken when a colleague has it: taking over is an edit of the assignee, and never by accident.
    """
    with changing(ticket, Kind.PICKED_UP, by=by, at=at) as change:
        if change.ticket.assignee_id not in (None, by.person and by.person.pk):
            raise AlreadyTaken(change.ticket)
        change.set(assignee=by.person)
        if change.ticket.state == State.NEW:
            change.go(State.OPEN)
    return change.ticket


def _mark(once: str, by: Actor, uploads: list[UploadedFile], *said: object) -> str:
    """Return the mark of what one person sends with a form, or nothing; nobody else's has the same, nor other words."""
    if not once:
        return ""
    whole = [by.person and by.person.pk, once, *said, *((one.name, one.size) for one in uploads)]
    return hashlib.sha256(json.dumps(whole, default=str).encode()).hexdigest()


def _said_before(error: IntegrityError, mark: str) -> Message:
    """Return what this form said when it was sent before: the database takes a mark once. Raises any other error."""
    if "message_once" not in str(error):
        raise error
    return Message.objects.select_related("ticket").get(once=mark)


def _go_on(
    message: Message,
    then: str,
    by: Actor,
    at: datetime | None,
    fact: dict[str, Any] | None,
    words: str,
    category: Category | None,
) -> None:
    """Take the ticket on from where it stood when this was said."""
    said = Event.objects.get(message=message)
    try:
        version = said.ticket_version if by.is_staff else said.told_version
        _then(message.ticket, then, by=by, at=at, fact=fact, words=words, category=category, base_version=version)
    except Stale as stale:
        raise AlreadySaid(message.ticket) from stale


def _just_said(ticket: Ticket, text: str, by: Actor) -> bool:
    """Is this the last thing that was said, by the same person: a form sent twice?

    Of what this person reads: else a library would learn by a refusal that something was said inside.
    """
    said = ticket.messages.visible_to(by.standing) if by.standing else ticket.messages
    last = said.order_by("-created_at", "-pk").values_list("body", "author_id").first()
    return last == (text, by.person and by.person.pk)
