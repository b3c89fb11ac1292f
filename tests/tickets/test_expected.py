"""When to expect an answer: what a library reads of hours and of how it went, where there is enough to say it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.utils import translation

from tenants.context import inside
from tickets.calendars.queries import calendar_of
from tickets.desk import actions as verbs
from tickets.desk.expected import expected, half_within
from tickets.models import ServiceHours, Ticket

AT = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)  # a Tuesday, nine o'clock here
HOURS = "BiSC is er maandag t/m vrijdag 8:30-17:00, niet op feestdagen."
HALF = "De helft van alle meldingen van de afgelopen drie maanden kreeg binnen {} een eerste antwoord."


@pytest.fixture(autouse=True)
def set_by_the_lead(bisc):
    ServiceHours.objects.update(made_by=bisc.people["lead"])


def test_expected_says_no_hours_that_nobody_set(bisc):
    assert _said() == [HOURS]
    ServiceHours.objects.update(made_by=None)
    assert _said() == []


@pytest.fixture
def filed(bisc, ticket):
    """Return a filer of tickets at nine o'clock on a Tuesday: so many, answered after so long, or not at all."""

    def file(count: int, answered_after: timedelta | None) -> None:
        for number in range(count):
            made = verbs.create(
                type="question",
                subject=f"Vraag {number}",
                body="Hoe dan?",
                library=bisc.library,
                urgency="low",
                by=bisc.actor("colleague"),
                at=AT,
            )
            if answered_after is not None:
                verbs.answer(ticket=made, body="Zo", by=bisc.actor("desk"), at=AT + answered_after)

    return file


def _said() -> list[str]:
    caches["organisation"].clear()
    with translation.override("nl"):
        return expected("BiSC", AT + timedelta(days=30))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (timedelta(minutes=20), "één werkuur"),
        (timedelta(minutes=181), "4 werkuren"),
        (timedelta(hours=8), "8 werkuren"),
        (timedelta(days=1, hours=2), "2 werkdagen"),  # ten and a half working hours
    ],
)
def test_expected_says_within_how_much_working_time_half_had_an_answer(filed, after, words):
    filed(10, after)
    filed(10, None)
    assert _said() == [HOURS, HALF.format(words)]


def test_expected_says_nothing_of_how_it_went_where_that_is_of_few_or_half_waits(filed):
    filed(19, timedelta(minutes=20))
    assert _said() == [HOURS]
    filed(20, None)
    assert _said() == [HOURS]
    filed(1, timedelta(minutes=20))
    assert _said() == [HOURS, HALF.format("één werkuur")]


def test_expected_counts_no_older_ones_and_nights_for_nothing(filed, bisc):
    filed(20, timedelta(minutes=20))
    with translation.override("nl"):
        caches["organisation"].clear()
        assert expected("BiSC", AT + timedelta(days=91)) == [HOURS]


def test_half_within_is_the_middle_one_where_they_are_odd(bisc):
    moments = [(AT, AT + timedelta(minutes=minutes)) for minutes in range(1, 22)]
    assert half_within(moments, calendar_of()) == 11


def test_expected_is_kept_for_an_hour_and_by_organisation(cast, filed, django_assert_num_queries):
    filed(20, timedelta(minutes=20))
    said = _said()
    with django_assert_num_queries(0), translation.override("nl"):
        assert expected("BiSC", AT + timedelta(days=30)) == said
    with inside(cast.cubiss.organisation), translation.override("nl"):
        ServiceHours.objects.update(made_by=cast.cubiss.people["lead"])
        assert expected("Cubiss", AT + timedelta(days=30)) == [HOURS.replace("BiSC", "Cubiss")]


def test_a_library_reads_it_while_its_ticket_is_new(bisc, ticket, client_of):
    assert HOURS in client_of("bisc colleague").get("/tickets/BISC-1/").content.decode()
    for who in ("bisc desk", "cubiss guest"):
        assert HOURS not in client_of(who).get("/tickets/BISC-1/").content.decode()
    verbs.answer(ticket=ticket, body="We kijken", by=bisc.actor("desk"))
    assert Ticket.objects.get(pk=ticket.pk).state == "open"
    assert HOURS not in client_of("bisc colleague").get("/tickets/BISC-1/").content.decode()
