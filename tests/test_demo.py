"""The written tickets of the demo: enough of them, each its own, and the only ones that are open."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agenda.categories.queries import leaves
from agenda.figures.models import TicketSnapshot
from config.demo import load
from config.demo.retelling import retell
from config.demo.told import Told, told, turns_of
from config.demo.volume import Builder
from tickets.models import Event, Message, Ticket

NINE = {
    "angstel-vecht-en-venen",
    "eemland",
    "het-groene-hart",
    "idea",
    "lek-en-ijssel",
    "de-tweede-verdieping",
    "utrecht",
    "veenendaal",
    "z-o-u-t",
}
SPOKEN = ("L", "S", "I", "P", "L<")


@pytest.fixture(scope="module")
def written() -> list[Told]:
    """Return all written tickets, as of now."""
    return told()


def test_there_are_150_written_tickets_no_two_alike(written):
    assert len(written) >= 150
    subjects = [one.row["subject"] for one in written]
    assert len({subject.casefold() for subject in subjects}) == len(subjects)
    assert max(map(len, subjects)) <= 150 and min(map(len, subjects)) >= 10
    said = [turn.text for one in written for turn in one.turns if len(turn.text) > 60]
    assert len(set(said)) == len(said)


def test_a_hundred_of_them_are_conversations(written):
    assert sum(sum(turn.who in SPOKEN for turn in one.turns) >= 2 for one in written) >= 100
    assert all(one.turns[0].who == "L" and one.turns[0].text for one in written)
    assert sum(any(turn.who == "I" for turn in one.turns) for one in written) >= 15


def test_they_are_spread_over_libraries_categories_types_and_time(written):
    libraries = {one.row["library"] for one in written}
    assert libraries >= NINE
    assert all(sum(one.row["library"] == name for one in written) >= 10 for name in NINE)
    assert {name.partition("-")[0] for name in libraries - NINE} == {"cubiss", "probiblio", "rijnbrink"}
    assert len({one.row["category"] for one in written}) >= 20
    types = {one.row["type"] for one in written}
    assert types == {"incident", "service_request", "question", "change", "wish", "complaint"}
    ago = [one.row["ago"] for one in written]
    assert sum(days <= 40 for days in ago) >= 80 and sum(days > 65 for days in ago) >= 25 and max(ago) > 260


def test_their_turns_follow_each_other_and_none_lies_ahead(written):
    now = timezone.now()
    for one in written:
        moments = [turn.at for turn in one.turns]
        assert moments == sorted(moments) and moments[-1] < now, one.row["subject"]
        asked = sum(days for who, days, *_ in one.row["talk"] if who == "+")
        assert asked <= one.row["ago"], one.row["subject"]


def test_some_are_still_to_be_sorted_at_libraries_apart(written):
    """Open, on a group or on nothing, so that the filter and the line of the figures show something true."""
    unsorted = [one for one in written if "." not in one.row["category"]]
    assert {one.row["category"] for one in unsorted} == {"", "1", "3", "5", "6", "7"}
    assert len(unsorted) == 8 == len({one.row["library"] for one in unsorted})
    assert all(turn.to not in ("resolved", "closed") for one in unsorted for turn in one.turns)


def test_what_is_written_down_is_what_the_verbs_would_have_made(bisc):
    """State, moments, assignee, versions, history and snapshot are the same by COPY and through the verbs."""
    library, category = bisc.library, leaves().get(code="6.1")
    turns = [
        ["L", "De poort piept."],
        ["I", "Weer die poort."],
        ["S", "Wij zoeken het uit.", "waiting_reporter"],
        ["+", 1],
        ["L", "Hij piept nog."],
        [">", "planned"],
        ["S", "Gemaakt.", "resolved"],
        ["L<", "Toch niet."],
        ["S", "Nu wel.", "resolved"],
        ["L>", "closed"],
    ]
    row = {"type": "incident", "subject": "x", "category": category.code, "library": library.slug}
    row |= {"urgency": "high", "ago": 20, "locations": 2, "talk": turns}
    one = Told(1, row, turns_of(row, 1, timezone.now()), is_first=False)
    Builder(count=0, until=timezone.now(), written=[one]).build()
    people = {"keyuser": "keyuser", "balie": "colleague", "desk": "desk", "lead": "lead"}
    load._converse(one, library, lambda email, _organisation: bisc.actor(people[email.partition("@")[0]]))
    copied, done = Ticket.objects.order_by("-pk")[:2][::-1]
    for name in ("state", "priority", "impact", "opened_at", "first_answer_at", "resolved_at", "closed_at"):
        assert getattr(copied, name) == getattr(done, name), name
    for name in ("supplier", "supplier_number", "planned_until", "asked", "partner", "reopened_at"):
        assert getattr(copied, name) == getattr(done, name), name
    for name in ("reopened", "version", "told_version", "told_at", "changed_at", "platform_id"):
        assert getattr(copied, name) == getattr(done, name), name
    assert copied.assignee and done.assignee
    assert _history(copied) == _history(done)
    assert _said(copied) == _said(done)
    assert _intervals(copied) == _intervals(done)
    assert _clocks(copied) == _clocks(done)
    facts = [
        {key: value for key, value in row.items() if key not in ("id", "number")}
        for row in TicketSnapshot.objects.filter(number__in=[copied.number, done.number]).values()
    ]
    assert facts[0] == facts[1]


def test_a_written_ticket_that_was_withdrawn_ended_in_one_moment(written):
    (one,) = [one for one in written if one.row["subject"] == "Kassalade springt niet meer open"]
    found = retell(one)
    assert (found.state, found.resolved_at) == ("closed", found.closed_at) and found.closed_at > found.first_answer_at


def _history(ticket: Ticket) -> list[tuple]:
    found = Event.objects.filter(ticket=ticket).order_by("pk")
    names = ("kind", "ticket_version", "told_version", "created_at", "channel", "schema")
    return [(*(getattr(one, name) for name in names), _changed(one.payload)) for one in found]


def _changed(payload: dict) -> dict:
    """Return what changed; who has it may differ."""
    changes = payload.get("changes", {})
    return changes | ({"assignee": bool(changes["assignee"][1])} if "assignee" in changes else {})


def _said(ticket: Ticket) -> list[tuple]:
    return list(
        Message.objects.filter(ticket=ticket).order_by("pk").values_list("speaker", "visibility", "body", "created_at")
    )


def _intervals(ticket: Ticket) -> list[tuple]:
    names = ("place", "began_at", "ended_at", "state", "party", "pauses", "type", "priority", "levels", "system_actor")
    found = list(ticket.intervals.order_by("place").values_list(*names, "event__kind", "event__created_at"))
    assert len(found) > 5
    return found


def _clocks(ticket: Ticket) -> list[dict]:
    """Return all that is written down of its clocks, and on itself of them."""
    rows = [
        {name: value for name, value in row.items() if name not in ("id", "ticket_id")}
        for row in ticket.clocks.order_by("kind", "place").values()
    ]
    names = ("due_at", "due_clock", "due_calendar", "late_at", "rules")
    return [*rows, *Ticket.objects.filter(pk=ticket.pk).values(*names)]


def test_what_is_made_in_volume_for_the_demo_is_closed(bisc):
    before = set(Ticket.objects.values_list("pk", flat=True))
    now = timezone.now()
    Builder(count=300, until=now - timedelta(days=1), open_at_least=0, all_closed=True).build()
    made = Ticket.objects.exclude(pk__in=before)
    assert made.count() == 300 and set(made.values_list("state", flat=True)) == {"closed"}
    for one in made:
        assert one.opened_at < one.first_answer_at <= one.resolved_at < one.closed_at < now
    assert not made.filter(opened_at__gt=now - timedelta(days=9)).exists()


@pytest.mark.servers
@pytest.mark.xdist_group("running")
def test_no_open_ticket_of_the_demo_is_a_generated_one(running):
    """A generated subject begins with the name of its category; and the written ones are all there."""
    names = [name for (name,) in running.sql("SELECT name_nl FROM agenda_category")]
    generated = re.compile("|".join(re.escape(f"{name}: ") for name in names))
    present = set()
    for schema in ("bisc", "cubiss", "probiblio", "rijnbrink"):
        rows = running.sql(f"SELECT subject, state FROM {schema}.tickets_ticket")
        present |= {subject for subject, _state in rows}
        assert any(generated.match(subject) for subject, _state in rows)
        assert [one for one in rows if one[1] not in ("closed", "merged") and generated.match(one[0])] == []
    assert {one.row["subject"] for one in told()} <= present
