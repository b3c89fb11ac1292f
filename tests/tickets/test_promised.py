"""What a library reads of its promise, in plain words: on its page, in its list and in the mail of receipt."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tenants.models import Organisation, OutboxEntry
from tests.tickets.clocking import file, leaf, may, say, to_all
from tickets.calendars.queries import calendar_of
from tickets.clocks.plain import by_moment
from tickets.desk import actions as verbs
from tickets.models import Agreement, Ticket
from tickets.notices.actions import send_notices


@pytest.fixture(autouse=True)
def serving_since_long(cast):
    Organisation.objects.update(from_on=date(2024, 1, 1))


@pytest.fixture
def rules(bisc):
    return say(Agreement.objects.create(), date(2026, 1, 1), to_all(first_answer=120, resolution=480))


@pytest.fixture
def said(bisc, client_of, monkeypatch):
    """Return what the page of a ticket says at a moment to somebody."""

    def read(ticket, moment, who="bisc colleague") -> str:
        client = client_of(who)
        with monkeypatch.context() as patch:
            patch.setattr(timezone, "now", lambda: moment)
            page = client.get(f"/tickets/{ticket.number}/").content.decode()
        return page.partition('<p class="promised">')[2].partition("<span>")[2].partition("</span>")[0]

    return read


def test_a_library_reads_by_when_it_hears_something(bisc, rules, said):
    ticket = file(bisc, may(19, 9))
    assert said(ticket, may(19, 9, 30)) == "U hoort van BiSC vóór vandaag 11:00."
    assert said(ticket, may(19, 9, 30), "bisc keyuser") == "U hoort van BiSC vóór vandaag 11:00."
    assert said(ticket, may(19, 9, 30), "bisc desk") == ""


def test_a_colleague_elsewhere_reads_no_promise(bisc, ticket, rules, said):
    verbs.edit(ticket=ticket, changes={"urgency": "low"}, by=bisc.actor("desk"))
    assert said(ticket, timezone.now()).startswith("U ")
    assert said(ticket, timezone.now(), "cubiss guest") == ""


def test_a_row_says_what_is_late_before_what_comes(bisc, client_of, monkeypatch):
    targets = {"*": {"low": {"resolution": {"minutes": 60}, "update": {"minutes": 600}}}}
    say(Agreement.objects.create(), date(2026, 1, 1), targets, update_mode="between")
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Wij kijken", by=bisc.actor("desk"), at=may(19, 9, 30))
    client = client_of("bisc colleague")
    monkeypatch.setattr(timezone, "now", lambda: may(19, 11))
    page = client.get("/tickets/").content.decode()
    assert "Dit had vóór vandaag 10:00 opgelost moeten zijn. Dat is niet gelukt." in page and "U hoort" not in page
    page = client.get(f"/tickets/{ticket.number}/").content.decode()
    assert "U hoort van BiSC vóór morgen" in page and "vóór vandaag 10:00 opgelost" in page


def test_late_is_said_as_it_is(bisc, rules, said):
    ticket = file(bisc, may(19, 9))
    assert said(ticket, may(19, 11)) == "U hoort van BiSC vóór vandaag 11:00."
    assert said(ticket, may(19, 11, 1)) == "U had vóór vandaag 11:00 van BiSC moeten horen. Dat is niet gelukt."
    verbs.answer(ticket=ticket, body="Wij kijken", by=bisc.actor("desk"), at=may(19, 12))
    assert said(ticket, may(19, 13)) == "BiSC lost dit op vóór vandaag 17:00."
    assert said(ticket, may(20, 9)) == ("Dit had vóór dinsdag 19 mei, 17:00 opgelost moeten zijn. Dat is niet gelukt.")


@pytest.mark.parametrize(
    ("state", "fact", "words"),
    [
        ("waiting_reporter", {"asked": "Welke?"}, "Zodra u hebt geantwoord, loopt de tijd van BiSC verder."),
        ("waiting_supplier", {"supplier": "OCLC"}, "Zolang dit op OCLC wacht, loopt de tijd niet door."),
        (
            "planned",
            {"planned_until": date(2030, 6, 3)},
            "Dit is ingepland tot 3 jun 2030; tot dan loopt de tijd niet door.",
        ),
    ],
)
def test_what_stands_still_says_what_it_waits_for(bisc, rules, said, state, fact, words):
    ticket, desk = file(bisc, may(19, 9)), bisc.actor("desk")
    verbs.answer(ticket=ticket, body="Wij kijken", by=desk, at=may(19, 9, 30))
    verbs.move(ticket=ticket, to=state, fact=fact, by=desk, at=may(19, 10))
    assert said(ticket, may(19, 12)) == words


def test_nothing_is_said_of_what_is_resolved_or_was_never_promised(bisc, ticket, rules, said):
    assert said(ticket, timezone.now()) == ""
    done, desk = file(bisc, may(19, 9)), bisc.actor("desk")
    verbs.edit(ticket=done, changes={"category": leaf()}, by=desk, at=may(19, 9, 1))
    verbs.pick_up(ticket=done, by=desk, at=may(19, 9, 2))
    verbs.move(ticket=done, to="resolved", answer="Klaar.", by=desk, at=may(19, 10))
    assert said(done, may(20, 9)) == ""


def test_a_row_of_a_library_says_its_promise_in_as_many_questions(bisc, rules, client_of, monkeypatch):
    ticket = file(bisc, may(19, 9))
    client = client_of("bisc colleague")
    monkeypatch.setattr(timezone, "now", lambda: may(19, 9, 30))
    client.get("/tickets/")
    for address in ("/tickets/", "/"):
        with CaptureQueriesContext(connection) as few:
            assert "U hoort van BiSC vóór vandaag 11:00." in client.get(address).content.decode()
        for _n in range(3):
            file(bisc, may(19, 9))
        with CaptureQueriesContext(connection) as many:
            assert client.get(address).content.decode().count("U hoort van BiSC vóór vandaag 11:00.") >= 4
        assert len(many) == len(few)
    assert "U hoort" not in client_of("bisc neighbour").get("/tickets/").content.decode()
    assert Ticket.objects.get(pk=ticket.pk).due_clock == "first_answer"


def test_staff_read_on_the_page_of_clocks_what_the_library_reads(bisc, rules, client_of, monkeypatch):
    ticket = file(bisc, may(19, 9))
    monkeypatch.setattr(timezone, "now", lambda: may(19, 9, 30))
    page = client_of("bisc desk").get(f"/tickets/{ticket.number}/clocks/").content.decode()
    assert "Bibliotheek een BiSC leest" in page and "U hoort van BiSC vóór vandaag 11:00." in page


def test_the_mail_of_receipt_says_by_when(bisc, rules, monkeypatch):
    file(bisc, may(19, 9))
    entry = OutboxEntry.objects.filter(topic="tickets.notices").latest("pk")
    monkeypatch.setattr(timezone, "now", lambda: may(19, 9, 1))
    send_notices(entry)
    assert "U hoort van BiSC vóór vandaag 11:00." in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("due", "dutch", "english"),
    [
        (datetime(2026, 5, 19, 10, tzinfo=UTC), "vandaag 12:00", "12:00 today"),
        (datetime(2026, 5, 20, 10, tzinfo=UTC), "morgen 12:00", "12:00 tomorrow"),
        (datetime(2026, 5, 25, 22, 30, tzinfo=UTC), "dinsdag 26 mei, 00:30", "Tuesday 26 May, 00:30"),
        (datetime(2026, 5, 25, 10, tzinfo=UTC), "maandag 12:00", "Monday 12:00"),
        (datetime(2026, 5, 18, 10, tzinfo=UTC), "maandag 18 mei, 12:00", "Monday 18 May, 12:00"),
        (datetime(2027, 1, 4, 11, tzinfo=UTC), "maandag 4 januari 2027, 12:00", "Monday 4 January 2027, 12:00"),
    ],
)
def test_a_moment_as_somebody_says_it_where_the_organisation_is(bisc, due, dutch, english):
    now = datetime(2026, 5, 19, 7, tzinfo=UTC)
    for language, words in (("nl", dutch), ("en", english)):
        with translation.override(language):
            assert by_moment(due, now, calendar_of()) == words
