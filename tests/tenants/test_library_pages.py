"""A library and its identifiers: on its page, in the list, in filters and in the API; and who may read of it."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.libraries.actions import enter_library, enter_location, merge_library
from tenants.libraries.identify import give_isil, give_platform_code
from tenants.libraries.queries import libraries_known_to, matching, told
from tenants.models import Library, Location
from tests.cast import COMMAND_LINE

LAST = date(2025, 12, 31)


@pytest.fixture
def coded(bisc):
    """BiSC with identifiers; its second library merged into the first."""
    enter_library(slug="bisc-een", changes={"kvk": "00000042", "name": "Bibliotheek Fryslân"}, by=COMMAND_LINE)
    for to, isil, code in (
        (bisc.library, "NL-0899010000", "1000"),
        (bisc.other_library, "NL-0899020000", "2000"),
        (bisc.locations[0], "NL-0899011001", "1001"),
        (bisc.other_locations[0], "NL-0899021001", "2001"),
    ):
        give_isil(value=isil, to=to, by=COMMAND_LINE)
        give_platform_code(code=code, to=to, by=COMMAND_LINE)
    merge_library(library=bisc.other_library, into=bisc.library, until_on=LAST, by=COMMAND_LINE)
    return bisc


PATH = "/libraries/bisc-een/"


@pytest.mark.parametrize(
    ("who", "at", "status"),
    [
        ("bisc desk", "bisc", 200),
        ("bisc lead", "bisc", 200),
        ("bisc keyuser", "bisc", 200),
        ("bisc colleague", "bisc", 200),
        ("bisc director", "bisc", 200),
        ("bisc neighbour", "bisc", 404),
        ("bisc former", "bisc", 404),
        ("bisc coming", "bisc", 404),
        ("cubiss guest", "bisc", 404),
        ("cubiss desk", "bisc", 404),
        ("cubiss desk", "cubiss", 404),
        ("stranger", "bisc", 404),
        ("platform", "", 404),
        ("manager", "", 404),
    ],
)
def test_who_reads_of_a_library(who, at, status, client_of):
    assert client_of(who, at).get(PATH).status_code == status


def test_a_page_of_a_library_is_only_read(client_of):
    assert client_of("bisc desk").post(PATH).status_code == 405
    assert client_of("bisc desk").get("/libraries/geen/").status_code == 404


def test_the_page_says_how_others_know_it(coded, client_of):
    Location.objects.filter(slug="bisc-een-3").update(until_on=LAST, name="Dichte deur")
    page = client_of("bisc keyuser").get(PATH).content.decode()
    for text in ("NL-0899010000", "00000042", "1000", "NL-0899011001", "1001", "NL-0899021001", "NL-0899020000"):
        assert text in page
    assert "Filiaal 1 BiSC" in page and "Bibliotheek twee BiSC" in page and "Dichte deur" not in page


def test_the_page_of_a_library_that_merged_points_on(coded, client_of):
    page = client_of("bisc desk").get("/libraries/bisc-twee/").content.decode()
    assert 'href="/libraries/bisc-een/"' in page and "NL-0899020000" in page
    assert 'href="/libraries/bisc-een/"' not in client_of("bisc desk").get(PATH).content.decode().partition("<h1>")[2]
    assert client_of("bisc neighbour").get("/libraries/bisc-twee/").status_code == 404


def test_one_own_account_leads_to_ones_own_library(client_of):
    assert 'href="/libraries/bisc-een/"' in client_of("bisc colleague").get("/me/").content.decode()
    for who, at in (("bisc desk", "bisc"), ("manager", "")):
        assert "/libraries/bisc" not in client_of(who, at).get("/me/").content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_and_the_page_ask_as_much_of_many(count, coded, client_of):
    for number in range(count):
        changes = {"name": f"Plek {number}", "library": coded.library, "kind": "school", "from_on": date(2024, 1, 1)}
        place = enter_location(slug=f"plek-{number}", changes=changes, by=COMMAND_LINE).row
        give_isil(value=f"NL-08990111{number:02d}", to=place, by=COMMAND_LINE)
        give_platform_code(code=f"P{number}", to=place, by=COMMAND_LINE)
    client = client_of("bisc desk")
    asked = []
    for path in ("/libraries/", PATH):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        asked.append(len([one for one in queries if "SAVEPOINT" not in one["sql"]]))
    assert asked == [7, 8]  # the page names the key users too


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("frysl", ["bisc-een"]),
        ("FRYSLAN", ["bisc-een"]),
        ("vestiging 2", ["bisc-een"]),
        ("bibliotheek", ["bisc-een", "bisc-twee"]),
        ("NL-0899010000", ["bisc-een"]),
        (" nl-0899010000 ", ["bisc-een"]),
        ("NL-0899011001", ["bisc-een"]),
        ("NL-0899021001", ["bisc-een"]),
        ("NL-0899020000", ["bisc-twee"]),
        ("NL-08990", []),
        ("00000042", ["bisc-een"]),
        ("1000", ["bisc-een"]),
        ("1001", ["bisc-een"]),
        ("2000", ["bisc-twee"]),
        ("bisc-twee", ["bisc-twee"]),
        ("bisc-een-2", ["bisc-een"]),
        ("%", []),
        ("cubiss", []),
        ("cubiss-een", []),
    ],
)
def test_matching_finds_by_name_and_identifier(text, slugs, coded):
    found = matching(libraries_known_to(coded.standing("desk")), text)
    assert sorted(one.slug for one in found) == slugs


def test_the_list_finds_and_shows_today_without_a_question(coded, client_of):
    client = client_of("bisc desk")
    assert "Bibliotheek twee" not in client.get("/libraries/").content.decode()
    page = client.get("/libraries/?find=NL-0899020000").content.decode()
    assert "Bibliotheek twee" in page and "/libraries/bisc-twee/" in page and "/libraries/bisc-een/" not in page
    assert "cubiss-" not in client.get("/libraries/?find=cubiss").content.decode()
    assert client.get("/libraries/?find=" + "x" * 101).status_code == 200


def test_forerunners_are_all_that_went_on_here(coded):
    third = Library.objects.create(
        organisation=coded.organisation,
        province=coded.library.province,
        platform=coded.library.platform,
        slug="bisc-drie",
        name="Drie",
        from_on=date(2024, 1, 1),
    )
    merge_library(library=coded.library, into=third, until_on=date(2026, 6, 30), by=COMMAND_LINE)
    found = told(libraries_known_to(coded.standing("desk"))).get(slug="bisc-drie")
    assert [one.slug for one in found.forerunners] == ["bisc-twee", "bisc-een"]


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("bisc-een", ["BISC-1"]),
        ("NL-0899010000", ["BISC-1"]),
        ("nl-0899020000", ["BISC-1"]),
    ],
)
def test_tickets_are_filtered_by_isil_also_of_one_that_merged(value, numbers, coded, client_of, api_of):
    found = api_of("bisc desk")("GET", f"/tickets?library={value}").json()
    assert [one["number"] for one in found["items"]] == numbers
    page = client_of("bisc desk").get(f"/tickets/?view=all&refine=1&library={value}").content.decode()
    assert "BISC-1" in page and '<option value="bisc-een" selected>' in page


@pytest.mark.parametrize("value", ["NL-0899090000", "NL-0899010001", "NL-0899030000", "NL-0899011001"])
def test_tickets_are_not_filtered_by_an_isil_of_nobody_here(value, coded, cast, api_of):
    give_isil(value="NL-0899030000", to=cast.cubiss.library, by=COMMAND_LINE)
    answer = api_of("bisc desk")("GET", f"/tickets?library={value}")
    assert answer.status_code == 400 and "cubiss" not in answer.content.decode()


def test_the_api_gives_identifiers(coded, api_of):
    (found,) = api_of("bisc keyuser")("GET", "/libraries").json()["items"]
    places = {one["slug"]: one for one in found.pop("locations")}
    assert found == {
        "slug": "bisc-een",
        "name": "Bibliotheek Fryslân",
        "isil": "NL-0899010000",
        "formerIsils": ["NL-0899020000"],
        "kvk": "00000042",
        "platform": "midden-zuid",
        "platformCode": "1000",
    }
    assert places["bisc-een-1"] == {
        "slug": "bisc-een-1",
        "name": "Vestiging 1 BiSC",
        "kind": "branch",
        "isil": "NL-0899011001",
        "platformCode": "1001",
    }
    # It came from a library on another system, that keeps its own code of it.
    assert (places["bisc-twee-1"]["isil"], places["bisc-twee-1"]["platformCode"]) == ("NL-0899021001", None)


@pytest.mark.parametrize(
    ("identifier", "slugs"),
    [
        ("NL-0899010000", ["bisc-een"]),
        ("NL-0899020000", ["bisc-een"]),
        ("NL-0899021001", ["bisc-een"]),
        ("00000042", ["bisc-een"]),
        ("1001", ["bisc-een"]),
        ("bisc-een", ["bisc-een"]),
        ("NL-0899990000", []),
        ("cubiss-een", []),
    ],
)
def test_the_api_finds_by_identifier(identifier, slugs, coded, api_of):
    found = api_of("bisc desk")("GET", f"/libraries?identifier={identifier}").json()
    assert [one["slug"] for one in found["items"]] == slugs
    if not identifier.startswith("cubiss"):
        theirs = api_of("cubiss desk", "cubiss")("GET", f"/libraries?identifier={identifier}")
        assert theirs.json() == {"items": []}


def test_the_page_names_key_users_and_leads_on(bisc, client_of):
    key_user = bisc.people["keyuser"]
    page = client_of("bisc desk").get(PATH).content.decode()
    assert f"<b>{key_user.name}</b>" in page and f"mailto:{key_user.email}" in page
    assert 'href="/libraries/"' in page and 'href="/tickets/?view=all&amp;library=bisc-een"' in page
    page = client_of("bisc colleague").get(PATH).content.decode()
    assert f"<b>{key_user.name}</b>" in page and "mailto:" not in page and 'href="/libraries/"' not in page
