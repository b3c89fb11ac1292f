"""One ticket: fetching it, and its timeline."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from tenants.access import Standing
from tenants.models import Person
from tickets.access import PUBLIC_FIELDS, events_visible_to
from tickets.clocks.promised import with_promises
from tickets.desk.models import Attachment, Event, Message, Ticket
from tickets.desk.sentences import names_in, sentences
from tickets.events import EDITABLE, Changes, Kind, is_withdrawal
from tickets.states import ENDED, FACT_NAMES, State, Visibility
from tickets.warnings.models import Rung
from tickets.warnings.words import name_of


def ticket_visible_to(standing: Standing, number: str) -> Ticket | None:
    """Return the ticket with this number, in any case, with all that its page shows; None if it is not theirs."""
    if "\0" in number:
        return None
    tickets = Ticket.objects.visible_to(standing).select_related(
        "library", "category", "assignee", "reporter", "platform", "partner"
    )
    tickets = tickets.with_shared() if standing.is_staff else with_promises(tickets)
    return tickets.defer("search").filter(number=number.upper()).first()


# Events that change no field and still say something to staff.
SHOWN_TO_STAFF = (Kind.PICKED_UP, Kind.GRANTED, Kind.GRANT_ENDED)
GRANTS = (Kind.GRANTED, Kind.GRANT_ENDED)
# In which order the fields are said that changed at once.
ORDER = (*EDITABLE, "priority", *FACT_NAMES)


# What a message shows of itself.
SAID = ("key", "speaker", "speaker_name", "visibility", "body", "created_at")


@dataclass(frozen=True)
class Entry:
    """One entry of a timeline: a message, or something that happened; `how` names its sentence in `_event.html`."""

    at: datetime
    message: Message | None = None
    event: Event | None = None
    attachments: tuple[Attachment, ...] = ()
    fields: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    how: str = ""
    before: str = ""
    state: str = ""
    guest: str = ""
    warning: str = ""
    until: date | None = None

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
        before, state = changes.get("state", ("", ""))
        fields = tuple(name for name in ORDER if name in changes and _tells(name, event, standing))
        if state or fields or (event.kind in SHOWN_TO_STAFF and standing.is_staff):
            how = _how(event, changes, standing)
            entries.append(Entry(at=event.created_at, event=event, fields=fields, how=how, before=before, state=state))
    entries = _in_words(entries)
    entries.sort(key=lambda entry: (entry.at, entry.message is None, (entry.message or entry.event).pk))
    return entries


def _how(event: Event, changes: Changes, standing: Standing) -> str:
    """Return which sentence says it. That somebody took it is the desk's own: to others its state changed."""
    before, state = changes.get("state", ("", ""))
    if event.kind == Kind.PICKED_UP and standing.is_staff:
        return "picked_up"
    if is_withdrawal(changes):
        return "withdrawn"
    if before in ENDED and state == State.OPEN:
        return "reopened"
    if state:
        return "closed_by_time" if event.system_actor == "auto_close" else "state"
    return event.kind if event.kind in {Kind.GRANTED, Kind.GRANT_ENDED, Kind.ASSIGNED} else "edited"


def _tells(name: str, event: Event, standing: Standing) -> bool:
    """Say what became of a field? Its reader may know it; a state that ends takes its fact along unsaid.

    Who answers, resolves or picks up is named already, and has the ticket.
    """
    changes = event.payload["changes"]
    if not (standing.is_staff or name in PUBLIC_FIELDS):
        return False
    if name == "assignee":
        return "state" not in changes and event.kind != Kind.PICKED_UP
    return name not in FACT_NAMES or "state" not in changes or bool(changes[name][1])


def _in_words(entries: list[Entry]) -> list[Entry]:
    """Return the entries with what each changed in sentences: of its `fields` alone; and guests by their names."""
    events = [(one, one.event) for one in entries if one.event]
    changed = {id(one): {name: event.payload["changes"][name] for name in one.fields} for one, event in events}
    guests = {id(one): event.payload.get("person") for one, event in events if event.kind in GRANTS}
    names = names_in(changed.values(), people=guests.values())
    warnings = _names_of_warnings({event.payload["warning"] for _one, event in events if "warning" in event.payload})
    said = {
        id(one): replace(
            one,
            sentences=sentences(changed[id(one)], names),
            guest=names[Person].get(guests.get(id(one)), ""),
            warning=warnings.get(event.payload.get("warning"), ""),
            until=date.fromisoformat(event.payload["until_on"]) if "until_on" in event.payload else None,
        )
        for one, event in events
    }
    return [said.get(id(one), one) for one in entries]


def _names_of_warnings(keys: set[int]) -> dict[int, str]:
    """Return how the warnings are named that changed a ticket; no question where none did."""
    return {one.pk: name_of(one) for one in Rung.objects.filter(pk__in=keys)} if keys else {}


def came_in(entries: list[Entry], seen: int | None, standing: Standing) -> list[Entry]:
    """Return what others added to a timeline since a page showed the first `seen` entries of it; None: not known."""
    if seen is None or not 0 <= seen < len(entries):
        return []
    person = standing.person
    return [one for one in entries[seen:] if person is None or one.who != person.pk]


def solution(entries: list[Entry]) -> Entry | None:
    """Return what counts as the solution when nothing more is said: an answer in words, of staff, if that is the last
    public word. The first public word is what was filed. The same as the verbs ask of the database.
    """
    said = [one for one in entries if one.message and one.message.visibility == Visibility.PUBLIC]
    last = said[-1] if len(said) > 1 else None
    return last if last and last.message and last.message.by_staff and last.message.body.strip() else None
