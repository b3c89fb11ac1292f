"""History in sentences, each kind of event as its reader has it: the desk, the library, a colleague POI let in.

What happened inside (who has it, how it weighs, notes, who may look along) has a sentence for the desk alone.
"""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from agenda.categories.models import Category
from tests.tickets.verbs import PLANNED, SUPPLIER
from tickets.closing.actions import close_resolved
from tickets.desk import actions as verbs
from tickets.events import Kind
from tickets.guests.actions import close_to, open_to

READERS = ("bisc desk", "bisc colleague", "cubiss guest")
GUEST = r"Geopend voor Gast Cubiss door Desk BiSC, tot en met \d+ [a-z]{3} \d{4}\."


@pytest.fixture
def lines(client_of, ticket):
    """Return what somebody reads that happened to ticket 1, a sentence each without its moment."""

    def read(who: str) -> list[str]:
        page = client_of(who).get("/tickets/BISC-1/").content.decode()
        events = re.findall(r'<p class="event">(.*?)<time', page, re.S)
        return [" ".join(unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in events]

    return read


@pytest.fixture
def told(lines):
    """Return the newest sentences by reader: what is more than there was when the test began."""
    before = {who: len(lines(who)) for who in READERS}
    return lambda: {who: lines(who)[before[who] :] for who in READERS}


def _all(*said: str) -> dict[str, list[str]]:
    return {who: list(said) for who in READERS}


def _staff(*said: str) -> dict[str, list[str]]:
    return {who: list(said) if who == "bisc desk" else [] for who in READERS}


def test_created_and_noted_have_no_sentence_the_message_says_it(told, bisc, ticket):
    verbs.answer(ticket=ticket, body="Onder ons", visibility="internal", by=bisc.actor("desk"))
    assert told() == _all()


def test_answered_says_to_which_state_it_went_and_never_who_has_it_now(told, bisc, ticket):
    verbs.answer(ticket=ticket, body="We kijken ernaar", by=bisc.actor("desk"))
    ticket.refresh_from_db()
    assert ticket.assignee == bisc.people["desk"]
    verbs.answer(ticket=ticket, body="Welke pas?", then="waiting_reporter", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="De blauwe", by=bisc.actor("colleague"))
    assert told() == _all(
        "Van nieuw naar in behandeling, door Desk BiSC.",
        "Van in behandeling naar wacht op melder, door Desk BiSC. Gevraagd aan de melder: ‘Welke pas?’.",
        "Van wacht op melder naar in behandeling, door Balie BiSC.",
    )


def test_a_state_says_its_fact_and_one_that_ends_takes_it_along_unsaid(told, bisc, cast, ticket):
    desk = bisc.actor("desk")
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=desk)
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier": "Ander"}, by=desk)
    verbs.move(ticket=ticket, to="planned", fact=PLANNED, by=desk)
    verbs.move(ticket=ticket, to="waiting_partner", fact={"partner": cast.cubiss.organisation}, by=desk)
    verbs.move(ticket=ticket, to="open", by=desk)
    assert told() == _all(
        "Van nieuw naar wacht op leverancier, door Desk BiSC. Leverancier: ‘OCLC’. Nummer bij de leverancier: ‘4471’.",
        "Gewijzigd door Desk BiSC. Leverancier: van ‘OCLC’ naar ‘Ander’.",
        "Van wacht op leverancier naar ingepland, door Desk BiSC. Ingepland tot: ‘1 jan 2099’.",
        "Van ingepland naar wacht op collega-POI, door Desk BiSC. Collega-POI: ‘Cubiss’.",
        "Van wacht op collega-POI naar in behandeling, door Desk BiSC.",
    )


