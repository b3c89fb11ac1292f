"""Search: Dutch stems, prefixes, no accents, names, numbers, order, and never a hit on what may not be read."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.translation import override

from agenda.categories.models import Category
from tenants.access import standing
from tenants.models import Isil, LibraryMembership
from tickets.desk import actions as verbs
from tickets.desk.models import Attachment
from tickets.models import Ticket
from tickets.search import breadth
from tickets.search.queries import search
from tickets.states import Visibility

FIRST = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def forgetful():
    """What a process keeps of the statistics is of another test."""
    breadth.forget()
    yield
    breadth.forget()


def _numbers(theirs, text, **more):
    hits = search(Ticket.objects.visible_to(theirs), text, theirs, **more)
    return list(hits.of(Ticket.objects.all()).values_list("number", flat=True))


def _found(house, text, who="desk", **more):
    return _numbers(house.standing(who), text, **more)


@pytest.fixture
def spoken(bisc, ticket):
    """The ticket of the cast, with words to look for."""
    verbs.edit(ticket=ticket, changes={"subject": "Reserveringsberichten in categorieën"}, by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="De kastlijst van Café Zeeën is leeg", by=bisc.actor("desk"))
    return ticket


@pytest.mark.parametrize(
    "text",
    ["reservering", "reserveringsberichten", "categorie", "categorieën", "CATEGORIEEN", "kastlijst", "cafe", "café",
     "reservering kastlijst", "zeeen", "kastlijst kastlijst", "de kastlijst"],
)  # fmt: skip
def test_words_are_found(bisc, spoken, text):
    assert _found(bisc, text) == [spoken.number]


@pytest.mark.parametrize("text", ["BISC-1", "bisc-1", "1", " 1 ", "BISC-001"])
def test_numbers_are_found(bisc, ticket, text):
    assert ticket.number == "BISC-1"
    assert _found(bisc, text) == ["BISC-1"]


@pytest.mark.parametrize(
    "text", ["de", "", "   ", "bestaatniet", "kastlijst bestaatniet", "' & | ! :* <->", "%", "a" * 500, "٣.٤"]
)
def test_nothing_is_found_and_nothing_breaks(bisc, spoken, text):
    assert _found(bisc, text) == []


def test_another_organisations_number_is_not_found(bisc, ticket):
    assert _found(bisc, "CUBISS-1") == []


def test_a_number_in_a_text_is_found_as_it_is_written(bisc, ticket, make):
    make("Dubbel van BISC-77")
    make("Lijkt op BISC-778")
    make("BISC heeft 77 boeken")
    assert _found(bisc, "bisc-77") == ["BISC-2"]


@pytest.fixture
def make(bisc, ticket):
    """Return a maker of tickets, an hour apart from 2 November on: make("Onderwerp", "Tekst")."""
    made = []

    def one(subject, body="Tekst.", who="colleague", **more):
        values = {"type": "question", "urgency": "low", "library": bisc.library, **more}
        values.setdefault("category", Category.objects.get(code="7.1"))
        made.append(1)
        at = FIRST + timedelta(hours=len(made))
        return verbs.create(**values, subject=subject, body=body, by=bisc.actor(who), at=at)

    return one


# --- names ---


@pytest.fixture
def named(bisc, ticket):
    """The ticket of the cast at "Vestiging 1", reported by "Balie BiSC", with files and names to look for."""
    type(bisc.library).objects.filter(pk=bisc.library.pk).update(name="Bibliotheek Zeeland-Noord")
    type(bisc.locations[0]).objects.filter(pk=bisc.locations[0].pk).update(name="Vestiging Ankeveen")
    type(bisc.people["colleague"]).objects.filter(pk=bisc.people["colleague"].pk).update(name="Roos Vermeulen")
    type(bisc.library).objects.filter(pk=bisc.library.pk).update(kvk="30112233")
    Isil.objects.create(value="NL-0831410000", library=bisc.library)
    Isil.objects.create(value="NL-0831412828", location=bisc.locations[0])
    Category.objects.filter(code="6.1").update(name_nl="Zelfservice", name_en="Kiosks")
    for visibility in ("public", "internal", "partners"):
        verbs.answer(ticket=ticket, body="Zie het bestand", visibility=visibility, by=bisc.actor("desk"))
        _attach(ticket.messages.order_by("pk").last(), f"{visibility}_pelikaan{visibility}-12.pdf")
    return ticket


def _attach(message, name):
    key = f"{message.pk}{name}"[:48]
    values = {"size": 1, "content_type": "application/pdf", "sha256": "0" * 64, "storage_name": key}
    return Attachment.objects.create(message=message, key=key, name=name, **values)


# Text -> who finds the ticket of the cast by it: staff, its people, a colleague of that library who sees one other
# location, somebody of another library, a guest to whom it was opened.
NAMES = {
    "zeeland": "desk keyuser colleague guest",
    "noord": "desk keyuser colleague guest",
    "ankeveen": "desk keyuser colleague guest",
    "roos vermeulen": "desk keyuser colleague guest",
    "vermeul anke kiosk": "desk keyuser colleague guest",
    "6.1": "desk keyuser colleague guest",
    "30112233": "desk keyuser colleague guest",
    "NL-0831410000": "desk keyuser colleague guest",
    "0831412828": "desk keyuser colleague guest",
    "kiosks": "desk keyuser colleague guest",
    "pelikaanpublic": "desk keyuser colleague guest",
    "pelikaanpartners": "desk guest",
    "pelikaaninternal": "desk",
    "public pelikaaninternal": "desk",
    "pelikaanpublic ankeveen kwartelzang": "desk keyuser colleague guest",
    "pelikaanpublic bestaatniet": "",
}


@pytest.mark.parametrize("text", NAMES)
def test_names_are_found_by_who_may_know_of_them(bisc, cast, named, text):
    row = LibraryMembership.objects.get(person=bisc.people["colleague2"])
    row.sees = LibraryMembership.Sees.LOCATIONS
    row.save()
    row.locations.set([bisc.locations[2]])
    people = {who: bisc.standing(who) for who in ("desk", "keyuser", "colleague", "colleague2", "neighbour", "former")}
    people["guest"] = standing(cast.cubiss.people["guest"], bisc.organisation)
    people["desk elsewhere"] = standing(cast.cubiss.people["desk"], bisc.organisation)
    people["stranger"] = standing(cast.people["stranger"], bisc.organisation)
    found = {who: _numbers(theirs, text) for who, theirs in people.items()}
    assert found == {who: ["BISC-1"] if who in NAMES[text].split() else [] for who in people}


def test_a_hit_on_an_internal_note_is_no_hit_for_the_library(bisc, ticket):
    verbs.answer(ticket=ticket, body="contractboete", visibility=Visibility.INTERNAL, by=bisc.actor("desk"))
    assert _found(bisc, "contractboete") == [ticket.number]
    for who in ("colleague", "keyuser"):
        assert _found(bisc, "contractboete", who) == []


# --- the order ---


def test_hits_are_sorted_by_open_then_relevance_then_date(bisc, make):
    done = make("Pinautomaat pinautomaat", "Pinautomaat")  # BISC-2, fits best, and is resolved
    verbs.move(ticket=done, to="open", reason="Toch niet.", by=bisc.actor("desk"))
    verbs.move(ticket=done, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    make("Pinautomaat", "Pinautomaat")  # BISC-3
    make("Storing", "De pinautomaat")  # BISC-4
    make("Pinautomaat", "Stuk")  # BISC-5
    make("Storing", "De pinautomaat")  # BISC-6
    assert _found(bisc, "pinautomaat") == ["BISC-3", "BISC-5", "BISC-6", "BISC-4", "BISC-2"]
    assert _found(bisc, "pinautomaat", "keyuser") == ["BISC-3", "BISC-5", "BISC-6", "BISC-4", "BISC-2"]
    assert _found(bisc, "pinautomaat", order=["opened_at", "pk"]) == ["BISC-2", "BISC-3", "BISC-4", "BISC-5", "BISC-6"]


def test_what_is_said_inside_moves_no_hit_of_a_library(bisc, make):
    """The desk finds BISC-2 first for what was said inside; for the library nothing changes."""
    older, _newer = make("Storing", "De pinautomaat"), make("Storing", "De pinautomaat")
    assert _found(bisc, "pinautomaat") == _found(bisc, "pinautomaat", "keyuser") == ["BISC-3", "BISC-2"]
    inside = "Pinautomaat pinautomaat pinautomaat pinautomaat"
    verbs.answer(ticket=older, body=inside, visibility=Visibility.INTERNAL, by=bisc.actor("desk"))
    assert _found(bisc, "pinautomaat") == ["BISC-2", "BISC-3"]
    assert _found(bisc, "pinautomaat", "keyuser") == ["BISC-3", "BISC-2"]


# --- numbers ---


@pytest.mark.parametrize("text", ["BISC-3", "bisc-3", "3", " 3 "])
def test_a_number_opens_its_ticket(bisc, make, client_of, text):
    make("Eerste"), make("Tweede", "3 boeken")
    for who in ("bisc desk", "bisc keyuser"):
        answer = client_of(who).get("/tickets/", {"q": text})
        assert (answer.status_code, answer.headers["location"]) == (302, "/tickets/BISC-3/")


@pytest.mark.parametrize(
    ("who", "query", "numbers"),
    [
        ("bisc desk", {"q": "3", "refine": "1"}, "3 2"),  # with a filter it is a list, that one first
        ("bisc desk", {"q": "“3”"}, "2"),  # quoted it is a word
        ("bisc desk", {"q": "3", "state": "closed"}, ""),
        ("bisc colleague", {"q": "3"}, "2"),  # of somebody else: a word as any
        ("bisc colleague", {"q": "BISC-3"}, ""),
        ("bisc desk", {"q": "99999"}, ""),
    ],
)
def test_a_number_that_opens_nothing_is_a_word(bisc, make, client_of, who, query, numbers):
    make("Storing", "Er zijn 3 boeken")
    make("Van een ander", who="colleague2")
    type(bisc.locations[2]).objects.update(name="Plein")
    page = client_of(who).get("/tickets/", query)
    assert page.status_code == 200
    shown = re.findall(r'href="/tickets/BISC-(\d+)/', page.content.decode())
    assert shown == numbers.split()


def test_the_api_lists_the_ticket_of_a_number_first(bisc, make, api_of):
    make("Nieuwer en 1 woord")
    assert [one["number"] for one in api_of("bisc desk")("GET", "/tickets?q=1").json()["items"]][0] == "BISC-1"
    make("Nieuwste en 2 woorden")
    found = api_of("bisc desk")("GET", "/tickets?q=2&sort=newest").json()
    assert [one["number"] for one in found["items"]][:2] == ["BISC-2", "BISC-3"]
    assert found["more"] is False


# --- many ---


@pytest.fixture
def many(bisc, ticket):
    """2,001 tickets with "waterval", BISC-2 the oldest; the newest is BISC-2002."""
    values = {"library_id": bisc.library.pk, "platform_id": bisc.library.platform_id, "state": "new", "type": "wish"}
    values |= {"category_id": ticket.category_id, "reporter": bisc.people["colleague"], "priority": "low"}
    moments = [FIRST + timedelta(minutes=number) for number in range(2001)]
    Ticket.objects.bulk_create(
        Ticket(number=f"BISC-{2 + place}", subject="Waterval", opened_at=at, changed_at=at, told_at=at, **values)
        for place, at in enumerate(moments)
    )


def test_beyond_2000_hits_it_says_more_and_ends(many, client_of, api_of):
    desk, keyuser = client_of("bisc desk"), client_of("bisc keyuser")
    for client in (desk, keyuser):
        page = client.get("/tickets/?q=waterval&page=40")
        html = page.content.decode()
        assert (page.context["page"].count, page.context["page"].more, len(page.context["page"])) == (2000, True, 50)
        assert "1.951 tot en met 2.000 van meer dan 2.000" in html and "meer dan 2.000 meldingen gevonden" in html
        assert "page=41" not in html and len(client.get("/tickets/?q=waterval&page=41").context["page"]) == 0
    answer = api_of("bisc keyuser")("GET", "/tickets?q=waterval").json()
    assert (answer["count"], answer["more"], answer["items"][0]["number"]) == (2000, True, "BISC-2002")
    oldest = api_of("bisc desk")("GET", "/tickets?q=waterval&sort=oldest&page=40").json()
    assert (oldest["items"][49]["number"], oldest["next"]) == ("BISC-2001", None)


def test_exactly_2000_hits_are_counted(many, client_of):
    Ticket.objects.filter(number="BISC-2").update(subject="Beek")
    page = client_of("bisc desk").get("/tickets/?q=waterval")
    assert (page.context["page"].count, page.context["page"].more) == (2000, False)
    assert "meer dan" not in page.content.decode()


def test_nothing_found_says_what_to_try(bisc, ticket, client_of):
    for who in ("bisc desk", "bisc keyuser"):
        page = client_of(who).get("/tickets/?q=bestaatniet").content.decode()
        assert "Niets gevonden." in page and "elk woord moet voorkomen" in page and "zonder filter" not in page
        page = client_of(who).get("/tickets/?q=bestaatniet&state=closed").content.decode()
        assert '<a href="?q=bestaatniet">' in page


def test_the_page_says_what_is_searched(bisc, ticket, client_of):
    page = client_of("bisc desk").get("/tickets/?q=kwartelzang").content.decode()
    assert "Gezocht in: onderwerp, berichten, namen van bestanden, categorie, bibliotheek, locaties" in page


def test_the_choice_of_order_is_in_words(bisc, ticket, client_of):
    with override("nl"):
        page = client_of("bisc desk").get("/tickets/?q=kwartelzang&refine=1").content.decode()
    assert "open eerst, daarna wat het beste past" in page
    page = client_of("bisc desk").get("/tickets/?view=all&refine=1").content.decode()
    assert "open eerst, daarna wat het beste past" not in page


def test_a_word_that_says_nothing_is_the_beginning_of_one_that_does(bisc, ticket):
    """On the way to "zelfservice" stands "zelf": alone it finds what begins so, beside a word it is left out."""
    desk = bisc.standing("desk")
    verbs.edit(ticket=ticket, changes={"subject": "Zelfservice geeft geen bon"}, by=bisc.actor("desk"))
    found = {
        text: len(search(Ticket.objects.visible_to(desk), text, desk).keys)
        for text in ("zelf", "ZÉLF", "de zelf", "zelf bon", "bon zelf", "door", "zelf nergens")
    }
    assert found == {"zelf": 1, "ZÉLF": 1, "de zelf": 1, "zelf bon": 1, "bon zelf": 1, "door": 0, "zelf nergens": 0}
