"""One ticket: fetching it, and its timeline."""

from dataclasses import dataclass, replace
from datetime import datetime

from tenants.access import Standing
from tickets.access import PUBLIC_FIELDS, events_visible_to
from tickets.desk.models import Attachment, Event, Message, Ticket
from tickets.desk.sentences import sentences
from tickets.events import Kind, is_withdrawal
from tickets.states import Visibility


def ticket_visible_to(standing: Standing, number: str) -> Ticket | None:
    """Return the ticket with this number, in any case, with all that its page shows; None if it is not theirs."""
    if "\0" in number:
        return None
    tickets = Ticket.objects.visible_to(standing).select_related(
        "library", "category", "assignee", "reporter", "platform", "partner"
    )
    if standing.is_staff:
        tickets = tickets.with_shared()
    return tickets.defer("search").filter(number=number.upper()).first()


# Events that change no field and still say something to staff.
SHOWN_TO_STAFF = (Kind.PICKED_UP, Kind.GRANTED, Kind.GRANT_ENDED)


# What a message shows of itself.
SAID = ("key", "speaker", "speaker_name", "visibility", "body", "created_at")


@dataclass(frozen=True)
class Entry:
    """One entry of a timeline: a message, or something that happened."""

    at: datetime
    message: Message | None = None
    event: Event | None = None
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    state: str = ""

    @property
    def withdrawn(self) -> bool:
        """Did whoever reported it say here that it is needed no more?"""
        return self.event is not None and is_withdrawal(self.event.payload.get("changes", {}))

    @property
    def who(self) -> int | None:
        """Whose doing it is, by key; None for the system."""
        return self.message.author_id if self.message else self.event and self.event.actor_id


def timeline(ticket: Ticket, standing: Standing) -> list[Entry]:
    """Return messages and events of a ticket as one line, oldest first, as far as they may be read; three queries.

    An event that only says that a message came is left out: the message says so itself.
    """
    said = Message.objects.visible_to(standing).filter(ticket=ticket).select_related("author")
    messages = list(said.only("ticket", *SAID, "author__name"))
    files: dict[int, list[Attachment]] = {}
    for attachment in Attachment.objects.filter(message__in=[one.pk for one in messages]):
        files.setdefault(attachment.message_id, []).append(attachment)
    entries = [Entry(at=one.created_at, message=one, attachments=tuple(files.get(one.pk, ()))) for one in messages]
    for event in events_visible_to(ticket, standing, changes=True):
        changes = event.payload.get("changes", {})
        fields = tuple(name for name in changes if name != "state" and _known(name, standing))
        state = changes.get("state", [None, ""])[1]
        if state and fields == ("assignee",):
            fields = ()
        if state or fields or (event.kind in SHOWN_TO_STAFF and standing.is_staff):
            entries.append(Entry(at=event.created_at, event=event, fields=fields, state=state))
    entries = _in_words(entries)
    entries.sort(key=lambda entry: (entry.at, entry.message is None, (entry.message or entry.event).pk))
    return entries


def _in_words(entries: list[Entry]) -> list[Entry]:
    """Return the entries with what each changed in sentences: of its `fields` alone."""
    events = [one for one in entries if one.event and one.fields]
    said = sentences([{name: one.event.payload["changes"][name] for name in one.fields} for one in events])
    found = dict(zip(map(id, events), said, strict=True))
    return [replace(one, sentences=found[id(one)]) if id(one) in found else one for one in entries]


def _known(name: str, standing: Standing) -> bool:
    return standing.is_staff or name in PUBLIC_FIELDS


def came_in(entries: list[Entry], seen: int | None, standing: Standing) -> list[Entry]:
    """Return what others added to a timeline since a page showed the first `seen` entries of it; None: not known."""
    if seen is None or not 0 <= seen < len(entries):
        return []
    person = standing.person
    return [one for one in entries[seen:] if person is None or one.who != person.pk]


def staff_spoke_last(entries: list[Entry]) -> bool:
    """Is the last public word of a timeline an answer of staff? Its first word is what was filed."""
    said = [one.message for one in entries if one.message and one.message.visibility == Visibility.PUBLIC]
    return len(said) > 1 and said[-1].by_staff
