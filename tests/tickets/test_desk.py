"""The verbs: what they change, who may, what they leave behind."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from tenants.actor import Actor
from tenants.models import LibraryMembership, Organisation
from tenants.outbox.models import OutboxEntry
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tests.tickets.verbs import PLANNED, SUPPLIER
from tickets.desk import actions as verbs
from tickets.desk.queries import timeline
from tickets.models import Event, Ticket
from tickets.refusals import AlreadyTaken, TicketClosed, TransitionNotAllowed
from tickets.states import (
    OPEN_STATES,
    PRIORITY,
    REPORTER,
    STAFF,
    TIME,
    TRANSITIONS,
    Impact,
    Priority,
    State,
    Urgency,
    Visibility,
    allowed,
    priority_of,
)


def _create(house, who="colleague", **changes):
    values = {
        "type": "incident",
        "subject": "Zelfservice doet het niet",
        "body": "Sinds vanochtend.",
        "library": house.library,
        "category": Category.objects.get(code="6.1"),
        "urgency": "high",
        "by": house.actor(who),
        **changes,
    }
    return verbs.create(**values)


def _at(ticket, state):
    """Put a ticket in a state by SQL, to start from there."""
    now = timezone.now()
    Ticket.objects.filter(pk=ticket.pk).update(
        state=state,
        resolved_at=None if state in OPEN_STATES else now,
        closed_at=now if state in (State.CLOSED, State.MERGED) else None,
    )
    return Ticket.objects.get(pk=ticket.pk)


def test_the_matrix_of_priorities():
    assert len(PRIORITY) == 9
    rows = [[priority_of(urgency, impact) for impact in Impact] for urgency in Urgency]
    assert rows == [
        [Priority.LOW, Priority.LOW, Priority.MEDIUM],
        [Priority.LOW, Priority.MEDIUM, Priority.HIGH],
        [Priority.MEDIUM, Priority.HIGH, Priority.CRITICAL],
    ]


def test_the_table_of_transitions():
    """Written out once more, from the agreement: staff, reporter and time."""
    working = {"open", "waiting_reporter", "waiting_supplier", "waiting_partner", "planned"}
    for state in ("new", *working):
        assert set(allowed(STAFF, state)) == (working | {"resolved"}) - {state}
        assert allowed(REPORTER, state) == ("closed",)
    assert set(allowed(STAFF, "resolved")) == {"open", "closed"}
    assert set(allowed(STAFF, "closed")) == {"open"}
    assert set(allowed(REPORTER, "resolved")) == {"closed", "open"}
    assert set(allowed(REPORTER, "closed")) == {"open"}
    assert allowed(TIME, "resolved") == ("closed",)
    assert all("merged" not in goals for goals in TRANSITIONS.values())
    assert allowed(STAFF, "merged") == ()


WORKING = ["open", "waiting_reporter", "waiting_supplier", "waiting_partner", "planned"]
# Who may take a ticket that is in `from` to which states; everything else is refused.
STEPS = {
    "desk": {
        "new": [*WORKING, "resolved"],
        **{state: [to for to in [*WORKING, "resolved"] if to != state] for state in WORKING},
        "resolved": ["open", "closed"],
        "closed": ["open"],
    },
    **{
        who: {
            **{state: ["closed"] for state in ("new", *WORKING)},  # needed no more
            **{"resolved": ["open", "closed"], "closed": ["open"]},
        }
        for who in ("reporter", "keyuser")
    },
    "reader": {},
}
ALL = ["new", *WORKING, "resolved", "closed", "merged"]


def _with(goal, bisc):
    """What a step to a state asks."""
    elsewhere = Organisation.objects.get(slug="cubiss")
    fact = {
        **{"planned": PLANNED, "waiting_supplier": SUPPLIER, "waiting_reporter": {"asked": "Hoe?"}},
        "waiting_partner": {"partner": elsewhere},
    }
    return {
        **{"fact": fact.get(goal), "answer": "Klaar." if goal == "resolved" else ""},
        "reason": "Toch niet." if goal == "open" else "",
    }


@pytest.mark.parametrize("state", ALL)
@pytest.mark.parametrize("who", STEPS)
def test_move_keeps_to_the_table(bisc, ticket, state, who):
    """For everybody who may see the ticket, from every state to every state; the table is written out."""
    LibraryMembership.objects.filter(person=bisc.people["colleague2"]).update(sees="library")
    actor = bisc.actor({"reporter": "colleague", "reader": "colleague2"}.get(who, who))
    for goal in ALL:
        ticket = _at(ticket, state)
        events = Event.objects.count()
        if goal in STEPS[who].get(state, []):
            assert verbs.move(ticket=ticket, to=goal, **_with(goal, bisc), by=actor).state == goal
            assert TicketSnapshot.objects.get(number=ticket.number).state == goal
            assert Event.objects.count() == events + 1
        elif state == "merged":
            with pytest.raises(TicketClosed):
                verbs.move(ticket=ticket, to=goal, by=actor)
        elif state == goal:
            assert verbs.move(ticket=ticket, to=goal, by=actor).version == ticket.version
        else:
            with pytest.raises(TransitionNotAllowed):
                verbs.move(ticket=ticket, to=goal, by=actor)
            assert (Event.objects.count(), Ticket.objects.get(pk=ticket.pk).state) == (events, state)


def test_a_library_withdraws_what_it_needs_no_more_and_the_desk_hears_it(bisc, ticket, client_of):
    """Offered to the reporter and the key user; closed with both moments; said in history to both sides."""
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["desk"]}, by=bisc.actor("lead"))
    page = client_of("bisc keyuser").get(f"/tickets/{ticket.number}/").content.decode()
    client, desk = client_of("bisc colleague"), client_of("bisc desk")
    assert "Deze melding intrekken" in page
    assert "Deze melding intrekken" not in desk.get(f"/tickets/{ticket.number}/").content.decode()
    sent = {"to": "closed", "reason": "Al gevonden.", "version": Ticket.objects.get().told_version}
    assert client.post(f"/tickets/{ticket.number}/transitions/", sent).status_code == 302
    now = Ticket.objects.get()
    assert (now.state, now.resolved_at, now.first_answer_at) == ("closed", now.closed_at, None)
    said = now.messages.last()
    assert (said.body, said.visibility) == ("Al gevonden.", "public")
    for reader in (client, desk):
        page = reader.get(f"/tickets/{ticket.number}/").content.decode()
        assert f"<b>Ingetrokken</b> door {bisc.people['colleague'].name}" in page
        assert "Deze melding intrekken" not in page


@pytest.mark.parametrize("who", ["neighbour", "colleague2"])
@pytest.mark.parametrize("state", ALL)
def test_who_may_not_see_a_ticket_moves_it_nowhere(bisc, ticket, state, who):
    ticket = _at(ticket, state)
    for goal in ALL:
        with pytest.raises(NotAllowed):
            verbs.move(ticket=ticket, to=goal, by=bisc.actor(who))


@pytest.mark.parametrize("visibility", [Visibility.INTERNAL, Visibility.PARTNERS])
def test_a_library_cannot_speak_internally(bisc, ticket, visibility):
    with pytest.raises(NotAllowed):
        verbs.answer(ticket=ticket, body="x", visibility=visibility, by=bisc.actor("colleague"))


def test_answer_on_a_closed_ticket_is_refused(bisc, ticket):
    _at(ticket, State.CLOSED)
    with pytest.raises(TicketClosed):
        verbs.answer(ticket=ticket, body="x", by=bisc.actor("colleague"))


def test_reason_is_internal_from_staff_and_public_from_the_library(bisc, ticket):
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, reason="contract", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Klaar.", then="resolved", by=bisc.actor("desk"))
    verbs.move(ticket=ticket, to="open", reason="nog niet", by=bisc.actor("colleague"))
    said = list(ticket.messages.order_by("pk").values_list("body", "visibility"))[-2:]
    assert said == [("Klaar.", "public"), ("nog niet", "public")]
    assert ticket.messages.get(body="contract").visibility == "internal"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "resolved"},
        {"state": "closed"},
        {"resolved_at": timezone.now()},
        {"closed_at": timezone.now()},
    ],
)
def test_moments_go_with_states(bisc, ticket, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**changes)


def test_a_system_actor_may_what_it_was_given_and_no_more(bisc, ticket):
    ticket = _at(ticket, State.RESOLVED)
    with pytest.raises(NotAllowed):
        verbs.move(ticket=ticket, to="closed", by=Actor.of_system("auto_close"))
    with pytest.raises(NotAllowed):
        verbs.move(ticket=ticket, to="closed", by=Actor.of_system("auto_close", Permission.TICKETS_WORK))
    time = Actor.of_system("auto_close", Permission.TICKETS_CLOSE)
    with pytest.raises(TransitionNotAllowed):
        verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=time)
    for verb, values in (
        (verbs.edit, {"changes": {"subject": "x"}}),
        (verbs.pick_up, {}),
        (verbs.answer, {"body": "x"}),
    ):
        with pytest.raises(NotAllowed):
            verb(ticket=ticket, by=time, **values)
    assert verbs.move(ticket=ticket, to="closed", by=time).state == "closed"


def test_resolving_behind_a_note_is_told_and_seen(bisc, ticket):
    inside = {"visibility": "internal", "then": "resolved", "words": "Klaar."}
    verbs.answer(ticket=ticket, body="Intern", **inside, by=bisc.actor("desk"))
    events = list(ticket.events.order_by("pk").values_list("kind", flat=True))[-2:]
    assert events == ["noted", "state_changed"]
    last = ticket.events.last()
    assert OutboxEntry.objects.filter(address=f"event {last.pk}").exists()
    assert "resolved" in [
        entry.state for entry in timeline(Ticket.objects.get(pk=ticket.pk), bisc.standing("colleague"))
    ]


def test_internal_work_leaves_no_moment_for_the_library(bisc, ticket, api_of):
    call = api_of("bisc colleague")
    before = call("GET", "/tickets/BISC-1").json()
    verbs.answer(ticket=ticket, body="Intern", visibility="internal", by=bisc.actor("desk"))
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["desk"], "impact": "high"}, by=bisc.actor("desk"))
    after = call("GET", "/tickets/BISC-1").json()
    same = ("changedAt", "version", "events")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    (row,) = call("GET", "/tickets").json()["items"]
    assert row["version"] == before["version"] < Ticket.objects.get().version


def test_a_library_that_saw_the_last_it_may_know_is_not_stale(bisc, ticket, api_of):
    call = api_of("bisc colleague")
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    seen = call("GET", "/tickets/BISC-1").json()["version"]
    verbs.answer(ticket=ticket, body="Intern", visibility="internal", by=bisc.actor("desk"))
    stale = call("POST", "/tickets/BISC-1/transitions", {"to": "closed", "version": seen - 1})
    assert (stale.status_code, stale.json()["version"]) == (409, seen)
    assert call("POST", "/tickets/BISC-1/transitions", {"to": "closed", "version": seen}).status_code == 200


def test_picking_up_twice_is_one_event(bisc, ticket):
    for _ in range(2):
        verbs.pick_up(ticket=ticket, by=bisc.actor("desk"))
    assert [event.kind for event in ticket.events.order_by("pk")][-2:] == ["granted", "picked_up"]
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.state, ticket.version) == (bisc.people["desk"], "open", 4)


def test_a_resolved_ticket_takes_answers_of_both_sides(bisc, ticket):
    ticket = _at(ticket, State.RESOLVED)
    verbs.answer(ticket=ticket, body="Nog iets", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Dank u", by=bisc.actor("colleague"))
    assert [one.body for one in ticket.messages.order_by("pk")][-2:] == ["Nog iets", "Dank u"]


def test_a_ticket_is_not_taken_from_a_colleague_by_picking_up(bisc, ticket, client_of):
    taken = verbs.pick_up(ticket=ticket, by=bisc.actor("lead"))
    with pytest.raises(AlreadyTaken):
        verbs.pick_up(ticket=ticket, by=bisc.actor("desk"))
    answer = client_of("bisc desk").post("/tickets/BISC-1/pick-up/")
    assert answer.status_code == 409 and "heeft deze melding al" in answer.content.decode()
    now = Ticket.objects.get(pk=ticket.pk)
    assert (now.assignee, now.version) == (bisc.people["lead"], taken.version)
    took_over = verbs.edit(ticket=ticket, changes={"assignee": bisc.people["desk"]}, by=bisc.actor("desk"))
    assert (took_over.assignee, took_over.version) == (bisc.people["desk"], taken.version + 1)


def test_a_reason_of_the_system_stays_inside(bisc, ticket):
    ticket = _at(ticket, State.RESOLVED)
    by = Actor.of_system("auto_close", Permission.TICKETS_CLOSE)
    verbs.move(ticket=ticket, to="closed", reason="Vijf werkdagen stil", by=by)
    said = ticket.messages.order_by("pk").last()
    assert (said.body, said.visibility, said.speaker, said.author) == (
        "Vijf werkdagen stil",
        "internal",
        "system",
        None,
    )
