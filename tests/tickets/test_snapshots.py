"""What leaves the schema of an organisation, and the check that says when it is not right any more."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from tenants.context import inside
from tenants.models import AuditEntry, Platform
from tests.cast import SECRET
from tickets.desk import actions as verbs
from tickets.models import Ticket
from tickets.sharing import FACTS, OF_PROMISES, clock_minutes
from tickets.snapshots.actions import check_drift, rebuild
from tickets.snapshots.queries import differing
from tickets.tasks import check_drift as check_drift_task

T0 = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
# Every fact that the cooperation knows of a ticket, with a value that is wrong for each ticket here.
WRONG = {
    "type": "wish",
    "category": lambda: Category.objects.get(code="6.2"),
    "priority": "critical",
    "state": "planned",
    "library": lambda house: house.other_library,
    "location_ids": [999],
    "platform": lambda: Platform.objects.get(slug="noord-oost"),
    "opened_at": T0,
    "first_answer_at": T0,
    "resolved_at": T0,
    "closed_at": T0,
    "reopened": 3,
    "minutes_to_first_answer": 777,
    "minutes_to_resolution": 777,
    "version": 99,
    "first_answer_outcome": "running",
    "first_answer_worked": 777,
    "resolution_outcome": "late",
    "resolution_worked": 777,
}


@pytest.fixture
def seven(bisc, ticket):
    """Seven tickets, with answers, states and locations of all kinds."""
    desk = bisc.actor("desk")
    values = {"type": "question", "subject": "x", "body": "x", "category": ticket.category, "urgency": "low"}
    for index in range(6):
        at = T0 + timedelta(hours=index)
        made = verbs.create(
            **values, library=bisc.library, locations=bisc.locations[:index], by=bisc.actor("colleague"), at=at
        )
        if index:
            verbs.answer(ticket=made, body="x", by=desk, at=at + timedelta(minutes=7, seconds=59))
        if index > 1:
            verbs.move(ticket=made, to="resolved", answer="Klaar.", by=desk, at=at + timedelta(minutes=90))
        if index > 2:
            verbs.move(ticket=made, to="closed", by=desk, at=at + timedelta(minutes=95))
    return list(Ticket.objects.order_by("pk"))


def test_the_facts_that_leave_an_organisation():
    assert list(WRONG) == [*FACTS, *OF_PROMISES]
    columns = {field.name for field in TicketSnapshot._meta.concrete_fields}
    assert columns == {"id", "organisation", "number", *WRONG}


@pytest.mark.parametrize("fact", WRONG)
def test_each_fact_that_is_wrong_is_found_and_mended(bisc, seven, fact):
    assert differing() == differing(chunk=2) == ([], [])
    whole = list(TicketSnapshot.objects.order_by("organisation", "number").values())
    for index in (0, 3, 6):
        row = TicketSnapshot.objects.filter(organisation=bisc.organisation, number=seven[index].number)
        right = row.values().get()
        wrong = WRONG[fact]
        if callable(wrong):
            wrong = wrong(bisc) if fact == "library" else wrong()
        row.update(**{fact: wrong})
        assert differing() == differing(chunk=2) == ([seven[index].pk], [])
        assert rebuild() == (1, 0)
        again = row.values().get()
        assert again == right and differing() == ([], [])
    assert list(TicketSnapshot.objects.order_by("organisation", "number").values()) == whole


@pytest.mark.parametrize("fact", ["first_answer_at", "resolved_at", "closed_at", "minutes_to_resolution"])
def test_a_fact_that_is_missing_is_found(bisc, seven, fact):
    TicketSnapshot.objects.filter(number=seven[6].number).update(**{fact: None})
    assert differing() == ([seven[6].pk], [])


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 8])
def test_chunks_with_holes_miss_none_and_count_none_twice(bisc, seven, chunk):
    """Keys have holes; what differs lies at the beginning, at the edge of a chunk and at the end."""
    for ticket in (seven[1], seven[4]):
        Ticket.objects.filter(pk=ticket.pk).update(number=f"X{ticket.pk}")  # its snapshot is left without ticket
    TicketSnapshot.objects.filter(number__in=[seven[0].number, seven[6].number]).update(state="planned")
    TicketSnapshot.objects.filter(number=seven[3].number).delete()
    wrong, extra = differing(chunk=chunk)
    assert wrong == [seven[index].pk for index in (0, 1, 3, 4, 6)]
    assert sorted(TicketSnapshot.objects.filter(pk__in=extra).values_list("number", flat=True)) == [
        seven[1].number,
        seven[4].number,
    ]
    assert len(extra) == 2
    assert rebuild() == (5, 2) and differing(chunk=chunk) == ([], [])


def test_snapshots_of_another_organisation_are_left_alone(cast, bisc, seven):
    theirs = TicketSnapshot.objects.filter(organisation=cast.cubiss.organisation)
    before = list(theirs.values())
    theirs.update(state="planned")
    assert differing() == ([], []) and rebuild() == (0, 0)
    assert [one["state"] for one in theirs.values()] == ["planned"] != [before[0]["state"]]
    with inside(cast.cubiss.organisation):
        assert len(differing()[0]) == 1
        rebuild()
    assert list(theirs.values()) == before


def test_drift_is_said_in_the_log_and_in_the_trail(bisc, seven, caplog):
    assert check_drift() == 0
    assert not AuditEntry.objects.filter(action="snapshots.drift").exists()
    TicketSnapshot.objects.filter(number=seven[2].number).update(reopened=9)
    TicketSnapshot.objects.filter(number=seven[5].number).update(number="BISC-77")
    with inside(None):
        check_drift_task("bisc")
    assert "snapshots of bisc drifted: 2 differ, 1 without ticket" in caplog.text
    line = AuditEntry.objects.get(action="snapshots.drift")
    assert (line.organisation, line.actor, line.result) == (bisc.organisation, None, "wrong")
    assert line.details == {"differing": 2, "extra": 1, "numbers": [seven[2].number, seven[5].number]}
    assert check_drift() == 3


AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        (T0, None, None),
        (T0, T0, 0),
        (T0, T0 + timedelta(seconds=59), 0),
        (T0, T0 + timedelta(seconds=60), 1),
        (T0, T0 + timedelta(minutes=90, seconds=59), 90),
        (T0, T0 - timedelta(minutes=5), 0),
        # 25 October 2026: the clock goes from 3:00 back to 2:00.
        (datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM), datetime(2026, 10, 25, 3, 30, tzinfo=AMSTERDAM), 120),
        (datetime(2026, 3, 29, 1, 30, tzinfo=AMSTERDAM), datetime(2026, 3, 29, 3, 30, tzinfo=AMSTERDAM), 60),
    ],
)
def test_clock_minutes(since, until, minutes):
    assert clock_minutes(since, until) == minutes


def test_snapshots_hold_no_text_and_no_person(cast):
    names = {field.name for field in TicketSnapshot._meta.get_fields()}
    assert names & {"subject", "body", "reporter", "assignee", "text", "name"} == set()
    row = TicketSnapshot.objects.filter(organisation=cast.bisc.organisation).values().get()
    assert SECRET["bisc"] not in str(row)
