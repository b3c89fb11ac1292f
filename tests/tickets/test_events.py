"""What can happen to a ticket: names that stay, what each carries, who listens, and rows that stay."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tickets.access import events_visible_to
from tickets.events import EDITABLE, PAYLOADS, TOPICS, Kind
from tickets.models import Event

# Kind -> the fields it may change, what else it carries, and the tasks that hear of it. Names are never changed.
EDITS = {"type", "subject", "category", "library", "locations", "reporter", "urgency", "impact", "assignee"}
STEP = {"state", "assignee", "category", "planned_until", "supplier", "supplier_number", "partner", "asked"}
KINDS = {
    "created": (set(), set(), ["tickets.notices"]),
    "answered": (STEP, set(), ["tickets.notices"]),
    "noted": (set(), set(), []),
    "state_changed": (STEP, set(), ["tickets.notices"]),
    "edited": (EDITS | {"priority"}, {"warning"}, ["tickets.notices"]),
    "assigned": ({"assignee"}, {"warning"}, ["tickets.notices"]),
    "picked_up": ({"assignee", "state"}, set(), []),
    "granted": (set(), {"person", "until_on"}, ["tickets.notices"]),
    "grant_ended": (set(), {"person"}, []),
}


def test_the_kinds_of_events():
    found = {
        kind.value: (set(PAYLOADS[kind].fields), set(vars(PAYLOADS[kind]())) - {"changes"}, list(TOPICS.get(kind, ())))
        for kind in Kind
    }
    assert found == KINDS
    assert set(EDITABLE) == EDITS and len(EDITABLE) == len(EDITS)
    assert {kind: PAYLOADS[kind].schema for kind in PAYLOADS} == dict.fromkeys(KINDS, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_carries_no_change_that_is_not_its_own(kind):
    fields, _more, _topics = KINDS[kind]
    for name in EDITS | STEP | {"priority", "version", "platform"}:
        if name in fields:
            assert PAYLOADS[kind](changes={name: [1, 2]}).kept() == {"changes": {name: [1, 2]}}
        else:
            with pytest.raises(ValueError, match=name):
                PAYLOADS[kind](changes={name: [1, 2]})


def test_what_is_kept_of_a_payload():
    assert PAYLOADS["granted"](person=5, until_on="2026-12-24").kept() == {"person": 5, "until_on": "2026-12-24"}
    assert PAYLOADS["granted"](person=5).kept() == {"person": 5}
    assert PAYLOADS["noted"]().kept() == {}


@pytest.mark.parametrize(
    "statement", ["UPDATE tickets_event SET kind = 'x'", "DELETE FROM tickets_event", "TRUNCATE tickets_event CASCADE"]
)
def test_events_are_append_only(bisc, statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_event_has_a_person_or_a_system_actor(bisc, ticket):
    for actor, system in ((None, ""), (bisc.people["desk"], "auto_close")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.create(
                ticket=ticket, kind="x", actor=actor, system_actor=system, channel="page", ticket_version=1
            )


@pytest.mark.parametrize(
    ("kind", "told_version", "seen"),
    [
        ("state_changed", 9, True),
        ("state_changed", None, False),  # what it was not told
        ("edited", None, False),
        ("answered", None, False),
        ("created", None, False),
        ("noted", 9, False),  # the desk's own, whatever it is said to have told
        ("assigned", 9, False),
        ("granted", 9, False),
        ("grant_ended", 9, False),
    ],
)
def test_a_library_reads_an_event_that_was_told_and_of_a_kind_that_is_for_it(bisc, ticket, kind, told_version, seen):
    """Either is enough to keep it inside."""
    made = Event.objects.create(
        **{"ticket": ticket, "kind": kind, "payload": {"changes": {"state": ["new", "open"]}}, "channel": "page"},
        **{"actor": bisc.people["desk"], "ticket_version": 9, "told_version": told_version},
    )
    assert (made in events_visible_to(ticket, bisc.standing("keyuser"))) is seen
    assert made in events_visible_to(ticket, bisc.standing("desk"))
