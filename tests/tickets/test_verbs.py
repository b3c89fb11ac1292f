"""Every verb of a ticket, found by walking the rooms: what it leaves behind, whom it refuses, and that it is all or
nothing. A verb that stands in no table here fails the first test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

import tickets
from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from tenants.access import standing
from tenants.actor import Actor
from tenants.models import AuditEntry, LibraryMembership, Membership, Person
from tenants.outbox.models import OutboxEntry
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tickets import change
from tickets.closing.actions import close_by_time
from tickets.desk import actions as desk
from tickets.guests.actions import close_to, open_to
from tickets.models import Attachment, Counter, Event, Message, Ticket, TicketGrant
from tickets.refusals import AlreadyThere, TicketClosed, TransitionNotAllowed

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
# Functions of actions modules that change no ticket by themselves, and where they are tested.
NO_VERBS = {
    "closing.close_resolved": "test_closing.py",
    "idempotency.idempotent": "test_api.py",
    "notices.recipients": "test_notices.py",
    "notices.send_notices": "test_notices.py",
    "retention.purge_attachments": "test_retention.py",
    "retention.tidy_bytes": "test_retention.py",
    "snapshots.check_drift": "test_snapshots.py",
    "snapshots.rebuild": "test_snapshots.py",
}
OPENED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RESOLVED = OPENED + timedelta(minutes=60)
CLOSED = OPENED + timedelta(minutes=80)
AT = OPENED + timedelta(minutes=90, seconds=50)  # 90 whole minutes
LATER = date(2026, 12, 24)
NOTICES = "tickets.notices"


def test_every_verb_is_known():
    found = {}
    for room in pkgutil.iter_modules(tickets.__path__):
        if not room.ispkg or room.name == "migrations":
            continue
        names = {one.name for one in pkgutil.iter_modules([f"{tickets.__path__[0]}/{room.name}"])}
        if "actions" not in names:
            continue
        module = importlib.import_module(f"tickets.{room.name}.actions")
        for name, one in inspect.getmembers(module, inspect.isfunction):
            if one.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{room.name}.{name}"] = one
    assert {name: found[name] for name in found if name not in NO_VERBS} == VERBS
    assert {case.verb for case in CASES} == set(VERBS)
    assert set(REFUSALS) == {case.name for case in CASES}
    assert set(WHEN_CLOSED) == set(WHEN_MERGED) == set(VERBS) - {"desk.create"}


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


@pytest.fixture
def world(cast, bisc, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=OPENED, changed_at=OPENED, told_at=OPENED)
    Message.objects.filter(ticket=ticket).update(created_at=OPENED)
    everybody = cast.everybody
    here, there = bisc.organisation, cast.cubiss.organisation
    everybody |= {"administrator": Person.objects.create(email="alleen@bisc.example", name="Alleen beheer")}
    Membership.objects.create(
        person=everybody["administrator"], organisation=here, role="administrator", from_on=date(2024, 1, 1)
    )

    def actor(who, organisation):
        return Actor.of(standing(everybody[who], organisation), "api")

    actors = {who: actor(f"bisc {who}", here) for who in OWN}
    actors |= {
        "administrator": actor("administrator", here),
        "guest": actor("cubiss guest", here),
        "cubiss desk": actor("cubiss desk", here),
        "cubiss desk at cubiss": actor("cubiss desk", there),
        "cubiss keyuser at cubiss": actor("cubiss keyuser", there),
        "former at cubiss": actor("cubiss former", there),
        "member": actor("member", here),
        "member in common": actor("member", cast.common),
        "seated in common": actor("bisc seated", cast.common),
        "manager in common": actor("manager", cast.common),
        "platform in common": actor("platform", cast.common),
        "stranger": actor("stranger", here),
        "nobody": Actor(),
        "system": Actor.of_system("rule 7"),
        "system that works": Actor.of_system("rule 8", Permission.TICKETS_WORK, Permission.TICKETS_REPORT),
        "time": Actor.of_system("auto_close", Permission.TICKETS_CLOSE),
    }
    assert list(actors) == ACTORS
    return World(cast, Ticket.objects.get(pk=ticket.pk), actors)


def _in_state(ticket: Ticket, state: str) -> Ticket:
    """Put a ticket in a state by SQL, to start from there."""
    done = state in ("resolved", "closed", "merged")
    ended = state in ("closed", "merged")
    Ticket.objects.filter(pk=ticket.pk).update(
        state=state, resolved_at=RESOLVED if done else None, closed_at=CLOSED if ended else None
    )
    return Ticket.objects.get(pk=ticket.pk)


# Ticket 1 of BiSC before each case: made by the cast, with an internal note and a grant since.
BEFORE = {
    **{"number": "BISC-1", "type": "incident", "subject": "Zelfservice zegt kwartelzang", "state": "new"},
    **{"category": "6.1", "library": "bisc-een", "locations": ["bisc-een-1"], "platform": "midden-zuid"},
    **{"urgency": "high", "impact": "low", "priority": "medium", "priority_rank": 2},
    **{"reporter": "balie@bisc-een.example", "assignee": None},
    **{"opened_at": OPENED, "first_answer_at": None, "resolved_at": None, "closed_at": None},
    **{"changed_at": OPENED, "told_at": OPENED, "reopened": 0, "version": 3, "told_version": 1},
}
SNAPSHOT = {
    **{"organisation": "bisc", "number": "BISC-1", "type": "incident", "category": "6.1", "priority": "medium"},
    **{"state": "new", "library": "bisc-een", "locations": ["bisc-een-1"], "platform": "midden-zuid"},
    **{"opened_at": OPENED, "first_answer_at": None, "resolved_at": None, "closed_at": None, "reopened": 0},
    **{"minutes_to_first_answer": None, "minutes_to_resolution": None, "sla_outcome": "", "version": 4},
}
NAMES = {
    **{"category": "category__code", "library": "library__slug", "platform": "platform__slug"},
    **{"reporter": "reporter__email", "assignee": "assignee__email", "organisation": "organisation__slug"},
}


def _row(model, number: str, leave: set[str]) -> dict[str, object]:
    names = [one.name for one in model._meta.concrete_fields if one.name not in leave]
    values = model.objects.filter(number=number).values_list(*[NAMES.get(name, name) for name in names])
    return dict(zip(names, values.get(), strict=True))


def _ticket_row(number: str) -> dict[str, object]:
    places = Ticket.objects.get(number=number).locations.order_by("slug").values_list("slug", flat=True)
    return {**_row(Ticket, number, {"id", "search"}), "locations": list(places)}


def _snapshot_row(cast, number: str) -> dict[str, object]:
    slugs = {place.pk: place.slug for place in [*cast.bisc.locations, *cast.bisc.other_locations]}
    row = _row(TicketSnapshot, number, {"id", "location_ids"})
    (places,) = TicketSnapshot.objects.filter(number=number).values_list("location_ids", flat=True)
    return {**row, "locations": [slugs[pk] for pk in places]}


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


def _values(world: World) -> dict:
    return {
        **{"type": "question", "subject": "Hoe werkt het?", "body": "Wij weten het niet.", "urgency": "low"},
        **{"library": world.cast.bisc.library, "category": world.category("6.2")},
        "locations": world.cast.bisc.locations[1:],
    }


def _state(before: str, after: str) -> dict:
    return {"changes": {"state": [before, after]}}


NEW_ROW = {
    **{"number": "BISC-2", "type": "question", "subject": "Hoe werkt het?", "state": "new"},
    **{"category": "6.2", "library": "bisc-een", "locations": ["bisc-een-2", "bisc-een-3"], "platform": "midden-zuid"},
    **{"urgency": "low", "impact": "medium", "priority": "low", "priority_rank": 3},
    **{"reporter": "balie2@bisc-een.example", "assignee": None},
    **{"opened_at": AT, "first_answer_at": None, "resolved_at": None, "closed_at": None},
    **{"changed_at": AT, "told_at": AT, "reopened": 0, "version": 1, "told_version": 1},
}
NEW_SNAPSHOT = {
    **SNAPSHOT,
    **{"number": "BISC-2", "type": "question", "category": "6.2", "priority": "low"},
    **{"locations": ["bisc-een-2", "bisc-een-3"], "opened_at": AT, "version": 1},
}
TOLD = {"version": 4, "told_version": 2, "changed_at": AT, "told_at": AT}
INSIDE = {"version": 4, "changed_at": AT}
ANSWERED = {"first_answer_at": AT, "minutes_to_first_answer": 90}
DONE = {"resolved_at": AT, "minutes_to_resolution": 90}

CASES = [
    Case(
        "create by a colleague",
        "desk.create",
        "colleague2",
        lambda w: {**_values(w), "once": "m"},
        (Happened("created", 1, 1, message=("library", "public", "Wij weten het niet."), topics=(NOTICES,)),),
        after=NEW_ROW,
        snapshot=NEW_SNAPSHOT,
        number="BISC-2",
        again="nothing",
    ),
    Case(
        "create on behalf",
        "desk.create",
        "desk",
        lambda w: {
            **_values(w),
            **{"reporter": w.cast.bisc.people["neighbour"], "library": w.cast.bisc.other_library, "impact": "high"},
            **{"locations": [], "urgency": "high"},
        },
        (
            Happened(
                "created",
                1,
                1,
                message=("staff", "public", "Wij weten het niet."),
                topics=(NOTICES,),
                behalf="balie@bisc-twee.example",
            ),
        ),
        after={
            **NEW_ROW,
            **{"library": "bisc-twee", "platform": "noord-oost", "locations": [], "urgency": "high", "impact": "high"},
            **{"priority": "critical", "priority_rank": 0, "reporter": "balie@bisc-twee.example"},
        },
        snapshot={
            **NEW_SNAPSHOT,
            **{"library": "bisc-twee", "platform": "noord-oost", "locations": [], "priority": "critical"},
        },
        number="BISC-2",
    ),
    Case(
        "answer of staff",
        "desk.answer",
        "desk",
        lambda w: {"body": "Wij kijken.", "once": "m"},
        (
            Happened(
                "answered",
                4,
                2,
                _state("new", "open"),
                message=("staff", "public", "Wij kijken."),
                topics=(NOTICES,),
            ),
        ),
        after={**TOLD, "state": "open", "first_answer_at": AT},
        snapshot={**ANSWERED, "state": "open"},
        again="nothing",
    ),
    Case(
        "answer of staff that resolves",
        "desk.answer",
        "seated",
        lambda w: {"body": "Klaar.", "then": "resolved"},
        (
            Happened(
                "answered",
                4,
                2,
                _state("waiting_supplier", "resolved"),
                message=("staff", "public", "Klaar."),
                topics=(NOTICES,),
            ),
        ),
        start="waiting_supplier",
        after={**TOLD, "state": "resolved", "first_answer_at": AT, "resolved_at": AT},
        snapshot={**ANSWERED, **DONE, "state": "resolved"},
    ),
    Case(
        "note",
        "desk.answer",
        "lead",
        lambda w: {"body": "Onder ons.", "visibility": "internal"},
        (Happened("noted", 4, None, message=("staff", "internal", "Onder ons.")),),
        after=INSIDE,
    ),
    Case(
        "note that resolves",
        "desk.answer",
        "desk",
        lambda w: {"body": "Onder ons.", "visibility": "internal", "then": "resolved"},
        (
            Happened("noted", 4, None, message=("staff", "internal", "Onder ons.")),
            Happened("state_changed", 5, 2, _state("open", "resolved"), topics=(NOTICES,)),
        ),
        start="open",
        after={**TOLD, "version": 5, "state": "resolved", "first_answer_at": AT, "resolved_at": AT},
        snapshot={**ANSWERED, **DONE, "state": "resolved", "version": 5},
    ),
    Case(
        "word of a guest",
        "desk.answer",
        "guest",
        lambda w: {"body": "Bij ons ook.", "visibility": "partners"},
        (Happened("noted", 4, None, message=("partner", "partners", "Bij ons ook.")),),
        after=INSIDE,
    ),
    Case(
        "answer of the library",
        "desk.answer",
        "director",
        lambda w: {"body": "Hier is het."},
        (
            Happened(
                "answered",
                4,
                2,
                _state("waiting_reporter", "open"),
                message=("library", "public", "Hier is het."),
                topics=(NOTICES,),
            ),
        ),
        start="waiting_reporter",
        after={**TOLD, "state": "open"},
        snapshot={"state": "open"},
    ),
    Case(
        "answer of the library on a resolved ticket",
        "desk.answer",
        "colleague",
        lambda w: {"body": "Dank u."},
        (Happened("answered", 4, 2, message=("library", "public", "Dank u."), topics=(NOTICES,)),),
        start="resolved",
        after={**TOLD, "resolved_at": RESOLVED},
        snapshot={"state": "resolved", "resolved_at": RESOLVED, "minutes_to_resolution": 60},
    ),
    Case(
        "move with a reason",
        "desk.move",
        "desk",
        lambda w: {"to": "waiting_supplier", "reason": "Gemeld bij de leverancier."},
        (
            Happened(
                "state_changed",
                4,
                2,
                _state("new", "waiting_supplier"),
                message=("staff", "internal", "Gemeld bij de leverancier."),
                topics=(NOTICES,),
            ),
        ),
        after={**TOLD, "state": "waiting_supplier"},
        snapshot={"state": "waiting_supplier"},
        again="nothing",
    ),
    Case(
        "resolve",
        "desk.move",
        "lead",
        lambda w: {"to": "resolved"},
        (Happened("state_changed", 4, 2, _state("planned", "resolved"), topics=(NOTICES,)),),
        start="planned",
        after={**TOLD, "state": "resolved", "first_answer_at": AT, "resolved_at": AT},
        snapshot={**ANSWERED, **DONE, "state": "resolved"},
        again="nothing",
    ),
    Case(
        "close",
        "desk.move",
        "keyuser",
        lambda w: {"to": "closed"},
        (Happened("state_changed", 4, 2, _state("resolved", "closed"), topics=(NOTICES,)),),
        start="resolved",
        after={**TOLD, "state": "closed", "resolved_at": RESOLVED, "closed_at": AT},
        snapshot={"state": "closed", "resolved_at": RESOLVED, "closed_at": AT, "minutes_to_resolution": 60},
        again="nothing",
    ),
    Case(
        "reopen",
        "desk.move",
        "colleague",
        lambda w: {"to": "open", "reason": "Het is er weer."},
        (
            Happened(
                "state_changed",
                4,
                2,
                _state("closed", "open"),
                message=("library", "public", "Het is er weer."),
                topics=(NOTICES,),
            ),
        ),
        start="closed",
        after={**TOLD, "state": "open", "reopened": 1},
        snapshot={"state": "open", "reopened": 1},
        again="nothing",
    ),
    Case(
        "edit all fields",
        "desk.edit",
        "desk",
        lambda w: {
            "changes": {
                **{"type": "change", "subject": "Anders", "category": w.category("6.2"), "urgency": "medium"},
                **{"library": w.cast.bisc.other_library, "locations": w.cast.bisc.other_locations, "impact": "high"},
                **{"reporter": w.cast.bisc.people["neighbour"], "assignee": w.cast.bisc.people["seated"]},
            }
        },
        (
            Happened(
                "edited",
                4,
                2,
                lambda w: {
                    "changes": {
                        "type": ["incident", "change"],
                        "subject": ["Zelfservice zegt kwartelzang", "Anders"],
                        "category": [w.category("6.1").pk, w.category("6.2").pk],
                        "library": [w.cast.bisc.library.pk, w.cast.bisc.other_library.pk],
                        "locations": [[w.cast.bisc.locations[0].pk], [one.pk for one in w.cast.bisc.other_locations]],
                        "reporter": [w.pk("bisc colleague"), w.pk("bisc neighbour")],
                        "urgency": ["high", "medium"],
                        "impact": ["low", "high"],
                        "assignee": [None, w.pk("bisc seated")],
                        "priority": ["medium", "high"],
                    }
                },
                topics=(NOTICES,),
            ),
        ),
        after={
            **TOLD,
            **{"type": "change", "subject": "Anders", "category": "6.2", "library": "bisc-twee"},
            **{"locations": ["bisc-twee-1", "bisc-twee-2"], "platform": "noord-oost", "urgency": "medium"},
            **{"impact": "high", "priority": "high", "priority_rank": 1, "reporter": "balie@bisc-twee.example"},
            "assignee": "zetel@bisc.example",
        },
        snapshot={
            **{"type": "change", "category": "6.2", "library": "bisc-twee", "priority": "high"},
            **{"locations": ["bisc-twee-1", "bisc-twee-2"], "platform": "noord-oost"},
        },
        again="nothing",
    ),
    Case(
        "edit of the library alone",
        "desk.edit",
        "desk",
        lambda w: {"changes": {"library": w.cast.bisc.other_library, "reporter": w.cast.bisc.people["desk"]}},
        (
            Happened(
                "edited",
                4,
                2,
                lambda w: {
                    "changes": {
                        "library": [w.cast.bisc.library.pk, w.cast.bisc.other_library.pk],
                        "locations": [[w.cast.bisc.locations[0].pk], []],
                        "reporter": [w.pk("bisc colleague"), w.pk("bisc desk")],
                    }
                },
                topics=(NOTICES,),
            ),
        ),
        after={
            **TOLD,
            **{"library": "bisc-twee", "locations": [], "platform": "noord-oost", "reporter": "desk@bisc.example"},
        },
        snapshot={"library": "bisc-twee", "locations": [], "platform": "noord-oost"},
        again="nothing",
    ),
    Case(
        "edit of the impact",
        "desk.edit",
        "lead",
        lambda w: {"changes": {"impact": "high"}},
        (
            Happened(
                "edited",
                4,
                None,
                {"changes": {"impact": ["low", "high"], "priority": ["medium", "critical"]}},
                topics=(NOTICES,),
            ),
        ),
        after={**INSIDE, "impact": "high", "priority": "critical", "priority_rank": 0},
        snapshot={"priority": "critical"},
        again="nothing",
    ),
    Case(
        "assign",
        "desk.edit",
        "lead",
        lambda w: {"changes": {"assignee": w.cast.bisc.people["desk"], "urgency": "high"}},
        (
            Happened(
                "assigned",
                4,
                None,
                lambda w: {"changes": {"assignee": [None, w.pk("bisc desk")]}},
                topics=(NOTICES,),
            ),
        ),
        after={**INSIDE, "assignee": "desk@bisc.example"},
        again="nothing",
    ),
    Case(
        "pick up",
        "desk.pick_up",
        "seated",
        lambda w: {},
        (
            Happened(
                "picked_up",
                4,
                2,
                lambda w: {"changes": {"assignee": [None, w.pk("bisc seated")], "state": ["new", "open"]}},
            ),
        ),
        after={**TOLD, "assignee": "zetel@bisc.example", "state": "open"},
        snapshot={"state": "open"},
        again="nothing",
    ),
    Case(
        "pick up what is under way",
        "desk.pick_up",
        "desk",
        lambda w: {},
        (Happened("picked_up", 4, None, lambda w: {"changes": {"assignee": [None, w.pk("bisc desk")]}}),),
        start="waiting_supplier",
        after={**INSIDE, "assignee": "desk@bisc.example"},
        snapshot={"state": "waiting_supplier"},
        again="nothing",
    ),
    Case(
        "open to a colleague elsewhere",
        "guests.open_to",
        "lead",
        lambda w: {"person": w.cast.cubiss.people["lead"], "until_on": LATER},
        (
            Happened(
                "granted",
                4,
                None,
                lambda w: {"person": w.pk("cubiss lead"), "until_on": "2026-12-24"},
                topics=(NOTICES,),
            ),
        ),
        after={"version": 4},
        trail=(("guest.let_in", "lead@bisc.example", "bisc", "cubiss lead", {"until": "2026-12-24"}),),
        again="nothing",
        clock=False,
    ),
    Case(
        "close to a colleague elsewhere",
        "guests.close_to",
        "desk",
        lambda w: {"person": w.cast.cubiss.people["guest"]},
        (Happened("grant_ended", 4, None, lambda w: {"person": w.pk("cubiss guest")}),),
        after={"version": 4},
        trail=(("guest.let_out", "desk@bisc.example", "bisc", "cubiss guest", {}),),
        again="nothing",
        clock=False,
    ),
    Case(
        "close by time",
        "closing.close_by_time",
        "time",
        lambda w: {"resolved_at": RESOLVED},
        (Happened("state_changed", 4, 2, _state("resolved", "closed"), topics=(NOTICES,)),),
        start="resolved",
        after={**TOLD, "state": "closed", "resolved_at": RESOLVED, "closed_at": AT},
        snapshot={"state": "closed", "resolved_at": RESOLVED, "closed_at": AT, "minutes_to_resolution": 60},
        again="nothing",
    ),
]
BY_NAME = {case.name: case for case in CASES}
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def _call(case: Case, world: World, who: str | None = None):
    """Do the verb of a case as its own actor, or as somebody else."""
    given = case.given(world)
    if case.clock:
        given["at"] = AT
    if case.verb != "closing.close_by_time":  # the one verb that is its own actor
        given["by"] = world.actors[who or case.who]
    if case.verb != "desk.create":
        given["ticket"] = world.ticket
    return VERBS[case.verb](**given)


def _fit_for(case: Case, world: World) -> None:
    """Put ticket 1 where the case starts."""
    world.ticket = _in_state(world.ticket, case.start)


def _all_rows() -> dict[str, list]:
    """Everything that a verb may leave in the database."""
    models = (Ticket, Ticket.locations.through, Message, Attachment, Event, Counter, TicketGrant)
    models += (TicketSnapshot, OutboxEntry, AuditEntry, Membership)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@every_case
def test_what_a_verb_leaves(case, world, ticket):
    _fit_for(case, world)
    last = {model: model.objects.order_by("-pk").first().pk for model in (Event, Message, OutboxEntry, AuditEntry)}
    began = timezone.now()
    _call(case, world)

    expected = case.after if case.number == "BISC-2" else {**BEFORE, "state": case.start, **case.after}
    found = _ticket_row(case.number)
    if not case.clock:
        assert began <= found.pop("changed_at") <= timezone.now()
        expected.pop("changed_at")
    assert found == expected

    events = list(Event.objects.filter(pk__gt=last[Event]).order_by("pk"))
    assert len(events) == len(case.happened)
    messages = list(Message.objects.filter(pk__gt=last[Message]).order_by("pk"))
    assert [one.pk for one in messages] == [event.message_id for event in events if event.message_id]
    actor = world.actors[case.who]
    for event, wanted in zip(events, case.happened, strict=True):
        payload = wanted.payload(world) if callable(wanted.payload) else wanted.payload
        assert (event.ticket.number, event.kind, event.schema, event.payload) == (case.number, wanted.kind, 1, payload)
        assert (event.actor, event.system_actor) == (actor.person, "auto_close" if case.who == "time" else "")
        assert event.channel == ("system" if case.who == "time" else "api")
        assert (event.on_behalf_of and event.on_behalf_of.email) == wanted.behalf
        assert (event.ticket_version, event.told_version) == (wanted.version, wanted.told)
        assert (event.cause, event.undoes) == (None, None)
        assert event.created_at == AT or (not case.clock and began <= event.created_at <= timezone.now())
        said = event.message
        assert (said and (said.speaker, said.visibility, said.body)) == wanted.message
        if said:
            assert (said.author, said.speaker_name, said.channel) == (actor.person, "", "api")
            assert (said.ticket, said.origin_ticket, said.created_at) == (event.ticket, None, AT)

    wanted = [
        ("bisc", topic, f"event {event.pk}", f"{topic} event {event.pk}", 0, None, None)
        for event, one in zip(events, case.happened, strict=True)
        for topic in one.topics
    ]
    names = ("organisation__slug", "topic", "address", "dedupe_key", "attempts", "done_at", "given_up_at")
    rows = OutboxEntry.objects.filter(pk__gt=last[OutboxEntry]).order_by("pk")
    assert list(rows.values_list(*names)) == wanted
    assert all(began <= row.due_at <= timezone.now() for row in rows)

    trail = AuditEntry.objects.filter(pk__gt=last[AuditEntry]).order_by("pk")
    assert [(one.action, one.actor.email, one.organisation.slug, one.object, one.details) for one in trail] == [
        (action, who, organisation, f"person {world.pk(whom)}", details)
        for action, who, organisation, whom, details in case.trail
    ]

    base = {} if case.number == "BISC-2" else {**SNAPSHOT, "state": case.start}
    assert _snapshot_row(world.cast, case.number) == {**base, **case.snapshot}


# Who may do the verb of a case ("done"), whom the state refuses ("conflict"), who says what only staff say
# ("not valid"); everybody else may not.
STAFF = dict.fromkeys(["desk", "lead", "seated"], "done")
SEES = dict.fromkeys(["keyuser", "director", "colleague"], "done")
REFUSALS = {
    "create by a colleague": STAFF | SEES | {"colleague2": "done"},
    "create on behalf": STAFF | {"neighbour": "not valid"},
    "answer of staff": STAFF | SEES,
    "answer of staff that resolves": STAFF | dict.fromkeys(["keyuser", "director", "colleague"], "conflict"),
    "note": STAFF,
    "note that resolves": STAFF,
    "word of a guest": STAFF | {"guest": "done"},
    "answer of the library": STAFF | SEES,
    "answer of the library on a resolved ticket": STAFF | SEES,
    "move with a reason": STAFF
    | dict.fromkeys(["keyuser", "director", "colleague"], "conflict")
    | {"time": "conflict"},
    "resolve": STAFF | dict.fromkeys(["keyuser", "director", "colleague"], "conflict") | {"time": "conflict"},
    "close": STAFF | {"keyuser": "done", "colleague": "done", "director": "conflict", "time": "done"},
    "reopen": STAFF | {"keyuser": "done", "colleague": "done", "director": "conflict", "time": "conflict"},
    "edit all fields": STAFF,
    "edit of the library alone": STAFF,
    "edit of the impact": STAFF,
    "assign": STAFF,
    "pick up": STAFF,
    "pick up what is under way": STAFF,
    "open to a colleague elsewhere": STAFF,
    "close to a colleague elsewhere": STAFF,
    "close by time": dict.fromkeys(ACTORS, "done"),  # takes no actor: time is its own
}


@every_case
def test_whom_a_verb_refuses(case, world):
    """Each actor, one after another, each from where the case starts; a refusal leaves nothing."""
    found = {}
    for who in ACTORS:
        point = _Point()
        _fit_for(case, world)
        before = _all_rows()
        try:
            _call(case, world, who)
            found[who] = "done"
            assert _all_rows() != before
        except NotAllowed:
            found[who] = "not allowed"
            assert _all_rows() == before
        except TransitionNotAllowed:
            found[who] = "conflict"
            assert _all_rows() == before
        except ValidationError:
            found[who] = "not valid"
            assert _all_rows() == before
        point.back()
    assert found == dict.fromkeys(ACTORS, "not allowed") | REFUSALS[case.name]


class _Point:
    """A moment in the transaction of the test to which one goes back."""

    def __init__(self):
        self.mark = transaction.savepoint()

    def back(self):
        transaction.savepoint_rollback(self.mark)


# On a closed ticket and on a merged one: "done", "refused" (TicketClosed), or nothing at all.
WHEN_CLOSED = {
    "desk.answer": {"public": "refused", "internal": "done"},
    "desk.move": "done",
    "desk.edit": "refused",
    "desk.pick_up": "refused",
    "guests.open_to": "done",
    "guests.close_to": "done",
    "closing.close_by_time": "nothing",
}
WHEN_MERGED = {
    "desk.answer": {"public": "refused", "internal": "refused"},
    "desk.move": "refused",
    "desk.edit": "refused",
    "desk.pick_up": "refused",
    "guests.open_to": "refused",
    "guests.close_to": "refused",
    "closing.close_by_time": "nothing",
}
ON_ENDED = {
    ("desk.answer", "public"): "answer of the library on a resolved ticket",
    ("desk.answer", "internal"): "note",
    ("desk.move", ""): "reopen",
    ("desk.edit", ""): "edit of the impact",
    ("desk.pick_up", ""): "pick up",
    ("guests.open_to", ""): "open to a colleague elsewhere",
    ("guests.close_to", ""): "close to a colleague elsewhere",
    ("closing.close_by_time", ""): "close by time",
}


@pytest.mark.parametrize(("state", "table"), [("closed", WHEN_CLOSED), ("merged", WHEN_MERGED)])
@pytest.mark.parametrize(("verb", "how"), ON_ENDED)
def test_an_ended_ticket(state, table, verb, how, world):
    case = BY_NAME[ON_ENDED[verb, how]]
    world.ticket = _in_state(world.ticket, state)
    before, expected = _all_rows(), table[verb][how] if how else table[verb]
    if expected == "refused":
        with pytest.raises(TicketClosed):
            _call(case, world)
        assert _all_rows() == before
    else:
        _call(case, world)
        assert (_all_rows() == before) is (expected == "nothing")


@every_case
def test_a_verb_is_all_or_nothing(case, world, monkeypatch):
    """A follower that fails after the others did their work takes everything back with it."""
    _fit_for(case, world)
    before, followed = _all_rows(), []

    def fails(event):
        followed.append(event.kind)
        raise ZeroDivisionError

    monkeypatch.setattr(change, "FOLLOWERS", (*change.FOLLOWERS, fails))
    with pytest.raises(ZeroDivisionError):
        _call(case, world)
    assert followed == [case.happened[0].kind] and _all_rows() == before


@pytest.mark.parametrize("case", [one for one in CASES if len(one.happened) == 2], ids=lambda case: case.name)
def test_two_events_are_both_or_neither(case, world, monkeypatch):
    _fit_for(case, world)
    before, followed = _all_rows(), []

    def fails_at_the_second(event):
        followed.append(event.kind)
        assert len(followed) < 2

    monkeypatch.setattr(change, "FOLLOWERS", (*change.FOLLOWERS, fails_at_the_second))
    with pytest.raises(AssertionError):
        _call(case, world)
    assert followed == [one.kind for one in case.happened] and _all_rows() == before


@every_case
def test_the_same_call_again(case, world):
    _fit_for(case, world)
    _call(case, world)
    once = _all_rows()
    _call(case, world)
    assert (_all_rows() == once) is (case.again == "nothing")


def test_a_reason_that_would_be_lost_is_refused(world):
    """The same state with another reason than was given last: nothing happens, and the text comes back."""
    _in_state(world.ticket, "open")
    desk.move(ticket=world.ticket, to="planned", reason="Volgende week.", by=world.actors["desk"])
    before = _all_rows()
    for who, reason in (("desk", "Toch later."), ("lead", "Volgende week.")):
        with pytest.raises(AlreadyThere):
            desk.move(ticket=world.ticket, to="planned", reason=reason, by=world.actors[who])
    desk.move(ticket=world.ticket, to="planned", reason="  ", by=world.actors["lead"])
    assert _all_rows() == before


def test_a_file_is_kept_with_all_that_is_known_of_it(world):
    upload = SimpleUploadedFile("Scherm 1.txt", b"klant 118")
    said = desk.answer(
        ticket=world.ticket, body="", uploads=[upload], patron_data=True, by=world.actors["colleague"], at=AT
    )
    (row,) = Attachment.objects.values()
    storage_name, key = row.pop("storage_name"), row.pop("key")
    assert storage_name == f"bisc/{key}" and len(key) == 48
    row.pop("id")
    assert row == {
        **{"message_id": said.pk, "name": "Scherm 1.txt", "size": 9, "content_type": "text/plain"},
        "sha256": "31abb7ce0ef0650ff853cba74cd377425324f896a7a02634191102a76a00e4e9",
        **{"purpose": "message", "contains_patron_data": True, "purge_on": date(2027, 1, 31), "created_at": AT},
    }
    assert default_storage.open(storage_name).read() == b"klant 118"
    default_storage.delete(storage_name)
    desk.answer(ticket=world.ticket, body="x", uploads=[upload], by=world.actors["colleague"], at=AT)
    plain = Attachment.objects.last()
    assert (plain.contains_patron_data, plain.purge_on) == (False, None)
    default_storage.delete(plain.storage_name)


def test_a_verb_works_on_the_ticket_as_it_is_now(world):
    """What the caller read before is not written back."""
    stale = Ticket.objects.get(pk=world.ticket.pk)
    desk.edit(ticket=world.ticket, changes={"subject": "Van een ander", "impact": "high"}, by=world.actors["lead"])
    desk.answer(ticket=stale, body="Toch", by=world.actors["desk"])
    desk.move(ticket=stale, to="planned", by=world.actors["desk"])
    now = Ticket.objects.get(pk=stale.pk)
    assert (now.subject, now.impact, now.priority, now.state) == ("Van een ander", "high", "critical", "planned")


def test_the_key_of_another_ticket_is_not_taken_for_it(cast, world):
    """Keys collide over organisations: a ticket of Cubiss with the same key changes nothing here."""
    foreign = Ticket(pk=world.ticket.pk, number="CUBISS-1", state="new")
    before = _all_rows()
    for verb, more in ((desk.move, {"to": "open"}), (desk.pick_up, {}), (desk.answer, {"body": "x"})):
        with pytest.raises(Ticket.DoesNotExist):
            verb(ticket=foreign, by=world.actors["desk"], **more)
    assert _all_rows() == before


def test_a_colleague_who_was_let_see_more_may_answer_and_no_more(world):
    LibraryMembership.objects.filter(person=world.cast.bisc.people["colleague2"]).update(sees="library")
    reader = world.cast.bisc.actor("colleague2")
    desk.answer(ticket=world.ticket, body="Bij mij ook.", by=reader)
    for state in ("resolved", "closed"):
        _in_state(world.ticket, state)
        for goal in {"open", "closed"} - {state}:
            with pytest.raises(TransitionNotAllowed):
                desk.move(ticket=world.ticket, to=goal, by=reader)
