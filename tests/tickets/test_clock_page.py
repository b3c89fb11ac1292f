"""The page of a ticket's clocks: who reads it, and what it says in each state."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.clocking import file, leaf, may
from tickets.clocks import sentences
from tickets.clocks.drawing import draw
from tickets.clocks.models import Interval
from tickets.clocks.standing import standing_of
from tickets.desk import actions as verbs
from tickets.models import Ticket

# Tuesday 19 May 2026 is an ordinary day.


def at(ticket, moment):
    return standing_of(Ticket.objects.get(pk=ticket.pk), moment)


def bars(standing) -> dict[str, str]:
    return {lane.name: lane.caption for lane in draw(standing).lanes}


@pytest.mark.parametrize("who", ["desk", "lead"])
def test_staff_read_it(bisc, rules, client_of, who):
    ticket = file(bisc, may(19, 9))
    page = client_of(f"bisc {who}").get(f"/tickets/{ticket.number}/clocks/").content.decode()
    assert "Hoe het uiterste moment verschoof" in page and 'class="bar"' in page


@pytest.mark.parametrize("who", ["bisc keyuser", "bisc colleague", "bisc director", "cubiss desk", "cubiss guest"])
def test_nobody_else_learns_what_happened_inside(bisc, rules, client_of, who):
    ticket = file(bisc, may(19, 9))
    assert client_of(who).get(f"/tickets/{ticket.number}/clocks/").status_code == 404


def test_nothing_agreed_says_so(bisc):
    found = at(file(bisc, may(19, 9)), may(19, 10))
    assert sentences.headline(found) == "Er loopt niets af"
    assert sentences.reasons(found, {}) == ["Over de oplossing is niets afgesproken."]
    assert bars(found) == {"Eerste antwoord": "niets afgesproken", "Oplossing": "niets afgesproken"}
    assert sentences.moved(found, found.main) == []


def test_running_says_how_much_is_left_and_until_when(bisc, rules):
    found = at(file(bisc, may(19, 9)), may(19, 9, 52))
    assert sentences.headline(found) == "Nog 1 u 08 werktijd, te beantwoorden vóór 11:00"
    assert bars(found) == {"Eerste antwoord": "vóór 11:00", "Oplossing": "vóór 17:00"}
    assert [(due, words) for due, words in sentences.coming(found)] == [
        (may(19, 11), "Uiterlijk eerste antwoord"),
        (may(19, 17), "Uiterlijk opgelost"),
    ]


def test_late_says_how_late_in_working_time(bisc, rules):
    found = at(file(bisc, may(19, 9)), may(19, 13))
    assert sentences.headline(found) == "2 u werktijd te laat: te beantwoorden vóór 11:00"
    assert 'class="late"' in draw(found).lanes[0].bar


def test_paused_says_whom_it_waits_for_and_the_table_adds_up(bisc, rules):
    ticket = file(bisc, may(19, 9))
    desk = bisc.actor("desk")
    verbs.answer(ticket=ticket, body="Wij kijken", by=desk, at=may(19, 9, 13))
    fact = {"supplier": "OCLC"}
    verbs.pick_up(ticket=ticket, by=desk, at=may(19, 9, 15))
    verbs.move(ticket=ticket, to="waiting_supplier", fact=fact, by=desk, at=may(19, 10))
    found = at(ticket, may(19, 10, 52))
    assert sentences.headline(found) == "Staat stil: wacht op OCLC"
    counted = [(one.counts, one.still) for one in sentences.rows(found, found.main)]
    assert counted == [("13 min", False), ("47 min", False), ("pauze van 52 min", True)]
    assert (found.main.course.ran, sentences.together(found.main, found)) == (60, "van 8 u, nog 7 u")
    verbs.move(ticket=ticket, to="open", reason="Antwoord.", by=desk, at=may(19, 10, 52))
    found = at(ticket, may(19, 11))
    moves = [(one.at, one.before, one.after) for one in sentences.moved(found, found.main)]
    assert moves == [
        (may(19, 9), None, may(19, 17)),
        (may(19, 10), may(19, 17), None),
        (may(19, 10, 52), may(19, 17), may(20, 9, 22)),
    ]
    name = bisc.people["desk"].name
    assert sentences.moved(found, found.main)[2].why == f"Na een pauze van 52 min, wacht op OCLC ({name})"


def test_done_and_reopened(bisc, rules):
    ticket, desk = file(bisc, may(19, 9)), bisc.actor("desk")
    verbs.edit(ticket=ticket, changes={"category": leaf()}, by=desk, at=may(19, 9, 1))
    verbs.pick_up(ticket=ticket, by=desk, at=may(19, 9, 2))
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=desk, at=may(19, 10))
    found = at(ticket, may(20, 12))
    assert sentences.headline(found) == "Er loopt niets af"
    assert bars(found) == {"Eerste antwoord": "gehaald in 1 u", "Oplossing": "gehaald in 1 u"}
    verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=desk, at=may(20, 12))
    found = at(ticket, may(20, 12, 30))
    assert bars(found)["Oplossing"].startswith("vóór ")
    assert sum(piece.minutes for piece in found.pieces(found.main)) == found.main.course.ran == 90


def test_a_ticket_from_before_clocks_says_so_calmly(bisc, client_of):
    ticket = file(bisc, may(19, 9))
    Interval.objects.filter(ticket=ticket).delete()
    page = client_of("bisc desk").get(f"/tickets/{ticket.number}/clocks/").content.decode()
    assert "Er loopt niets af" in page and "van voordat klokken werden bijgehouden" in page


def test_two_hundred_intervals_ask_as_much_and_stay_readable(bisc, rules, client_of):
    ticket, client = file(bisc, may(4, 9)), client_of("bisc desk")
    address = f"/tickets/{ticket.number}/clocks/"
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    first = Interval.objects.get(ticket=ticket)
    for place in range(1, 200):
        Interval.objects.filter(ticket=ticket, place=place - 1).update(ended_at=may(4, 9) + timedelta(hours=place))
        still = place % 2 == 1
        first.pk, first.place, first.began_at = None, place, may(4, 9) + timedelta(hours=place)
        first.state, first.pauses = ("waiting_reporter", ["first_answer", "resolution"]) if still else ("open", [])
        first.save(force_insert=True)
    with CaptureQueriesContext(connection) as many:
        page = client.get(address).content.decode()
    assert len(many) == len(few)
    assert "160 eerdere tijden samen" in page and len(page) < 150_000
