"""The one way in which a ticket changes. A verb says what; here it is locked, allowed, recorded, told and announced.

    with changing(ticket, Kind.STATE_CHANGED, by=by, at=at) as change:
        change.go(to)

On leaving the block, when something changed or was said: the next version, one Event, and the followers, all in the
same transaction. Moments are in UTC; `at` is now unless the caller sets the clock.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.files import actions as files
from tenants.models import Person
from tenants.refusals import NotAllowed
from tenants.together import Adding, add_together, key_of
from tickets.access import (
    OPEN_TO_GUESTS,
    OPEN_TO_LIBRARIES,
    OPEN_TO_SYSTEM,
    OPEN_WHEN_CLOSED,
    PUBLIC_FIELDS,
    role_on,
)
from tickets.clocks import following
from tickets.desk.models import Attachment, Event, Message, Ticket
from tickets.events import EDITABLE, PAYLOADS, Changes, Kind
from tickets.followers import FOLLOWERS, nudge
from tickets.refusals import TicketClosed, TransitionNotAllowed
from tickets.since import kept_value, plain, plain_value
from tickets.states import (
    AFTER_ANSWER,
    ENDED,
    FACT_NAMES,
    FACTS,
    REOPEN_DAYS,
    REPORTER,
    Priority,
    Speaker,
    State,
    Visibility,
    allowed,
    priority_of,
)
from tickets.valid import fact_of, refuse_invalid, refuse_text

# Who speaks to one kind of reader only.
MUST_SAY: dict[str, Visibility] = {Speaker.LIBRARY: Visibility.PUBLIC, Speaker.PARTNER: Visibility.PARTNERS}
NO_FACT = {"supplier": "", "supplier_number": "", "asked": ""}
PATRON_DATA_DAYS = 90


@contextmanager
def changing(ticket: Ticket, kind: Kind, *, by: Actor, at: datetime | None = None) -> Iterator["Change"]:
    """Lock `ticket` and let the block change it as one event of `kind`.

    Raises NotAllowed when this actor may not do this to this ticket, and TicketClosed when it takes no such change.
    """
    with files.keeping(), transaction.atomic():
        locked = (
            Ticket.objects.select_for_update(of=("self",))
            .select_related("library", "reporter", "category")
            .defer("search")
            .get(pk=ticket.pk, number=ticket.number)
        )
        refuse_actor(locked, kind, by)
        if locked.state == State.MERGED or (locked.state == State.CLOSED and kind not in OPEN_WHEN_CLOSED):
            raise TicketClosed(locked)
        change = Change(locked, kind, by, at or timezone.now())
        yield change
        change.leave()


def refuse_actor(ticket: Ticket, kind: Kind, by: Actor) -> None:
    """Raise NotAllowed unless `by` may do this kind of thing to this ticket, whatever way it came in."""
    if by.system:
        if kind not in OPEN_TO_SYSTEM or not by.may(OPEN_TO_SYSTEM[kind]):
            raise NotAllowed
        return
    if by.standing is None or by.standing.organisation.pk != current_organisation().pk:
        raise NotAllowed
    if by.is_staff:
        return
    of_library = ticket.library_id in by.standing.library_ids
    if kind not in (OPEN_TO_LIBRARIES if of_library else OPEN_TO_GUESTS):
        raise NotAllowed
    if not Ticket.objects.visible_to(by.standing).filter(pk=ticket.pk).exists():
        raise NotAllowed


@dataclass
class Change:
    """One change of one locked ticket, as the block of `changing` makes it."""

    ticket: Ticket
    kind: Kind
    by: Actor
    at: datetime
    changes: Changes = field(default_factory=dict)
    message: Message | None = None
    event: Event | None = None
    on_behalf_of: Person | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    _locations: list | None = None

    def go(self, to: str, fact: dict[str, Any] | None = None) -> None:
        """Take the ticket to another state, by the table of transitions, with the fact that a waiting state asks.

        Raises TransitionNotAllowed where there is no such step for this actor (a reporter's last step back lies 14 days
        after closing), ValidationError by field for a fact that lacks.
        """
        if to not in State.values:
            raise ValidationError({"to": _("This value cannot be used.")})
        role = role_on(self.by, self.ticket)
        closed_at = self.ticket.closed_at
        too_late = role == REPORTER and closed_at and self.at > closed_at + timedelta(days=REOPEN_DAYS)
        if to not in allowed(role, self.ticket.state) or too_late:
            raise TransitionNotAllowed(self.ticket, to)
        self._take(to, fact_of(to, fact or {}, day=timezone.localdate(self.at)))

    def tell(self, fact: dict[str, Any]) -> None:
        """Change the fact of the state the ticket is in; raises what `go` raises for one that cannot be."""
        told = {name: getattr(self.ticket, name) for name in FACTS.get(self.ticket.state, ())} | fact
        self._tell(fact_of(self.ticket.state, told, day=timezone.localdate(self.at)))

    def own(self) -> None:
        """Let a member of staff have the ticket that nobody has."""
        if self.ticket.assignee_id is None and self.by.is_staff and self.by.person:
            self._note("assignee", None, self.by.person.pk)
            self.ticket.assignee = self.by.person

    def go_along(self) -> None:
        """Take the ticket where a public answer takes it: new work is taken in hand, what waited for this goes on."""
        to = AFTER_ANSWER.get((role_on(self.by, self.ticket), self.ticket.state))
        if to:
            self._take(to)

    def _take(self, to: str, fact: dict[str, Any] | None = None) -> None:
        """Set the state with its moments and its fact: the only writer of these."""
        ticket, before = self.ticket, self.ticket.state
        ticket.reopened_at = None
        self._tell(fact or {})
        if before in ENDED and to == State.OPEN:
            ticket.reopened += 1
            ticket.reopened_at = self.at
            ticket.resolved_at = ticket.closed_at = None
        if to == State.RESOLVED:
            ticket.resolved_at = self.at
        if to == State.CLOSED:
            ticket.closed_at = self.at
            ticket.resolved_at = ticket.resolved_at or self.at  # withdrawn: nothing is left to do
        ticket.state = to
        self._note("state", before, to)

    def _tell(self, fact: dict[str, Any]) -> None:
        """Set the fact of the state; what another state asked goes."""
        for name in FACT_NAMES:
            before, after = getattr(self.ticket, name), fact.get(name, NO_FACT.get(name))
            if before != after:
                self._note(name, kept_value(before), kept_value(after))
                setattr(self.ticket, name, after)

    def _note(self, name: str, before: Any, after: Any) -> None:
        """Remember a change; back at where it was, there was none."""
        first = self.changes.get(name, [before])[0]
        self.changes[name] = [first, after]
        if first == after:
            del self.changes[name]

    def set(self, **values: Any) -> None:
        """Set fields (any of EDITABLE, as model values); what has that value already is left alone.

        The priority follows urgency and impact where one of these changes (until then one that was raised stays), the
        platform follows the library, and locations of another library go.
        Raises ValidationError, by field, when it would be no valid ticket.
        """
        ticket = self.ticket
        wrong = set(values) - set(EDITABLE)
        if wrong:
            raise ValueError(f"not editable: {', '.join(sorted(wrong))}")
        real = {name: value for name, value in values.items() if plain(ticket, name) != plain_value(value)}
        if "library" in real:
            real.setdefault("locations", [])
        library, reporter = real.get("library", ticket.library), real.get("reporter", ticket.reporter)
        refuse_invalid(real, library=library, reporter=reporter, day=timezone.localdate(self.at))
        for name, value in real.items():
            self._note(name, plain(ticket, name), plain_value(value))
            if name == "locations":
                self._locations = list(value)
            else:
                setattr(ticket, name, value)
        if "library" in real:
            ticket.platform_id = library.platform_id
        priority = priority_of(ticket.urgency, ticket.impact)
        if priority != ticket.priority and {"urgency", "impact"} & real.keys():
            self._prioritise(priority)

    def raise_priority(self) -> None:
        """Take the priority one step up; urgency and impact, which people judge and a library reads, stay."""
        place = Priority.values.index(self.ticket.priority)
        if place:
            self._prioritise(Priority(Priority.values[place - 1]))

    def _prioritise(self, priority: Priority) -> None:
        self._note("priority", self.ticket.priority, priority.value)
        self.ticket.priority = priority

    def say(
        self,
        body: str,
        visibility: str,
        *,
        uploads: Iterable[UploadedFile] = (),
        patron_data: bool = False,
        once: str = "",
    ) -> Message:
        """Add a message with its files, and return it. A first public answer of staff is noted with its moment.

        Raises NotAllowed when the library wants to speak internally or a colleague elsewhere publicly, ValidationError
        for an empty text without files or one that is too long.
        """
        uploads = list(uploads)
        self.message = self.draft(body, visibility, with_files=bool(uploads), once=once)
        self.message.save(force_insert=True)
        self.attach(self.message, self.put(uploads), patron_data)
        if self.by.is_staff and visibility == Visibility.PUBLIC:
            self.ticket.first_answer_at = self.ticket.first_answer_at or self.at
            self.ticket.reopened_at = None
        return self.message

    def draft(self, body: str, visibility: str, *, with_files: bool = False, once: str = "") -> Message:
        """Return a message that may be said, unsaved. Raises what `say` raises."""
        by = self.by
        if visibility not in Visibility.values:
            raise ValidationError({"visibility": _("This value cannot be used.")})
        speaker = self._speaker()
        if speaker in MUST_SAY and visibility != MUST_SAY[speaker]:
            raise NotAllowed
        refuse_text(body, optional=with_files)
        return Message(
            ticket=self.ticket,
            speaker=speaker,
            author=by.person,
            speaker_name="" if by.person else by.system,
            visibility=visibility,
            body=body,
            channel=by.channel,
            once=once,
            created_at=self.at,
        )

    def _speaker(self) -> str:
        if self.by.person is None:
            return Speaker.SYSTEM
        if self.by.is_staff:
            return Speaker.STAFF
        of_library = self.by.standing and self.ticket.library_id in self.by.standing.library_ids
        return Speaker.LIBRARY if of_library else Speaker.PARTNER

    def put(self, uploads: list[UploadedFile]) -> list[files.StoredFile]:
        """Store files that come with a message. Raises ValidationError for one that is not taken."""
        try:
            return files.put(uploads, current_organisation())
        except ValidationError as error:
            raise ValidationError({"attachments": error}) from error

    def attach(self, message: Message, stored: list[files.StoredFile], patron_data: bool) -> None:
        """Write down what was stored with a message."""
        for one in stored:
            Attachment.objects.create(
                message=message,
                key=one.storage_name.rpartition("/")[2],
                name=one.name,
                size=one.size,
                content_type=one.content_type,
                sha256=one.sha256,
                storage_name=one.storage_name,
                contains_patron_data=patron_data,
                purge_on=timezone.localdate(self.at) + timedelta(days=PATRON_DATA_DAYS) if patron_data else None,
                created_at=self.at,
            )

    @property
    def is_told(self) -> bool:
        """May the library know of it? When something public was said, or a public field changed."""
        said = self.message is not None and self.message.visibility == Visibility.PUBLIC
        return said or self.kind == Kind.CREATED or bool(PUBLIC_FIELDS & self.changes.keys())

    def leave(self) -> None:
        """Save, record and pass on what happened; nothing when nothing did."""
        ticket = self.ticket
        if not (self.changes or self.message or self.extra):
            return
        ticket.version += 1
        ticket.changed_at = self.at
        if self.is_told:
            ticket.told_at = self.at
            ticket.told_version += 1
        interval = following.follow(ticket, self.changes, self.message, self._locations, by=self.by, at=self.at)
        ticket.save()
        if self._locations is not None:
            ticket.locations.set(self._locations)
        self.record(after=interval)

    def record(
        self, *before: Adding, first: str = "", asking: Sequence[str] = (), after: Sequence[Adding] = ()
    ) -> list[Any]:
        """Write the event and what follows it in one statement, after the rows `before`; return what is asked of these.

        The rows `after` may point at the event.

        See `tenants.together.add_together`.
        """
        event = self.event = self._happened()
        event.pk = key_of("event")
        rows = [*before, Adding("event", event), *(row for follow in FOLLOWERS for row in follow(event)), *after]
        event.pk, *answers = add_together(rows, first=first, asking=("event.id", *asking))
        event._state.adding = False
        nudge(event)
        return answers

    def _happened(self) -> Event:
        ticket = self.ticket
        payload = PAYLOADS[self.kind](changes=self.changes, **self.extra)
        return Event(
            ticket=ticket,
            kind=self.kind,
            schema=payload.schema,
            payload=payload.kept(),
            actor=self.by.person,
            system_actor=self.by.system,
            on_behalf_of=self.on_behalf_of,
            channel=self.by.channel,
            message=self.message,
            ticket_version=ticket.version,
            told_version=ticket.told_version if self.is_told else None,
            created_at=self.at,
        )
