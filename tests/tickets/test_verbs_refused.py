"""Whom a verb of a ticket refuses, and what an ended ticket still takes."""

import pytest
from django.core.exceptions import ValidationError

from tenants.refusals import NotAllowed
from tests.tickets.cases import BY_NAME, every_case
from tests.tickets.verbs import (
    ACTORS,
    Point,
    all_rows,
    call,
    fit_for,
    in_state,
)
from tickets.refusals import TicketClosed, TransitionNotAllowed

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
    "withdraw": dict.fromkeys([*STAFF, "director", "time"], "conflict") | {"keyuser": "done", "colleague": "done"},
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
        point = Point()
        fit_for(case, world)
        before = all_rows()
        try:
            call(case, world, who)
            found[who] = "done"
            assert all_rows() != before
        except NotAllowed:
            found[who] = "not allowed"
            assert all_rows() == before
        except TransitionNotAllowed:
            found[who] = "conflict"
            assert all_rows() == before
        except ValidationError:
            found[who] = "not valid"
            assert all_rows() == before
        point.back()
    assert found == dict.fromkeys(ACTORS, "not allowed") | REFUSALS[case.name]


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
    world.ticket = in_state(world.ticket, state)
    before, expected = all_rows(), table[verb][how] if how else table[verb]
    if expected == "refused":
        with pytest.raises(TicketClosed):
            call(case, world)
        assert all_rows() == before
    else:
        call(case, world)
        assert (all_rows() == before) is (expected == "nothing")