def test_resolved_reopened_confirmed_withdrawn_and_closed_by_time_each_say_so(told, bisc, ticket):
    desk, library = bisc.actor("desk"), bisc.actor("colleague")
    verbs.move(ticket=ticket, to="resolved", answer="Gemaakt", by=desk)
    verbs.move(ticket=ticket, to="open", reason="Nog niet", by=library)
    verbs.move(ticket=ticket, to="resolved", answer="Nu wel", by=desk)
    verbs.move(ticket=ticket, to="closed", by=library)
    verbs.move(ticket=ticket, to="open", reason="Belt terug", by=desk)
    verbs.move(ticket=ticket, to="closed", by=library)
    verbs.move(ticket=ticket, to="open", reason="Toch", by=library)
    verbs.move(ticket=ticket, to="resolved", answer="Klaar", by=desk)
    close_resolved(timezone.now() + timedelta(days=30))
    assert told() == _all(
        "Van nieuw naar opgelost, door Desk BiSC.",
        "Heropend door Balie BiSC: van opgelost naar in behandeling.",
        "Van in behandeling naar opgelost, door Desk BiSC.",
        "Van opgelost naar gesloten, door Balie BiSC.",
        "Heropend door Desk BiSC: van gesloten naar in behandeling.",
        "Ingetrokken door Balie BiSC.",
        "Heropend door Balie BiSC: van gesloten naar in behandeling.",
        "Van in behandeling naar opgelost, door Desk BiSC.",
        "Van opgelost naar gesloten, vanzelf na de ingestelde werkdagen.",
    )


def test_edited_says_from_what_to_what_and_the_weight_to_the_desk_alone(told, bisc, ticket):
    changes = {
        **{"subject": "Pas doet niets", "type": "question", "category": Category.objects.get(code="6.2")},
        **{"urgency": "low", "impact": "high", "locations": bisc.locations[1:], "reporter": bisc.people["keyuser"]},
    }
    verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"))
    verbs.edit(ticket=ticket, changes={"impact": "medium"}, by=bisc.actor("desk"))
    public = (
        "Gewijzigd door Desk BiSC. Soort: van ‘storing’ naar ‘vraag’."
        " Onderwerp: van ‘Zelfservice zegt kwartelzang’ naar ‘Pas doet niets’."
        " Categorie: van ‘Zelfservice (SIP2)’ naar ‘RFID, poorten & sorteer’."
        " Locaties: van ‘Vestiging 1 BiSC’ naar ‘Vestiging 2 BiSC, Vestiging 3 BiSC’."
        " Gemeld door: van ‘Balie BiSC’ naar ‘Key-user BiSC’. Urgentie: van ‘hoog’ naar ‘laag’."
    )
    found = told()
    assert found["bisc desk"] == [
        f"{public} Impact: van ‘laag’ naar ‘hoog’.",
        "Gewijzigd door Desk BiSC. Impact: van ‘hoog’ naar ‘gemiddeld’. Prioriteit: van ‘gemiddeld’ naar ‘laag’.",
    ]
    assert (found["bisc colleague"], found["cubiss guest"]) == ([], [public])  # it was reported by another now


def test_assigned_and_picked_up_have_their_sentence_for_the_desk_and_to_others_the_state_changed(told, bisc, ticket):
    desk = bisc.actor("desk")
    verbs.pick_up(ticket=ticket, by=desk)
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["lead"]}, by=desk)
    verbs.edit(ticket=ticket, changes={"assignee": None}, by=desk)
    verbs.pick_up(ticket=ticket, by=desk)
    library = ["Van nieuw naar in behandeling, door Desk BiSC."]
    assert told() == {
        "bisc desk": [
            "Opgepakt door Desk BiSC: van nieuw naar in behandeling.",
            "Toegewezen door Desk BiSC. Behandelaar: van ‘Desk BiSC’ naar ‘Lead BiSC’.",
            "Toegewezen door Desk BiSC. Behandelaar: niet meer ‘Lead BiSC’.",
            "Opgepakt door Desk BiSC.",
        ],
        "bisc colleague": library,
        "cubiss guest": library,
    }


def test_who_was_let_in_is_named_with_the_day_to_the_desk_alone(lines, bisc, cast, ticket):
    guest = cast.cubiss.people["guest"]
    open_to(ticket=ticket, person=guest, until_on=timezone.localdate() + timedelta(days=90), by=bisc.actor("desk"))
    assert re.fullmatch(GUEST, lines("bisc desk")[-1])
    assert (lines("bisc colleague"), lines("cubiss guest")) == ([], [])
    close_to(ticket=ticket, person=guest, by=bisc.actor("desk"))
    assert lines("bisc desk")[-1:] == ["Niet meer open voor Gast Cubiss, door Desk BiSC."]
    assert lines("bisc colleague") == []


def test_every_kind_of_event_has_a_test_here():
    assert {kind.value for kind in Kind} == {
        *("created", "noted", "answered", "state_changed", "edited", "assigned", "picked_up", "granted", "grant_ended")
    }
