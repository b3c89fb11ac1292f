"""The contract of the API about what comes in: all that is wrong is said at once, and nothing unknown is taken."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tenants.context import inside
from tickets.models import Ticket

NEW = {"type": "incident", "subject": "x", "body": "x", "library": "bisc-een", "category": "6.1", "urgency": "low"}


def test_everything_that_is_wrong_comes_at_once(api_of):
    response = api_of("bisc colleague")(
        "POST", "/tickets?proef=1&proef=2", {"type": 3, "onderwerp": "x", "locations": ["bisc-een-1", 2]}
    )
    found = [(one["field"], one["message"]) for one in response.json()["errors"]]
    assert sorted(found) == [
        ("body", "Dit veld is verplicht."),
        ("library", "Dit veld is verplicht."),
        ("locations.1", "Geef een tekst."),
        ("onderwerp", "Dit veld is hier niet bekend."),
        ("proef", "Dit is hier niet bekend."),
        ("proef", "Geef dit één keer."),
        ("subject", "Dit veld is verplicht."),
        ("type", "Geef een tekst."),
        ("urgency", "Dit veld is verplicht."),
    ]


UNKNOWN = [
    ("bisc desk", "bisc", "GET", "/tickets?staat=new", None, ["staat"]),
    ("bisc desk", "bisc", "GET", "/tickets?opened_at=1&page=0", None, ["opened_at", "page"]),
    ("bisc desk", "bisc", "GET", "/tickets?state=new&state=open", None, ["state"]),
    ("bisc desk", "bisc", "GET", "/tickets/BISC-1?x=1", None, ["x"]),
    ("bisc desk", "bisc", "GET", "/me?x=1", None, ["x"]),
    ("bisc desk", "bisc", "GET", "/libraries?page=1", None, ["page"]),
    ("bisc desk", "bisc", "GET", "/categories?page=1", None, ["page"]),
    ("bisc desk", "bisc", "PATCH", "/tickets/BISC-1", {"onderwerp": "x"}, ["onderwerp"]),
    ("bisc desk", "bisc", "PATCH", "/tickets/BISC-1", {"state": "closed"}, ["state"]),
    ("bisc desk", "bisc", "PATCH", "/tickets/BISC-1?dry=1", {"subject": "x"}, ["dry"]),
    ("bisc desk", "bisc", "POST", "/tickets", {**NEW, "priority": "high"}, ["priority"]),
    ("bisc desk", "bisc", "POST", "/tickets/BISC-1/messages", {"body": "x", "internal": True}, ["internal"]),
    ("bisc desk", "bisc", "POST", "/tickets/BISC-1/transitions", {"to": "resolved", "note": "x"}, ["note"]),
    ("bisc desk", "bisc", "POST", "/tickets/BISC-1/transitions?to=resolved", "{nee", ["", "to"]),
    ("manager", "", "GET", "/agenda/items?pagina=2", None, ["pagina"]),
    ("manager", "", "GET", "/steering/figures?kwartaal=2026-1", None, ["kwartaal"]),
]


@pytest.mark.parametrize(("who", "at", "method", "path", "data", "fields"), UNKNOWN)
def test_what_is_not_known_is_refused_and_nothing_is_done(cast, api_of, who, at, method, path, data, fields):
    def kept():
        with inside(cast.bisc.organisation):
            return Ticket.objects.values().get(number="BISC-1"), Ticket.objects.count()

    before = kept()
    response = api_of(who, at)(method, path, data)
    assert response.status_code == 400
    assert sorted({one["field"] for one in response.json()["errors"]}) == fields
    assert kept() == before


def test_a_field_of_an_upload_that_is_not_known_is_refused(bisc, api_of):
    call = api_of("bisc desk")
    headers = {"host": f"{call.host}:8000", "authorization": f"Bearer {call.token}"}
    response = Client().post(
        "/api/v1/tickets/BISC-1/attachments",
        {
            "files": SimpleUploadedFile("a.txt", b"een"),
            "bestand": SimpleUploadedFile("b.txt", b"twee"),
            "zicht": "internal",
        },
        headers=headers,
    )
    assert response.status_code == 400
    assert sorted(one["field"] for one in response.json()["errors"]) == ["bestand", "zicht"]
    assert Ticket.objects.get(number="BISC-1").messages.count() == 2


def test_json_that_cannot_be_read_says_so(api_of):
    body = api_of("bisc desk")("POST", "/tickets", "{niet").json()
    assert body["errors"] == [{"field": "", "message": "Dit is niet te lezen als JSON."}]
    assert api_of("bisc desk")("POST", "/tickets", "[]").json()["errors"] == [
        {"field": "", "message": "Deze waarde kan niet."}
    ]
