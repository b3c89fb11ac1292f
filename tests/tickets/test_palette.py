"""The palette: what it offers for what is typed, to whom, and at what cost; each hit leads, none does anything."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import Membership
from tests.cast import SECRET
from tickets.desk import actions as verbs
from tickets.models import Ticket
from tickets.states import Visibility

PART = {"HX-Request": "true"}


def _offered(client, text: str) -> dict[str, list[str]]:
    """Return the hits as they are read, by their group."""
    page = client.get("/palette/", {"q": text}, headers=PART).content.decode()
    found = {}
    for part in page.split('role="group" aria-label="')[1:]:
        hits = re.findall(r'href="([^"]+)"', part)
        found[part.split('"')[0]] = hits
    return found


def test_a_number_leads_to_its_ticket_before_all(stock, client_of):
    for text in ("3", "bisc-3", " BISC-3 "):
        assert next(iter(_offered(client_of("bisc desk"), text).items())) == ("Meldingen", ["/tickets/BISC-3/"])


def test_a_library_comes_first_and_what_can_be_done_with_it_after_the_tickets(stock, client_of):
    name = stock.other_library.name
    found = _offered(client_of("bisc desk"), name)
    assert list(found)[0] == "Bibliotheken" and found["Bibliotheken"] == ["/libraries/bisc-twee/"]
    assert found["Meldingen"] == ["/tickets/BISC-4/"]
    assert found["Doen"] == ["/tickets/new/?library=bisc-twee", "/tickets/?view=all&amp;library=bisc-twee"]
    page = client_of("bisc desk").get("/tickets/new/?library=bisc-twee").content.decode()
    assert '<option value="bisc-twee" selected>' in page
    page = client_of("bisc desk").get("/tickets/new/?library=cubiss-twee%22").content.decode()
    assert '<option value="cubiss' not in page and 'bisc-twee" selected' not in page


def test_people_and_pages_are_found_by_a_part_of_their_name(stock, client_of):
    found = _offered(client_of("bisc desk"), "lead bi")
    assert found["Mensen"] == ["/tickets/?q=Lead+BiSC"]
    assert _offered(client_of("bisc desk"), "niet toe")["Pagina&#x27;s"] == ["/tickets/?view=unassigned"]
    assert list(_offered(client_of("bisc desk"), "")) == ["Pagina&#x27;s"]


def test_what_was_typed_stands_in_bold_and_is_escaped(bisc, ticket, client_of):
    Ticket.objects.filter(pk=ticket.pk).update(subject="Scanner <b>kapot</b> & weg")
    page = client_of("bisc desk").get("/palette/?q=bisc-1", headers=PART).content.decode()
    assert "Scanner &lt;b&gt;kapot&lt;/b&gt; &amp; weg" in page
    page = client_of("bisc desk").get("/palette/?q=SCANNER", headers=PART).content.decode()
    assert "<b>Scanner</b> &lt;b&gt;kapot" in page


@pytest.mark.parametrize("who", ["colleague", "colleague2", "neighbour", "keyuser", "director"])
def test_a_library_is_offered_what_it_may_know_and_no_people(stock, client_of, who):
    hidden = {"colleague2": "BISC-3", "neighbour": "BISC-1"}
    found = _offered(client_of(f"bisc {who}"), "BiSC")
    assert "Mensen" not in found and "Doen" not in found
    assert "/libraries/bisc-twee/" not in found.get("Bibliotheken", []) or who == "neighbour"
    if who in hidden:
        assert "Meldingen" not in _offered(client_of(f"bisc {who}"), hidden[who])


def test_a_library_finds_nothing_by_internal_text(bisc, ticket, client_of):
    verbs.answer(ticket=ticket, body="Certificaatgeheim", visibility=Visibility.INTERNAL, by=bisc.actor("desk"))
    assert "Meldingen" in _offered(client_of("bisc desk"), "certificaatgeheim")
    for who in ("bisc colleague", "bisc keyuser"):
        assert _offered(client_of(who), "certificaatgeheim") == {}


def test_another_organisation_finds_nothing(cast, client_of):
    client = client_of("cubiss desk", "cubiss")
    assert _offered(client, SECRET["bisc"]) == {} and _offered(client, "bisc-een") == {}
    assert client_of("cubiss desk", "bisc").get("/palette/?q=1").status_code == 404


@pytest.mark.parametrize(
    "text", ["", "3", "BISC-3", "le", "tekst", "een twee drie vier", "%", "\\", "'", "ß", "x" * 500]
)
def test_the_palette_asks_at_most_six_questions(stock, client_of, text):
    client = client_of("bisc desk")
    client.get("/palette/", {"q": text})
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/palette/", {"q": text}, headers=PART).status_code == 200
    assert len(captured) <= 6


def test_nobody_of_another_organisation_is_named_and_a_whole_address_finds_its_person(cast, stock, client_of):
    client = client_of("bisc desk")
    for text in (cast.cubiss.people["lead"].name, cast.cubiss.people["lead"].email):
        assert "Mensen" not in _offered(client, text) and "Doen" not in _offered(client, text)
    assert _offered(client, "LEAD@bisc.example")["Mensen"] == ["/tickets/?q=Lead+BiSC"]


def test_pages_are_offered_to_who_may_open_them(cast, ticket, client_of):
    desk = ["/tickets/?view=mine", "/tickets/?view=unassigned", "/tickets/?view=all", "/libraries/", "/tickets/new/"]
    offered = {
        "bisc desk": [*desk, "/me/"],
        "bisc lead": [*desk, "/people/", "/me/"],
        "bisc colleague": ["/tickets/", "/tickets/new/", "/me/"],
        "cubiss guest": ["/tickets/", "/me/"],
    }
    assert {who: _offered(client_of(who), "")["Pagina&#x27;s"] for who in offered} == offered


def test_who_has_no_part_in_tickets_has_no_palette(bisc, client_of):
    Membership.objects.create(person=bisc.people["former"], organisation=bisc.organisation, role="administrator")
    assert client_of("bisc former").get("/people/").status_code == 200
    assert client_of("bisc former").get("/palette/?q=bisc").status_code == 403


def test_a_browser_that_goes_back_gets_the_page_and_not_the_bare_hits(bisc, ticket, client_of):
    client = client_of("bisc desk")
    for headers in ({}, PART):
        assert "HX-Request" in client.get("/palette/?q=bisc", headers=headers)["Vary"]


def test_a_letter_that_is_two_in_small_print_moves_no_bold(bisc, ticket, client_of):
    Ticket.objects.filter(pk=ticket.pk).update(subject="İİİ scanner")
    page = client_of("bisc desk").get("/palette/?q=scanner", headers=PART).content.decode()
    assert "İİİ scanner" in page and "<b>nner" not in page


def test_without_a_script_it_is_a_page_of_links(stock, client_of):
    page = client_of("bisc desk").get("/palette/?q=uur").content.decode()
    assert 'role="option"' not in page and page.count('href="/tickets/BISC-') == 5
    assert 'value="uur"' in page
