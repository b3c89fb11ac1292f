"""Types, states and priorities of tickets, and who may take a ticket from which state to which."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Type(models.TextChoices):
    """What a ticket is (ITIL)."""

    INCIDENT = "incident", _("incident")
    SERVICE_REQUEST = "service_request", _("service request")
    QUESTION = "question", _("question")
    CHANGE = "change", _("change")
    WISH = "wish", _("wish")
    COMPLAINT = "complaint", _("complaint")


class State(models.TextChoices):
    """Where a ticket stands."""

    NEW = "new", _("new")
    OPEN = "open", _("in progress")
    WAITING_REPORTER = "waiting_reporter", _("waiting for reporter")
    WAITING_SUPPLIER = "waiting_supplier", _("waiting for supplier")
    WAITING_PARTNER = "waiting_partner", _("waiting for partner")
    PLANNED = "planned", _("planned")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")
    MERGED = "merged", _("merged")


class Urgency(models.TextChoices):
    """How much time presses; the reporter says."""

    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Impact(models.TextChoices):
    """How large the effect is; the desk says."""

    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Priority(models.TextChoices):
    """In which order; follows from urgency and impact."""

    CRITICAL = "critical", _("critical")
    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class Visibility(models.TextChoices):
    """Who reads a message."""

    PUBLIC = "public", _("public")
    INTERNAL = "internal", _("internal")
    PARTNERS = "partners", _("partners")


class Speaker(models.TextChoices):
    """Who says something: a person for the desk, the library or a colleague POI; or somebody who is no person here."""

    STAFF = "staff", _("staff")
    LIBRARY = "library", _("library")
    PARTNER = "partner", _("colleague POI")
    SUPPLIER = "supplier", _("supplier")
    GUEST = "guest", _("guest")
    SYSTEM = "system", _("system")


PEOPLE = (Speaker.STAFF, Speaker.LIBRARY, Speaker.PARTNER)

OPEN_STATES = (
    State.NEW,
    State.OPEN,
    State.WAITING_REPORTER,
    State.WAITING_SUPPLIER,
    State.WAITING_PARTNER,
    State.PLANNED,
)
CLOSED_STATES = (State.CLOSED, State.MERGED)
# Work that waits for us: of these, what nobody has is to be picked up.
OUR_TURN = (State.NEW, State.OPEN)
# What asks something of the library: to answer, or to say whether it is resolved.
ASKS_LIBRARY = (State.WAITING_REPORTER, State.RESOLVED)

# What each waiting state asks, by field of the ticket: its one fact, and what may be told with it. It holds as long as
# the state does; history keeps it.
FACTS: dict[str, tuple[str, ...]] = {
    State.PLANNED: ("planned_until",),
    State.WAITING_SUPPLIER: ("supplier", "supplier_number"),
    State.WAITING_PARTNER: ("partner",),
    State.WAITING_REPORTER: ("asked",),
}
FACT_NAMES = tuple(name for names in FACTS.values() for name in names)
ENDED = (State.RESOLVED, State.CLOSED)

# Priority by (urgency, impact): the 3 x 3 matrix of ITIL with four outcomes.
PRIORITY = {
    (Urgency.HIGH, Impact.HIGH): Priority.CRITICAL,
    (Urgency.HIGH, Impact.MEDIUM): Priority.HIGH,
    (Urgency.MEDIUM, Impact.HIGH): Priority.HIGH,
    (Urgency.HIGH, Impact.LOW): Priority.MEDIUM,
    (Urgency.MEDIUM, Impact.MEDIUM): Priority.MEDIUM,
    (Urgency.LOW, Impact.HIGH): Priority.MEDIUM,
    (Urgency.MEDIUM, Impact.LOW): Priority.LOW,
    (Urgency.LOW, Impact.MEDIUM): Priority.LOW,
    (Urgency.LOW, Impact.LOW): Priority.LOW,
}


def priority_of(urgency: str, impact: str) -> Priority:
    """Return the priority that follows from an urgency and an impact; raises ValueError for an unknown one."""
    return PRIORITY[(Urgency(urgency), Impact(impact))]


# What an actor is on one ticket: for the desk; its reporter or key user; whoever else may read it; time.
STAFF, REPORTER, READER, TIME = "staff", "reporter", "reader", "time"
REOPEN_DAYS = 14

_WORKING = (
    State.OPEN,
    State.WAITING_REPORTER,
    State.WAITING_SUPPLIER,
    State.WAITING_PARTNER,
    State.PLANNED,
)

# (role, from) -> to. Merged is reached by merging, never by hand.
TRANSITIONS: dict[tuple[str, str], tuple[str, ...]] = {
    **{(STAFF, state): tuple(to for to in (*_WORKING, State.RESOLVED) if to != state) for state in OPEN_STATES},
    (STAFF, State.RESOLVED): (State.OPEN, State.CLOSED),
    (STAFF, State.CLOSED): (State.OPEN,),
    **{(REPORTER, state): (State.CLOSED,) for state in OPEN_STATES},  # needed no more
    (REPORTER, State.RESOLVED): (State.CLOSED, State.OPEN),
    (REPORTER, State.CLOSED): (State.OPEN,),
    (TIME, State.RESOLVED): (State.CLOSED,),
}


# A public answer takes the ticket along: (role, from) -> to.
AFTER_ANSWER: dict[tuple[str, str], State] = {
    (STAFF, State.NEW): State.OPEN,
    (REPORTER, State.WAITING_REPORTER): State.OPEN,
    (READER, State.WAITING_REPORTER): State.OPEN,
}


def is_withdrawn(state: str, resolved_at: datetime | None, closed_at: datetime | None) -> bool:
    """Was a ticket closed that was never resolved: withdrawn by who reported it? Then it ended in one moment.

    The figures of the cooperation have the same rule: what is withdrawn is not resolved.
    """
    return state == State.CLOSED and resolved_at is not None and resolved_at == closed_at


def allowed(role: str, state: str) -> tuple[str, ...]:
    """Return the states to which `role` (staff, reporter, time) may take a ticket that is in `state`."""
    return TRANSITIONS.get((role, state), ())
