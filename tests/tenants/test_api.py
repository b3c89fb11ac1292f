"""What tenants says over the API: who you are, and which libraries you may name."""

from datetime import timedelta

from django.utils import timezone

from tenants.models import Location


def test_me_at_a_library(api_of):
    found = api_of("bisc colleague")("GET", "/me").json()
    assert found.pop("permissions") == ["tickets.report"]
    assert found == {
        "name": "Balie BiSC",
        "email": "balie@bisc-een.example",
        "organisation": "bisc",
        "roles": ["colleague"],
        "libraries": ["bisc-een"],
    }


def test_me_at_the_desk(api_of):
    found = api_of("bisc lead")("GET", "/me").json()
    assert (found["organisation"], found["roles"], found["libraries"]) == ("bisc", ["administrator", "desk_lead"], [])


def test_me_in_the_cooperation_has_no_organisation(api_of):
    found = api_of("manager", "")("GET", "/me").json()
    assert (found["organisation"], found["roles"], found["libraries"]) == (None, ["programme_manager"], [])


def test_libraries_with_the_locations_in_use(bisc, api_of):
    Location.objects.filter(slug="bisc-een-2").update(until_on=timezone.localdate() - timedelta(days=1))
    none = {"kind": "branch", "isil": None, "platformCode": None}
    own = {
        "slug": "bisc-een",
        "name": "Bibliotheek een BiSC",
        "isil": None,
        "formerIsils": [],
        "kvk": None,
        "platform": "midden-zuid",
        "platformCode": None,
        "locations": [
            {"slug": "bisc-een-1", "name": "Vestiging 1 BiSC", **none},
            {"slug": "bisc-een-3", "name": "Vestiging 3 BiSC", **none},
        ],
    }
    assert api_of("bisc colleague")("GET", "/libraries").json() == {"items": [own]}
    at_the_desk = api_of("bisc desk")("GET", "/libraries").json()["items"]
    assert [one["slug"] for one in at_the_desk] == ["bisc-een", "bisc-twee"]
    assert at_the_desk[0] == own
