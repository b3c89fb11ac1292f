"""The one way in which a ticket changes: what it takes, what conflicts, and what it makes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from agenda.categories.models import Category
from tenants.actor import Actor
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tests.tickets.verbs import PLANNED, SUPPLIER
from tickets.change import changing
from tickets.desk import actions as verbs
from tickets.events import Kind
from tickets.models import Attachment, Event, Message, Ticket
from tickets.refusals import Stale, TransitionNotAllowed
from tickets.since import values_at

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def _after(ticket, *names):
    return Ticket.objects.filter(pk=ticket.pk).values_list(*names).get()


def test_a_block_that_changes_nothing_leaves_nothing(bisc, ticket):
    before = _after(ticket, "version", "told_version", "changed_at", "told_at"), Event.objects.count()
    with changing(ticket, Kind.EDITED, by=bisc.actor("desk")) as change:
        change.set(subject=ticket.subject, locations=list(ticket.locations.all()), assignee=None, urgency="high")
    assert (_after(ticket, "version", "told_version", "changed_at", "told_at"), Event.objects.count()) == before


def test_there_and_back_in_one_change_is_no_change(bisc, ticket):
    before = Event.objects.count()
    with changing(ticket, Kind.EDITED, by=bisc.actor("desk")) as change:
        change.set(urgency="low", impact="high")
        assert change.changes == {"urgency": ["high", "low"], "impact": ["low", "high"]}  # medium as it was
        change.set(urgency="medium")
        assert change.changes == {
            **{"urgency": ["high", "medium"], "impact": ["low", "high"]},
            "priority": ["medium", "high"],
        }
        change.set(urgency="high", impact="low")
        assert change.changes == {}
    assert Event.objects.count() == before


def test_an_error_in_the_block_leaves_nothing(bisc, ticket):
    before = _after(ticket, "subject", "version"), Message.objects.count()
    with (
        pytest.raises(ZeroDivisionError),
        changing(ticket, Kind.EDITED, by=bisc.actor("desk")) as change,
    ):
        change.set(subject="Anders")
        change.say("Tekst", "internal")
        raise ZeroDivisionError
    assert (_after(ticket, "subject", "version"), Message.objects.count()) == before


# Every field of a ticket that no edit may set; some would break a rule, some the history.
NOT_EDITABLE = ["state", "number", "version", "told_version", "priority", "platform", "opened_at", "first_answer_at"]
NOT_EDITABLE += ["resolved_at", "closed_at", "changed_at", "told_at", "reopened", "pk", "id", "library_id", "nonsense"]


@pytest.mark.parametrize("name", NOT_EDITABLE)
def test_edit_takes_the_editable_fields_and_nothing_else(bisc, ticket, name):
    before = Ticket.objects.values().get(pk=ticket.pk)
    with pytest.raises(ValueError, match=name):
        verbs.edit(ticket=ticket, changes={name: "closed", "subject": "x"}, by=bisc.actor("desk"))
    assert Ticket.objects.values().get(pk=ticket.pk) == before


@pytest.mark.parametrize("to", ["", "gesloten", "CLOSED", None, 5])
def test_a_state_that_is_none_is_wrong_input(bisc, ticket, to):
    for who in ("desk", "colleague"):
        with pytest.raises(ValidationError) as caught:
            verbs.move(ticket=ticket, to=to, by=bisc.actor(who))
        assert list(caught.value.message_dict) == ["to"]


def test_a_message_has_an_audience_that_exists(bisc, ticket):
    for visibility in ("", "everybody", None):
        with pytest.raises(ValidationError) as caught:
            verbs.answer(ticket=ticket, body="x", visibility=visibility, by=bisc.actor("desk"))
        assert list(caught.value.message_dict) == ["visibility"]
    assert not Message.objects.filter(body="x").exists()


@pytest.mark.parametrize("body", ["", "   \n ", "x" * 20001, "nul\0", None])
def test_a_message_says_something_that_fits(bisc, ticket, body):
    with pytest.raises(ValidationError) as caught:
        verbs.answer(ticket=ticket, body=body, by=bisc.actor("desk"))
    assert list(caught.value.message_dict) == ["body"]
    assert verbs.answer(ticket=ticket, body="x" * 20000, by=bisc.actor("desk")).pk


# The state before -> after a public answer, by who speaks.
ALONG = {
    "desk": {"new": "open"},
    "colleague": {"waiting_reporter": "open"},  # its reporter
    "keyuser": {"waiting_reporter": "open"},
    "director": {"waiting_reporter": "open"},
}
OPEN = ["new", "open", "waiting_reporter", "waiting_supplier", "waiting_partner", "planned"]


@pytest.mark.parametrize("state", [*OPEN, "resolved"])
@pytest.mark.parametrize("who", ALONG)
def test_where_an_answer_takes_a_ticket(bisc, ticket, who, state):
    Ticket.objects.filter(pk=ticket.pk).update(state=state, resolved_at=AT if state == "resolved" else None)
    verbs.answer(ticket=ticket, body="x", by=bisc.actor(who))
    assert _after(ticket, "state") == (ALONG[who].get(state, state),)
    verbs.answer(ticket=ticket, body="x", visibility="internal", by=bisc.actor("desk"))
    assert _after(ticket, "state") == (ALONG[who].get(state, state),)


def test_an_answer_with_the_state_it_has_is_an_answer(bisc, ticket):
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Volgende week", then="planned", fact=PLANNED, by=bisc.actor("desk"))
    verbs.answer(
        ticket=ticket, body="Intern", visibility="internal", then="planned", fact=PLANNED, by=bisc.actor("desk")
    )
    assert _after(ticket, "state") == ("planned",)
    assert list(ticket.messages.order_by("pk").values_list("body", flat=True))[-2:] == ["Volgende week", "Intern"]


def test_moments_follow_the_state(bisc, ticket):
    desk, hour = bisc.actor("desk"), timedelta(hours=1)
    names = ("first_answer_at", "resolved_at", "closed_at", "reopened")
    found = []
    for step, to in enumerate(["resolved", "open", "resolved", "closed", "open", "waiting_supplier", "resolved"]):
        words = {"answer": "Klaar."} if to == "resolved" else {"reason": "Toch niet."} if to == "open" else {}
        fact = SUPPLIER if to == "waiting_supplier" else None
        verbs.move(ticket=ticket, to=to, **words, fact=fact, by=desk, at=AT + step * hour)
        found.append(_after(ticket, *names))
    assert found == [
        (AT, AT, None, 0),
        (AT, None, None, 1),
        (AT, AT + 2 * hour, None, 1),
        (AT, AT + 2 * hour, AT + 3 * hour, 1),
        (AT, None, None, 2),
        (AT, None, None, 2),
        (AT, AT + 6 * hour, None, 2),
    ]


def test_the_first_answer_is_the_first_public_word_of_staff(bisc, ticket):
    hour = timedelta(hours=1)
    for step, (who, visibility) in enumerate(
        [("colleague", "public"), ("desk", "internal"), ("desk", "partners"), ("lead", "public"), ("desk", "public")]
    ):
        verbs.answer(ticket=ticket, body="x", visibility=visibility, by=bisc.actor(who), at=AT + step * hour)
    assert _after(ticket, "first_answer_at") == (AT + 3 * hour,)


def test_filing_on_behalf_is_no_answer(bisc, ticket):
    values = {"type": "question", "subject": "x", "body": "x", "category": ticket.category, "urgency": "low"}
    filed = verbs.create(**values, library=bisc.library, reporter=bisc.people["keyuser"], by=bisc.actor("desk"))
    assert _after(filed, "first_answer_at", "state") == (None, "new")


@pytest.mark.parametrize(("hours", "may"), [(14 * 24, True), (14 * 24 + 0.001, False)])
@pytest.mark.parametrize("who", ["colleague", "keyuser"])
def test_the_library_reopens_up_to_14_days_after_closing(bisc, ticket, who, hours, may):
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"), at=AT)
    closed = AT + timedelta(days=30)
    verbs.move(ticket=ticket, to="closed", by=bisc.actor("desk"), at=closed)
    later = closed + timedelta(hours=hours)
    if may:
        assert verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=bisc.actor(who), at=later).state == "open"
        return
    with pytest.raises(TransitionNotAllowed):
        verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=bisc.actor(who), at=later)
    assert verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=bisc.actor("desk"), at=later).state == "open"


# What a colleague changed since -> what conflicts with a change of ours; everything else goes through.
OURS = {"subject": "Van mij", "urgency": "low", "impact": "medium", "type": "change", "assignee": "lead"}
THEIRS = {"subject": "Van de ander", "urgency": "medium", "impact": "high", "type": "wish", "assignee": "seated"}


def _fields(house, given):
    return {name: house.people[value] if name == "assignee" else value for name, value in given.items()}


@pytest.mark.parametrize("theirs", THEIRS)
@pytest.mark.parametrize("ours", OURS)
def test_a_field_conflicts_only_with_itself(bisc, ticket, theirs, ours):
    """Also where the priority follows both: it is made of what is there now."""
    seen = _after(ticket, "version")[0]
    verbs.edit(ticket=ticket, changes=_fields(bisc, {theirs: THEIRS[theirs]}), by=bisc.actor("lead"))
    mine = _fields(bisc, {ours: OURS[ours]})
    if ours == theirs:
        with pytest.raises(Stale) as caught:
            verbs.edit(ticket=ticket, changes=mine, base_version=seen, by=bisc.actor("desk"))
        assert (caught.value.fields, caught.value.version) == ([ours], seen + 1)
        verbs.edit(ticket=ticket, changes=mine, base_version=seen + 1, by=bisc.actor("desk"))
    else:
        verbs.edit(ticket=ticket, changes=mine, base_version=seen, by=bisc.actor("desk"))
    assert getattr(Ticket.objects.get(pk=ticket.pk), ours) == mine[ours]


def test_the_priority_follows_what_two_people_changed(bisc, ticket):
    seen = _after(ticket, "version")[0]
    verbs.edit(ticket=ticket, changes={"impact": "high"}, base_version=seen, by=bisc.actor("lead"))
    verbs.edit(ticket=ticket, changes={"urgency": "medium"}, base_version=seen, by=bisc.actor("desk"))
    assert _after(ticket, "urgency", "impact", "priority") == ("medium", "high", "high")


def test_a_change_to_what_it_is_already_conflicts_with_nothing(bisc, ticket):
    seen = _after(ticket, "version")[0]
    verbs.edit(ticket=ticket, changes={"subject": "Eens"}, by=bisc.actor("lead"))
    verbs.edit(ticket=ticket, changes={"subject": "Eens", "type": "wish"}, base_version=seen, by=bisc.actor("desk"))
    assert _after(ticket, "subject", "type") == ("Eens", "wish")


def test_locations_that_go_with_the_library_conflict_too(bisc, ticket):
    seen = _after(ticket, "version")[0]
    verbs.edit(ticket=ticket, changes={"locations": bisc.locations}, by=bisc.actor("lead"))
    changes = {"library": bisc.other_library, "reporter": bisc.people["neighbour"]}
    with pytest.raises(Stale) as caught:
        verbs.edit(ticket=ticket, changes=changes, base_version=seen, by=bisc.actor("desk"))
    assert caught.value.fields == ["locations"]


@pytest.mark.parametrize("version", [-1, 0, 4, 99])
def test_a_version_that_never_was_conflicts(bisc, ticket, version):
    """Ticket 1 has versions 1 to 3."""
    with pytest.raises(Stale) as caught:
        verbs.edit(ticket=ticket, changes={"subject": "x"}, base_version=version, by=bisc.actor("desk"))
    assert (caught.value.fields, caught.value.version) == (["subject"], 3)
    with pytest.raises(Stale):
        verbs.move(ticket=ticket, to="open", base_version=version, by=bisc.actor("desk"))
    verbs.edit(ticket=ticket, changes={"subject": "x"}, base_version=1, by=bisc.actor("desk"))


def test_a_state_conflicts_with_a_state_and_with_nothing_else(bisc, ticket):
    desk, lead = bisc.actor("desk"), bisc.actor("lead")
    verbs.edit(ticket=ticket, changes={"subject": "x"}, by=lead)
    verbs.answer(ticket=ticket, body="x", visibility="internal", by=lead)
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, base_version=3, by=desk)
    with pytest.raises(Stale) as caught:
        verbs.move(ticket=ticket, to="resolved", answer="Klaar.", base_version=5, by=desk)
    assert (caught.value.fields, caught.value.version) == (["state"], 6)
    verbs.answer(ticket=ticket, body="Klaar", then="resolved", by=desk)


def test_a_library_is_stale_by_its_own_count(bisc, ticket):
    desk, reporter = bisc.actor("desk"), bisc.actor("colleague")
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=desk)
    assert _after(ticket, "version", "told_version") == (4, 2)
    for version in (1, 3, 4):
        with pytest.raises(Stale) as caught:
            verbs.move(ticket=ticket, to="closed", base_version=version, by=reporter)
        assert (caught.value.fields, caught.value.version) == (["state"], 2)
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=desk)
    verbs.edit(ticket=ticket, changes={"subject": "x"}, by=desk)
    assert verbs.move(ticket=ticket, to="closed", base_version=2, by=reporter).told_version == 4


# What was changed -> is the library told?
TELLS = {
    **{"type": True, "subject": True, "category": True, "library": True, "locations": True, "reporter": True},
    **{"urgency": True, "impact": False, "assignee": False},
}


@pytest.mark.parametrize("name", TELLS)
def test_what_a_library_is_told(bisc, ticket, name):
    value = {
        **{"type": "wish", "subject": "x", "category": Category.objects.get(code="6.2"), "urgency": "low"},
        **{"locations": bisc.locations, "reporter": bisc.people["keyuser"], "impact": "high"},
        "assignee": bisc.people["lead"],
    }
    changes = {name: value[name]} if name in value else {"library": bisc.other_library, "reporter": bisc.people["desk"]}
    verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"), at=AT)
    moment = _after(ticket, "told_at")[0] == AT
    assert (_after(ticket, "version", "told_version"), moment) == ((4, 2 if TELLS[name] else 1), TELLS[name])
    assert Event.objects.get(ticket=ticket, kind__in=["edited", "assigned"]).told_version == (
        2 if TELLS[name] else None
    )


def test_who_speaks(cast, bisc, ticket):
    """The speaker is what the person is here, not what they say they are."""
    for who, speaker in (("desk", "staff"), ("seated", "staff"), ("keyuser", "library"), ("director", "library")):
        said = verbs.answer(ticket=ticket, body="x", by=bisc.actor(who))
        assert (said.speaker, said.author, said.name) == (speaker, bisc.people[who], bisc.people[who].name)
    time = Actor.of_system("auto_close", Permission.TICKETS_CLOSE)
    Ticket.objects.filter(pk=ticket.pk).update(state="resolved", resolved_at=AT)
    verbs.move(ticket=ticket, to="closed", reason="Niemand sprak tegen", by=time)
    said = Message.objects.last()
    assert (said.speaker, said.author, said.speaker_name, said.name) == ("system", None, "auto_close", "auto_close")


def test_who_has_no_part_in_its_states_is_not_told_of_them(cast, bisc, ticket):
    """A refusal by right comes before one by state: it says nothing of the ticket."""
    for state in ("new", "resolved", "closed"):
        done = state in ("resolved", "closed")
        Ticket.objects.filter(pk=ticket.pk).update(
            state=state, resolved_at=AT if done else None, closed_at=AT if state == "closed" else None
        )
        for who in ("neighbour", "colleague2", "former", "coming"):
            for verb, more in ((verbs.move, {"to": "open"}), (verbs.answer, {"body": "x"}), (verbs.pick_up, {})):
                with pytest.raises(NotAllowed):
                    verb(ticket=ticket, by=bisc.actor(who), **more)


def test_what_fields_held_at_a_version_whatever_the_clock_said(bisc, ticket):
    """Versions follow each other; a clock may go back."""
    for hours, changes in ((3, {"subject": "Eerst"}), (2, {"subject": "Dan", "urgency": "low"}), (1, {"type": "wish"})):
        verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"), at=AT + timedelta(hours=hours))
    ticket.refresh_from_db()
    before = {"subject": "Zelfservice zegt kwartelzang", "urgency": "high", "priority": "medium", "type": "incident"}
    assert values_at(ticket, 3) == before
    assert values_at(ticket, 4) == {**before, "subject": "Eerst"}
    assert values_at(ticket, 5) == {"type": "incident"}
    assert values_at(ticket, 6) == {}


def test_a_file_holds_no_patron_data_unless_somebody_says_so(bisc, ticket):
    with changing(ticket, Kind.ANSWERED, by=bisc.actor("desk")) as change:
        change.say("Zie de bijlage", "public", uploads=[SimpleUploadedFile("a.txt", b"tekst")])
    kept = Attachment.objects.get(message__ticket=ticket)
    default_storage.delete(kept.storage_name)
    assert (kept.contains_patron_data, kept.purge_on) == (False, None)
    assert kept.storage_name.endswith(f"/{kept.key}") and "/" not in kept.key
