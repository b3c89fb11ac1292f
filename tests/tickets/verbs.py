"""The words of the table of verbs: who tries one, on which ticket, and what a case says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from tenants.actor import Actor
from tenants.models import AuditEntry, Membership
from tenants.outbox.models import OutboxEntry
from tickets.closing.actions import close_by_time
from tickets.desk import actions as desk
from tickets.guests.actions import close_to, open_to
from tickets.models import Attachment, Counter, Event, Interval, Message, Ticket, TicketGrant

OPENED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RESOLVED = OPENED + timedelta(minutes=60)
CLOSED = OPENED + timedelta(minutes=80)
AT = OPENED + timedelta(minutes=90, seconds=50)  # 90 whole minutes
LATER = date(2026, 12, 24)
NOTICES = "tickets.notices"
# What a waiting state asks.
PLANNED = {"planned_until": date(2099, 1, 1)}
SUPPLIER = {"supplier": "OCLC", "supplier_number": "4471"}


@dataclass
class World:
    """Ticket 1 of BiSC as it stands before a verb, and who may try one."""

    cast: object
    ticket: Ticket
    actors: dict[str, Actor]

    def pk(self, who: str) -> int:
        return self.cast.everybody[who].pk

    def category(self, code: str) -> Category:
        return Category.objects.get(code=code)


# Everybody who may try: people of BiSC by their standing there, others by the standing they have at BiSC or elsewhere.
OWN = ["desk", "lead", "seated", "keyuser", "director", "colleague", "colleague2", "neighbour", "former", "coming"]
ACTORS = [
    *OWN,
    *("administrator", "guest", "cubiss desk", "cubiss desk at cubiss", "cubiss keyuser at cubiss", "former at cubiss"),
    *("member", "member in common", "seated in common", "manager in common", "platform in common", "stranger"),
    *("nobody", "system", "system that works", "time"),
]


NO_FACT = {
    **{"planned_until": None, "supplier": "", "supplier_number": "", "partner": None, "asked": ""},
    "reopened_at": None,
    "due_at": None,
    "due_clock": "",
    "due_calendar": "",
    "late_at": None,
    "rules": None,
}
# Ticket 1 of BiSC before each case: made by the cast, with an internal note and a grant since.
BEFORE = {
    **{"number": "BISC-1", "type": "incident", "subject": "Zelfservice zegt kwartelzang", "state": "new"},
    **{"category": "6.1", "library": "bisc-een", "locations": ["bisc-een-1"], "platform": "midden-zuid"},
    **{"urgency": "high", "impact": "low", "priority": "medium", "priority_rank": 2},
    **{"reporter": "balie@bisc-een.example", "assignee": None},
    **{"opened_at": OPENED, "first_answer_at": None, "resolved_at": None, "closed_at": None},
    **NO_FACT,
    **{"changed_at": OPENED, "told_at": OPENED, "reopened": 0, "version": 3, "told_version": 1},
}
SNAPSHOT = {
    **{"organisation": "bisc", "number": "BISC-1", "type": "incident", "category": "6.1", "priority": "medium"},
    **{"state": "new", "library": "bisc-een", "locations": ["bisc-een-1"], "platform": "midden-zuid"},
    **{"opened_at": OPENED, "first_answer_at": None, "resolved_at": None, "closed_at": None, "reopened": 0},
    **{"minutes_to_first_answer": None, "minutes_to_resolution": None, "version": 4},
    **{"first_answer_outcome": "", "first_answer_worked": None},
    **{"resolution_outcome": "", "resolution_worked": None},
}


@dataclass(frozen=True)
class Happened:
    """One event that a verb leaves."""

    kind: str
    version: int
    told: int | None
    payload: Callable[[World], dict] | dict = field(default_factory=dict)
    message: tuple[str, str, str] | None = None  # speaker, visibility, body
    topics: tuple[str, ...] = ()
    behalf: str | None = None


@dataclass(frozen=True)
class Case:
    """One verb, done by somebody to a ticket in some state, and all that is different afterwards."""

    name: str
    verb: str
    who: str
    given: Callable[[World], dict]
    happened: tuple[Happened, ...]
    start: str = "new"
    after: dict = field(default_factory=dict)
    snapshot: dict = field(default_factory=dict)
    trail: tuple[tuple, ...] = ()
    number: str = "BISC-1"
    again: str = "twice"  # what the same call a second time does: "nothing", or the same once more
    clock: bool = True  # does the verb take `at`?


def new_values(world: World) -> dict:
    return {
        **{"type": "question", "subject": "Hoe werkt het?", "body": "Wij weten het niet.", "urgency": "low"},
        **{"library": world.cast.bisc.library, "category": world.category("6.2")},
        "locations": world.cast.bisc.locations[1:],
    }


def state_change(before: str, after: str) -> dict:
    return {"changes": {"state": [before, after]}}


NEW_ROW = {
    **{"number": "BISC-2", "type": "question", "subject": "Hoe werkt het?", "state": "new"},
    **{"category": "6.2", "library": "bisc-een", "locations": ["bisc-een-2", "bisc-een-3"], "platform": "midden-zuid"},
    **{"urgency": "low", "impact": "medium", "priority": "low", "priority_rank": 3},
    **{"reporter": "balie2@bisc-een.example", "assignee": None},
    **{"opened_at": AT, "first_answer_at": None, "resolved_at": None, "closed_at": None},
    **NO_FACT,
    **{"changed_at": AT, "told_at": AT, "reopened": 0, "version": 1, "told_version": 1},
}
NEW_SNAPSHOT = {
    **SNAPSHOT,
    **{"number": "BISC-2", "type": "question", "category": "6.2", "priority": "low"},
    **{"locations": ["bisc-een-2", "bisc-een-3"], "opened_at": AT, "version": 1},
}
TOLD = {"version": 4, "told_version": 2, "changed_at": AT, "told_at": AT}
INSIDE = {"version": 4, "changed_at": AT}
# On a Monday, from ten in the morning on: all minutes of it are working time.
ANSWERED = {"first_answer_at": AT, "minutes_to_first_answer": 90, "first_answer_worked": 90}
DONE = {"resolved_at": AT, "minutes_to_resolution": 90, "resolution_worked": 90}
# On a Monday, from ten in the morning on: all minutes of it are working time.
ANSWERED_IN, DONE_IN = {"first_answer_worked": 90}, {"resolution_worked": 90}


VERBS = {
    "desk.create": desk.create,
    "desk.answer": desk.answer,
    "desk.move": desk.move,
    "desk.edit": desk.edit,
    "desk.pick_up": desk.pick_up,
    "guests.open_to": open_to,
    "guests.close_to": close_to,
    "closing.close_by_time": close_by_time,
}


def in_state(ticket: Ticket, state: str) -> Ticket:
    """Put a ticket in a state by SQL, to start from there."""
    done = state in ("resolved", "closed", "merged")
    ended = state in ("closed", "merged")
    Ticket.objects.filter(pk=ticket.pk).update(
        state=state, resolved_at=RESOLVED if done else None, closed_at=CLOSED if ended else None
    )
    Interval.objects.filter(ticket=ticket).update(state=state, began_at=RESOLVED if done else OPENED)
    return Ticket.objects.get(pk=ticket.pk)


def call(case: Case, world: World, who: str | None = None):
    """Do the verb of a case as its own actor, or as somebody else."""
    given = case.given(world)
    if case.clock:
        given["at"] = AT
    if case.verb != "closing.close_by_time":  # the one verb that is its own actor
        given["by"] = world.actors[who or case.who]
    if case.verb != "desk.create":
        given["ticket"] = world.ticket
    return VERBS[case.verb](**given)


def fit_for(case: Case, world: World) -> None:
    """Put ticket 1 where the case starts."""
    world.ticket = in_state(world.ticket, case.start)


def all_rows() -> dict[str, list]:
    """Everything that a verb may leave in the database."""
    models = (Ticket, Ticket.locations.through, Message, Attachment, Event, Counter, TicketGrant)
    models += (TicketSnapshot, OutboxEntry, AuditEntry, Membership)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


class Point:
    """A moment in the transaction of the test to which one goes back."""

    def __init__(self):
        self.mark = transaction.savepoint()

    def back(self):
        transaction.savepoint_rollback(self.mark)
