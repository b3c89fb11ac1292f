"""The contract of the API, by the Dutch government's API Design Rules 2.2: what docs/api promises, on every answer."""

import json
import re

import pytest
from django.conf import settings as project_settings
from django.core.cache import cache
from django.test import Client

from config.api import common_api
from config.management.commands.describe_api import written
from tenants.context import inside
from tests.contract import committed
from tickets.models import Ticket

DOMAIN = project_settings.DOMAIN
READ = {"400", "401", "403", "429", "500", "503"}
READ_ONE = READ | {"404"}
WRITE = READ | {"413", "415"}
WRITE_ONE = WRITE | {"404", "409"}
OPERATIONS = {
    "desk": {
        ("get", "/tickets"): READ | {"200"},
        ("post", "/tickets"): WRITE | {"201", "409"},
        ("get", "/tickets/{number}"): READ_ONE | {"200"},
        ("patch", "/tickets/{number}"): WRITE_ONE | {"200"},
        ("post", "/tickets/{number}/messages"): WRITE_ONE | {"201"},
        ("post", "/tickets/{number}/transitions"): WRITE_ONE | {"200"},
        ("post", "/tickets/{number}/attachments"): WRITE_ONE | {"201"},
        ("get", "/tickets/{number}/attachments/{key}"): READ_ONE | {"200"},
        ("get", "/agreements"): READ | {"200"},
        ("get", "/tickets/{number}/clocks"): READ_ONE | {"200"},
        ("get", "/contracts"): READ | {"200"},
        ("get", "/contracts/{id}"): READ_ONE | {"200"},
        ("get", "/contracts/{id}/hours"): READ_ONE | {"200"},
        ("get", "/calendars"): READ | {"200"},
        ("get", "/libraries"): READ | {"200"},
        ("get", "/categories"): READ | {"200"},
        ("get", "/me"): READ | {"200"},
        ("get", "/openapi.json"): {"200", "400", "500", "503"},
    },
    "cooperation": {
        ("get", "/agenda/items"): READ | {"200"},
        ("get", "/steering/figures"): READ | {"200"},
        ("get", "/categories"): READ | {"200"},
        ("get", "/me"): READ | {"200"},
        ("get", "/openapi.json"): {"200", "400", "500", "503"},
    },
}
NEW = {"type": "incident", "subject": "x", "body": "x", "library": "bisc-een", "category": "6.1", "urgency": "low"}


def _operations(document):
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, address, operation


@pytest.mark.parametrize("name", ["desk", "cooperation"])
def test_what_is_committed_is_what_the_code_says(name):
    """When this fails the contract changed: run `manage.py describe_api`, and raise the version as semver.org says."""
    assert json.loads(json.dumps(written(name))) == committed(name)


@pytest.mark.parametrize("name", ["desk", "cooperation"])
def test_every_status_of_every_operation_is_described(name):
    found = {(method, address): set(one["responses"]) for method, address, one in _operations(committed(name))}
    assert found == OPERATIONS[name]


@pytest.mark.parametrize("name", ["desk", "cooperation"])
def test_the_description_says_who_where_and_which_version(name):
    document = committed(name)
    host = {"desk": "bisc.samenbeheer.example", "cooperation": "samenbeheer.example"}[name]
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == "1.6.0"
    assert document["servers"] == [{"url": f"https://{host}/api/v1"}]
    assert document["info"]["contact"] == {
        "name": "Samenbeheer",
        "url": "https://samenbeheer.example/",
        "email": "platform@samenbeheer.example",
    }


@pytest.mark.parametrize("name", ["desk", "cooperation"])
def test_names_outside_are_lower_camel_case(name):
    camel = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
    names = set()
    for _method, _address, operation in _operations(committed(name)):
        assert camel.fullmatch(operation["operationId"])
        names |= {one["name"] for one in operation["parameters"] if one["in"] != "header"}
    for schema in committed(name)["components"]["schemas"].values():
        names |= set(schema["properties"])
    assert [one for one in names if not camel.fullmatch(one)] == []
    assert {"desk": "openedAt", "cooperation": "plannedFrom"}[name] in names


