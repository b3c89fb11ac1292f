"""Every verb of a ticket, found by walking the rooms: what it leaves behind, whom it refuses, and that it is all or
nothing. A verb that stands in no table here fails the first test.
"""

import importlib
import inspect
import pkgutil
from datetime import date

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

import tickets
from agenda.figures.models import TicketSnapshot
from tenants.models import AuditEntry, LibraryMembership
from tenants.outbox.models import OutboxEntry
from tests.tickets.cases import CASES, every_case
from tests.tickets.test_verbs_refused import REFUSALS, WHEN_CLOSED, WHEN_MERGED
from tests.tickets.verbs import (
    AT,
    BEFORE,
    PLANNED,
    SNAPSHOT,
    VERBS,
    all_rows,
    call,
    fit_for,
    in_state,
)
from tickets import change
from tickets.desk import actions as desk
from tickets.models import Attachment, Event, Message, RulesStamp, Ticket
from tickets.refusals import AlreadyThere, TransitionNotAllowed

# Functions of actions modules that change no ticket by themselves, and where they are tested.
NO_VERBS = {
    **dict.fromkeys(
        ["calendars.change_hours", "calendars.close_on", "calendars.make_calendar", "calendars.open_again"],
        "test_calendars.py",
    ),
    **dict.fromkeys(["calendars.withdraw_hours", "calendars.tidy"], "test_calendars.py"),
    **dict.fromkeys(
        [
            *("contracts.make_contract", "contracts.make_supplier_contract", "contracts.change_contract"),
            *("contracts.renew_contract", "contracts.end_contract", "contracts.one_at_a_time", "contracts.locked"),
            *("contracts.require_keeper", "contracts.told", "contracts.named", "contracts.refuse_wrong"),
        ],
        "test_contracts.py",
    ),
    **dict.fromkeys(
        [
            *("agreements.change_agreement", "agreements.end_agreement", "agreements.make_agreement"),
            *("agreements.require_keeper", "agreements.version_at", "agreements.withdraw_version"),
        ],
        "test_agreements.py",
    ),
    **dict.fromkeys(
        ["warnings.make_rung", "warnings.change_rung", "warnings.end_rung", "warnings.require_keeper"],
        "test_warning_rungs.py",
    ),
    **dict.fromkeys(
        ["clocks.begin_day", "clocks.left_to_reckon", "clocks.mark_late", "clocks.reckon_again"], "test_reckon_again.py"
    ),
    "closing.close_resolved": "test_closing.py",
    "idempotency.idempotent": "test_api.py",
    "notices.recipients": "test_notices.py",
    "notices.send_notices": "test_notices.py",
    "proposals.count_sorted": "test_proposals.py",
    "restoring.carry_over": "test_restoring.py",
    "retention.purge_attachments": "test_retention.py",
    "retention.tidy_bytes": "test_retention.py",
    "snapshots.check_drift": "test_snapshots.py",
    "snapshots.rebuild": "test_snapshots.py",
}


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


@every_case
def test_what_a_verb_leaves(case, world, ticket):
    fit_for(case, world)
    last = {model: model.objects.order_by("-pk").first().pk for model in (Event, Message, OutboxEntry, AuditEntry)}
    began = timezone.now()
    call(case, world)

    expected = case.after if case.number == "BISC-2" else {**BEFORE, "state": case.start, **case.after}
    found = _ticket_row(case.number)
    expected["rules"] = RulesStamp.objects.get().stamp  # nothing changed them
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


@every_case
def test_a_verb_is_all_or_nothing(case, world, monkeypatch):
    """A follower that fails after the others did their work takes everything back with it."""
    fit_for(case, world)
    before, followed = all_rows(), []

    def fails(event):
        followed.append(event.kind)
        raise ZeroDivisionError

    monkeypatch.setattr(change, "FOLLOWERS", (*change.FOLLOWERS, fails))
    with pytest.raises(ZeroDivisionError):
        call(case, world)
    assert followed == [case.happened[0].kind] and all_rows() == before


@pytest.mark.parametrize("case", [one for one in CASES if len(one.happened) == 2], ids=lambda case: case.name)
def test_two_events_are_both_or_neither(case, world, monkeypatch):
    fit_for(case, world)
    before, followed = all_rows(), []

    def fails_at_the_second(event):
        followed.append(event.kind)
        assert len(followed) < 2
        return []

    monkeypatch.setattr(change, "FOLLOWERS", (*change.FOLLOWERS, fails_at_the_second))
    with pytest.raises(AssertionError):
        call(case, world)
    assert followed == [one.kind for one in case.happened] and all_rows() == before


@every_case
def test_the_same_call_again(case, world):
    fit_for(case, world)
    call(case, world)
    once = all_rows()
    call(case, world)
    assert (all_rows() == once) is (case.again == "nothing")


def test_a_reason_that_would_be_lost_is_refused(world):
    """The same state with another reason than was given last: nothing happens, and the text comes back."""
    in_state(world.ticket, "open")
    desk.move(ticket=world.ticket, to="planned", fact=PLANNED, reason="Volgende week.", by=world.actors["desk"])
    before = all_rows()
    for who, reason in (("desk", "Toch later."), ("lead", "Volgende week.")):
        with pytest.raises(AlreadyThere):
            desk.move(ticket=world.ticket, to="planned", fact=PLANNED, reason=reason, by=world.actors[who])
    desk.move(ticket=world.ticket, to="planned", fact=PLANNED, reason="  ", by=world.actors["lead"])
    assert all_rows() == before


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
    desk.move(ticket=stale, to="planned", fact=PLANNED, by=world.actors["desk"])
    now = Ticket.objects.get(pk=stale.pk)
    assert (now.subject, now.impact, now.priority, now.state) == ("Van een ander", "high", "critical", "planned")


def test_the_key_of_another_ticket_is_not_taken_for_it(cast, world):
    """Keys collide over organisations: a ticket of Cubiss with the same key changes nothing here."""
    foreign = Ticket(pk=world.ticket.pk, number="CUBISS-1", state="new")
    before = all_rows()
    for verb, more in ((desk.move, {"to": "open"}), (desk.pick_up, {}), (desk.answer, {"body": "x"})):
        with pytest.raises(Ticket.DoesNotExist):
            verb(ticket=foreign, by=world.actors["desk"], **more)
    assert all_rows() == before


def test_a_colleague_who_was_let_see_more_may_answer_and_no_more(world):
    LibraryMembership.objects.filter(person=world.cast.bisc.people["colleague2"]).update(sees="library")
    reader = world.cast.bisc.actor("colleague2")
    desk.answer(ticket=world.ticket, body="Bij mij ook.", by=reader)
    for state in ("resolved", "closed"):
        in_state(world.ticket, state)
        for goal in {"open", "closed"} - {state}:
            with pytest.raises(TransitionNotAllowed):
                desk.move(ticket=world.ticket, to=goal, by=reader)
