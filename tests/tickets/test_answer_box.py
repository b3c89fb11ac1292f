"""What the answer box takes along: with words and without, each in its place, and nothing of what was not asked."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.access import standing
from tenants.actor import Actor
from tenants.models import LibraryMembership
from tests.browsing import form_with, press, send
from tests.tickets.verbs import SUPPLIER
from tickets.desk import actions as verbs
from tickets.models import Attachment, Message, Ticket

PAGE, SAY = "/tickets/BISC-1/", "/tickets/BISC-1/messages/"
FILED = {
    **{"type": "incident", "subject": "Poort piept", "body": "Bij elke klant.", "library": "bisc-een"},
    **{"category": "6.1", "urgency": "low", "once": "merk-1"},
}


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("scherm.txt", b"wat er op het scherm stond")


def _taken(client, path: str, data: dict) -> list[str]:
    """Return which forms the page says were taken: of those a browser forgets the draft."""
    page = client.post(path, data, follow=True).content.decode()
    return [part.partition('"')[0] for part in page.split('data-taken="')[1:]]


def test_the_page_says_of_which_form_the_draft_may_go(bisc, ticket, client_of):
    """Also where it was sent twice; of one that was refused it says nothing."""
    client = client_of("bisc colleague")
    assert _taken(client, "/tickets/new/", {**FILED, "subject": ""}) == []
    assert _taken(client, "/tickets/new/", FILED) == ["merk-1"]
    assert _taken(client, "/tickets/new/", FILED) == ["merk-1"]
    assert _taken(client, SAY, {"body": "", "once": "merk-2"}) == []
    assert _taken(client, SAY, {"body": "Nog iets.", "once": "merk-2"}) == ["merk-2"]


def test_a_state_alone_takes_its_leaf_and_its_words_along(bisc, ticket, client_of):
    verbs.edit(ticket=ticket, changes={"category": None}, by=bisc.actor("lead"))
    data = {"body": "", "then": "resolved", "words": "Het werkt weer.", "category": "6.1", "once": "m"}
    assert client_of("bisc desk").post(SAY, data).status_code == 302
    now, said = Ticket.objects.get(), Message.objects.latest("pk")
    assert (now.state, now.category.code, said.body, said.visibility) == (
        *("resolved", "6.1", "Het werkt weer.", "public"),
    )


def test_a_note_that_resolves_takes_them_along_too(bisc, ticket, client_of):
    verbs.edit(ticket=ticket, changes={"category": None}, by=bisc.actor("lead"))
    data = {"body": "Onder ons.", "visibility": "internal", "then": "resolved", "words": "Klaar.", "category": "6.1"}
    assert client_of("bisc desk").post(SAY, data).status_code == 302
    now = Ticket.objects.get()
    said = list(Message.objects.order_by("pk").values_list("body", "visibility"))[-2:]
    assert (now.state, now.category.code, said) == (
        *("resolved", "6.1", [("Onder ons.", "internal"), ("Klaar.", "public")]),
    )


def test_a_state_alone_takes_its_fact_along_and_no_fact_of_another(bisc, ticket, client_of):
    """A draft that came back may hold what another state asks."""
    data = {"body": "", "then": "planned", "planned_until": "2099-01-01", "supplier": "OCLC", "asked": "Hoe?"}
    assert client_of("bisc desk").post(SAY, data).status_code == 302
    now = Ticket.objects.get()
    assert (now.state, str(now.planned_until), now.supplier, now.asked) == ("planned", "2099-01-01", "", "")


def test_the_fact_of_the_state_it_is_in_is_changed_at_the_same_place(bisc, ticket, client_of):
    """What waits is offered for its own state; the box shows whom it waits for, not whose the system is."""
    verbs.move(
        ticket=ticket, to="waiting_supplier", fact={**SUPPLIER, "supplier": "Bibliotheca"}, by=bisc.actor("lead")
    )
    client = client_of("bisc desk")
    form = form_with(client.get(PAGE), "Versturen")
    assert "waiting_supplier" in form.controls["then"].offers and form.controls["supplier"].holds == ["Bibliotheca"]
    assert press(client, form, "Versturen", then="waiting_supplier", supplier_number="9001").status_code == 302
    now = Ticket.objects.get()
    assert (now.state, now.supplier, now.supplier_number) == ("waiting_supplier", "Bibliotheca", "9001")


def test_the_supplier_of_the_librarys_system_stands_ready_and_oneself_is_no_partner(bisc, ticket, client_of):
    form = form_with(client_of("bisc desk").get(PAGE), "Versturen")
    assert form.controls["supplier"].holds == ["OCLC"]
    assert form.controls["partner"].offers == ["", "cubiss"]


def test_a_file_without_words_goes_along_with_a_state(bisc, ticket, client_of):
    assert client_of("bisc desk").post(SAY, {"body": "", "then": "open", "attachments": _file()}).status_code == 302
    assert (Attachment.objects.get().name, Ticket.objects.get().state) == ("scherm.txt", "open")


@pytest.mark.parametrize(("path", "data"), [(SAY, {"body": "Zie bijlage."}), ("/tickets/new/", FILED)])
@pytest.mark.parametrize("marked", [True, False])
def test_the_mark_of_patron_data_goes_with_the_file(bisc, ticket, client_of, path, data, marked):
    mark = {"patron_data": "on"} if marked else {}
    assert client_of("bisc colleague").post(path, {**data, **mark, "attachments": _file()}).status_code == 302
    row = Attachment.objects.get()
    assert (row.contains_patron_data, row.purge_on is not None) == (marked, marked)


def test_a_picking_up_that_is_refused_in_the_middle_says_who_has_it(bisc, ticket, client_of):
    verbs.pick_up(ticket=ticket, by=bisc.actor("lead"))
    client = client_of("bisc desk")
    answer = client.post(f"{PAGE}pick-up/", headers={"HX-Request": "true"})
    assert answer.status_code == 302
    assert "Lead BiSC heeft deze melding al" in client.get(answer["Location"]).content.decode()
    assert Ticket.objects.get().assignee == bisc.people["lead"]


def test_what_confirms_says_whether_it_went_out(bisc, ticket, client_of):
    client = client_of("bisc desk")

    def confirmed(**data) -> list[str]:
        page = client.post(SAY, {"once": str(data), **data}, follow=True).content.decode()
        return [one for one in ("Verstuurd.", "Genoteerd; alleen BiSC leest dit.", "De status is nu") if one in page]

    assert confirmed(body="Onder ons.", visibility="internal") == ["Genoteerd; alleen BiSC leest dit."]
    assert confirmed(body="Wij kijken.", visibility="public") == ["Verstuurd."]
    assert confirmed(body="", then="planned", planned_until="2099-01-01") == ["De status is nu"]


def test_each_who_speaks_stands_with_their_side(cast, bisc, ticket, client_of):
    verbs.answer(ticket=ticket, body="Wij kijken.", by=bisc.actor("desk"))
    guest = Actor.of(standing(cast.cubiss.people["guest"], bisc.organisation), "page")
    verbs.answer(ticket=ticket, body="Bij ons ook.", visibility="partners", by=guest)
    page = client_of("bisc desk").get(PAGE).content.decode()
    found = re.findall(r'<b>([^<]+)</b>\s*<span class="quiet">([^<]+)</span>\s*<time', page)
    assert [(name, unescape(side)) for name, side in (found[0], *found[-2:])] == [
        ("Balie BiSC", "Bibliotheek een BiSC"),
        ("Desk BiSC", "BiSC"),
        ("Gast Cubiss", "collega-POI"),
    ]


def test_who_may_only_read_a_ticket_is_not_offered_to_withdraw_or_reopen_it(bisc, ticket, client_of):
    LibraryMembership.objects.filter(person=bisc.people["colleague2"]).update(sees="library")
    reader, own = client_of("bisc colleague2"), client_of("bisc colleague")

    def offered(words: str) -> list[bool]:
        return [words in client.get(PAGE).content.decode() for client in (reader, own)]

    assert offered("Deze melding intrekken") == [False, True]
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    assert offered("Nog niet opgelost") == [False, True]


def test_the_middle_says_which_ticket_it_is_and_a_page_that_is_none_does_not(bisc, ticket, client_of):
    """By this the desk knows a ticket from the sign-in page."""
    client, part = client_of("bisc desk"), {"HX-Request": "true"}
    assert client.get(PAGE, headers=part)["X-Ticket"] == "BISC-1"
    assert client.post(SAY, {"body": ""}, headers=part)["X-Ticket"] == "BISC-1"
    assert "X-Ticket" not in client.get(PAGE).headers
    assert "X-Ticket" not in client.get("/tickets/", headers=part).headers


def test_choosing_a_state_leaves_what_a_colleague_said_about_it(bisc, ticket, client_of):
    """Closing from an old page closes nothing that was opened again meanwhile."""
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    client = client_of("bisc colleague")
    form = form_with(client.get(PAGE), "Ja, sluit de melding")
    verbs.move(ticket=ticket, to="open", reason="Toch niet.", by=bisc.actor("keyuser"))
    assert press(client, form, "Ja, sluit de melding").status_code == 409
    assert Ticket.objects.get().state == "open"


def test_a_library_sends_to_the_desk_and_nothing_else_is_asked(bisc, ticket, client_of):
    form = form_with(client_of("bisc colleague").get(PAGE), "Verstuur naar BiSC")
    assert set(form.controls) - {"csrfmiddlewaretoken"} == {"once", "seen", "body", "attachments", "patron_data"}
    assert send(client_of("bisc colleague"), PAGE, "Verstuur naar BiSC", body="Dank u.").status_code == 302