@pytest.mark.parametrize("name", ["desk", "cooperation"])
def test_bodies_are_objects_and_take_nothing_unknown(name):
    document = committed(name)
    for method, address, operation in _operations(document):
        if "requestBody" in operation:
            (content,) = operation["requestBody"]["content"].values()
            schema = content["schema"]
            if "$ref" in schema:
                schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            assert (schema["type"], schema["additionalProperties"]) == ("object", False), (method, address)


@pytest.mark.parametrize("at", ["bisc", ""])
def test_the_description_is_open_to_everybody_from_every_page(cast, at):
    host = f"{at}.{DOMAIN}" if at else DOMAIN
    response = Client(headers={"host": f"{host}:8000", "origin": "https://elders.example"}).get("/api/v1/openapi.json")
    found = response.json()
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["API-Version"] == found["info"]["version"] == "1.6.0"
    assert found["servers"] == [{"url": f"http://{host}:8000/api/v1"}]
    assert found["info"]["contact"] == {
        "name": "Samenbeheer",
        "url": f"http://{DOMAIN}:8000/",
        "email": "platform@samenbeheer.example",
    }
    same = committed("desk" if at else "cooperation")
    assert {**found, "servers": 0, "info": 0} == {**same, "servers": 0, "info": 0}


def test_no_contact_is_made_up(cast, settings):
    settings.API_CONTACT = ""
    found = Client(headers={"host": DOMAIN}).get("/api/v1/openapi.json").json()
    assert found["info"]["contact"] == {"name": "Samenbeheer", "url": f"http://{DOMAIN}:8000/"}


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/openapi.json/", "/api/v1/tickets", "/api/v1/me"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_else_is_open(cast, method, path):
    if (method, path) == ("GET", "/api/v1/openapi.json"):
        return
    response = Client(headers={"host": f"bisc.{DOMAIN}"}).generic(method, path)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert "Access-Control-Allow-Origin" not in response.headers


REFUSED = [
    # method, path, data, content type, status, title and detail in Dutch and in English
    ("GET", "/tickets?sort=x", None, "", 400, "Ongeldig verzoek", "Bad request"),
    ("GET", "/nergens", None, "", 404, "Niet gevonden", "Not found"),
    ("GET", "/tickets/BISC-999", None, "", 404, "Niet gevonden", "Not found"),
    ("DELETE", "/tickets", None, "", 405, "Deze methode kan hier niet", "Method not allowed"),
    ("POST", "/openapi.json", "{}", "application/json", 405, "Deze methode kan hier niet", "Method not allowed"),
    ("PATCH", "/tickets/BISC-1", "{}", "application/json", 403, "Niet toegestaan", "Not allowed"),
    ("POST", "/tickets/BISC-1/transitions", '{"to": "merged"}', "application/json", 409, "Conflict", "Conflict"),
    ("POST", "/tickets", "long", "application/json", 413, "Te groot", "Too large"),
    ("POST", "/tickets", "x", "text/plain", 415, "Niet het juiste Content-Type", "Unsupported media type"),
]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("method", "path", "data", "kind", "status", "dutch", "english"), REFUSED)
def test_a_refusal_has_all_its_members_in_the_language_of_the_person(
    cast, api_of, language, method, path, data, kind, status, dutch, english
):
    person = cast.bisc.people["colleague"]
    person.language = language
    with inside(None):
        person.save(update_fields=["language"])
    data = "x" * 2_100_000 if data == "long" else data
    try:
        response = api_of("bisc colleague")(method, path, data, content_type=kind)
    finally:
        person.language = "nl"
    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (body["type"], body["title"], body["status"]) == (
        "about:blank",
        dutch if language == "nl" else english,
        status,
    )
    assert len(body["detail"]) > 10
    assert response["Content-Language"] == language
    assert response["API-Version"] == "1.6.0"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_details_in_both_languages(cast, api_of):
    person = cast.bisc.people["colleague"]
    said = {}
    for language in ("nl", "en"):
        person.language = language
        with inside(None):
            person.save(update_fields=["language"])
        call = api_of("bisc colleague")
        said[language] = [
            call("GET", "/nergens").json()["detail"],
            call("DELETE", "/tickets").json()["detail"],
            call("PATCH", "/tickets/BISC-1", {}).json()["detail"],
            call("GET", "/tickets?onzin=1").json()["errors"],
        ]
    person.language = "nl"
    assert said == {
        "nl": [
            "Hier is niets, of u mag het niet zien.",
            "Dit adres kent deze methode niet.",
            "U mag dit hier niet doen.",
            [{"field": "onzin", "message": "Dit is hier niet bekend."}],
        ],
        "en": [
            "There is nothing here, or it is not yours to see.",
            "This address does not take this method.",
            "You may not do this here.",
            [{"field": "onzin", "message": "This is not known here."}],
        ],
    }


def test_the_version_is_on_every_answer_even_of_who_does_not_get_in(cast, api_of, settings):
    unknown = Client(headers={"host": f"onbekend.{DOMAIN}"}).get("/api/v1/tickets")
    stranger = Client(headers={"host": f"bisc.{DOMAIN}"}).get("/api/v1/tickets")
    roleless = api_of("bisc neighbour", at="")("GET", "/me")
    reading = api_of("bisc colleague", scope="read")("POST", "/tickets", NEW)
    made = api_of("bisc colleague")("POST", "/tickets", NEW)
    settings.API_REQUESTS_PER_MINUTE = 0
    cache.clear()
    many = api_of("bisc colleague")("GET", "/me")
    answers = [unknown, stranger, roleless, reading, made, many]
    assert [one.status_code for one in answers] == [404, 401, 403, 403, 201, 429]
    assert [one["API-Version"] for one in answers] == ["1.6.0"] * 6
    assert many["Retry-After"] == "60"
    for one in answers:
        if one.status_code >= 400:
            assert one["Content-Type"] == "application/problem+json"
            assert set(one.json()) == {"type", "title", "status", "detail"}


def test_405_says_what_is_allowed(api_of):
    call = api_of("bisc desk")
    assert set(call("DELETE", "/tickets")["Allow"].split(", ")) == {"GET", "POST"}
    assert set(call("PUT", "/tickets/BISC-1", "{}")["Allow"].split(", ")) == {"GET", "PATCH"}
    assert set(call("POST", "/openapi.json", "{}")["Allow"].split(", ")) == {"GET", "HEAD"}


def test_pages_have_no_version(client_of):
    response = client_of("bisc desk").get("/tickets/")
    assert response.status_code == 200 and "API-Version" not in response.headers


@pytest.mark.parametrize("path", ["", "/", "/tickets/", "/tickets/BISC-1/", "/me/", "//tickets"])
def test_there_is_one_address_without_a_slash_at_its_end(api_of, path):
    response = api_of("bisc desk")("GET", path)
    assert response.status_code == 404 and "Location" not in response.headers


def test_what_was_made_says_where_it_is_also_the_second_time(api_of):
    call = api_of("bisc colleague")
    first = call("POST", "/tickets", NEW, **{"Idempotency-Key": "plek"})
    second = call("POST", "/tickets", NEW, **{"Idempotency-Key": "plek"})
    place = f"http://bisc.{DOMAIN}:8000/api/v1/tickets/{first.json()['number']}"
    assert (first["Location"], second["Location"]) == (place, place)
    assert call("GET", place.partition("/api/v1")[2]).json()["number"] == first.json()["number"]


def test_moments_are_in_utc_and_days_are_days(bisc, api_of):
    body = api_of("bisc desk")("GET", "/tickets/BISC-1").json()
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
    moments = [body["openedAt"], body["changedAt"], body["messages"][0]["createdAt"], body["events"][0]["createdAt"]]
    assert [one for one in moments if not moment.fullmatch(one)] == []
    opened = Ticket.objects.get(number="BISC-1").opened_at
    assert body["openedAt"][:19] == opened.strftime("%Y-%m-%dT%H:%M:%S")
    (item,) = api_of("manager", "")("GET", "/agenda/items").json()["items"]
    assert (item["plannedFrom"], item["plannedTo"]) == ("2026-01-01", "2026-12-31")


def test_each_api_has_its_own_operations():
    assert set(common_api.get_openapi_schema(path_prefix="")["paths"]) == {
        "/agenda/items",
        "/steering/figures",
        "/categories",
        "/me",
    }
