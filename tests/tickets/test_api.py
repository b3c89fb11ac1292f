"""The API: its shapes, its refusals, and that nothing is done twice."""

import json
from datetime import timedelta

import pytest
from django.conf import settings as project_settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tenants.files import actions as files
from tenants.models import AnsweredRequest, ApiToken
from tickets.models import Attachment, Message, Ticket

NEW = {
    "type": "incident",
    "subject": "Zelfservice",
    "body": "Doet het *niet*.",
    "library": "bisc-een",
    "category": "6.1",
    "urgency": "high",
}


@pytest.fixture
def colleague(bisc, api_of):
    return api_of("bisc colleague")


@pytest.fixture
def desk(bisc, api_of):
    return api_of("bisc desk")


def test_create_answers_201_with_number(colleague):
    response = colleague("POST", "/tickets", {**NEW, "locations": ["bisc-een-1", "bisc-een-2"]})
    body = response.json()
    assert response.status_code == 201
    assert (body["number"], body["state"], body["impact"], body["priority"]) == ("BISC-2", "new", None, None)
    made = Ticket.objects.get(number="BISC-2")
    assert (made.impact, made.priority) == ("medium", "high")
    assert body["library"]["slug"] == "bisc-een" and sorted(body["locations"]) == ["bisc-een-1", "bisc-een-2"]
    assert body["messages"][0]["body"] == "Doet het *niet*."


@pytest.mark.parametrize("who", ["desk", "colleague", "keyuser"])
def test_the_answer_to_a_new_ticket_is_what_one_then_reads(bisc, api_of, who):
    call = api_of(f"bisc {who}")
    more = {"reporter": bisc.people["colleague"].email, "impact": "high"} if who == "desk" else {}
    made = call("POST", "/tickets", {**NEW, **more, "locations": ["bisc-een-2", "bisc-een-1"]})
    read = call("GET", f"/tickets/{made.json()['number']}")
    assert made.json() == read.json()
    assert (len(read.json()["messages"]), len(read.json()["events"])) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"subject": None}, {"subject"}),
        ({"subject": ""}, {"subject"}),
        ({"subject": "x" * 401}, {"subject"}),
        ({"body": "x" * 20001}, {"body"}),
        ({"subject": "nul\0"}, {"subject"}),
        ({"body": "nul\0"}, {"body"}),
        ({"library": "nul\0"}, {"library"}),
        ({"type": "onzin"}, {"type"}),
        ({"urgency": "vandaag"}, {"urgency"}),
        ({"impact": "enorm"}, {"impact"}),
        ({"category": "nul\0"}, {"category"}),
        ({"category": "99.9"}, {"category"}),
        ({"library": "cubiss-een"}, {"library"}),
        ({"library": "bisc-twee"}, {"library"}),
        ({"locations": ["cubiss-een-1"]}, {"locations"}),
        ({"locations": "bisc-een-1"}, {"locations"}),
        ({"subject": 12, "type": []}, {"subject", "type"}),
    ],
)
def test_create_names_each_wrong_field(colleague, changes, fields):
    response = colleague("POST", "/tickets", {**NEW, **changes})
    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert {error["field"] for error in body["errors"]} == fields
    assert all(error["message"] for error in body["errors"])


def test_missing_fields_are_all_named(colleague):
    errors = colleague("POST", "/tickets", {}).json()["errors"]
    assert {error["field"] for error in errors} == set(NEW) - {"category"}


@pytest.mark.parametrize(
    ("method", "path", "data", "content_type", "status"),
    [
        ("POST", "/tickets", "{niet json", "application/json", 400),
        ("POST", "/tickets", "{}", "text/plain", 415),
        ("POST", "/tickets", json.dumps({**NEW, "body": "x" * 3_000_000}), "application/json", 413),
        ("GET", "/tickets/BISC-999", None, "application/json", 404),
        ("GET", "/tickets/CUBISS-1", None, "application/json", 404),
        ("GET", "/tickets/%00", None, "application/json", 404),
        ("GET", "/nergens", None, "application/json", 404),
        ("DELETE", "/tickets", None, "application/json", 405),
        ("PUT", "/me", "{}", "application/json", 405),
        ("GET", "/tickets?page=0", None, "application/json", 400),
        ("GET", "/tickets?page=x", None, "application/json", 400),
        ("GET", "/tickets?state=onzin", None, "application/json", 400),
        ("GET", "/tickets?assignee=%00", None, "application/json", 400),
        ("GET", "/tickets?q=%00", None, "application/json", 400),
        ("PATCH", "/tickets/BISC-1", '{"subject": "x"}', "application/json", 403),
        ("POST", "/tickets/BISC-1/transitions", '{"to": "resolved", "answer": "Klaar."}', "application/json", 409),
        ("POST", "/tickets/BISC-1/transitions", '{"to": "onzin"}', "application/json", 400),
        ("POST", "/tickets/BISC-1/messages", '{"body": "x", "visibility": "internal"}', "application/json", 403),
        ("POST", "/tickets/BISC-1/messages", '{"body": ""}', "application/json", 400),
        ("POST", "/tickets/BISC-1/attachments", "{}", "application/json", 415),
    ],
)
def test_every_error_is_a_refusal_document(colleague, method, path, data, content_type, status):
    response = colleague(method, path, data, content_type=content_type)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status and body["title"] and body["type"] and body["detail"]


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer sb_onzin"}, {"authorization": "Basic eDp5"}])
def test_without_token_401(bisc, header):
    client = Client(headers={"host": f"bisc.{project_settings.DOMAIN}", **header})
    response = client.get("/api/v1/tickets")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_a_session_is_no_token(client_of):
    assert client_of("bisc desk").get("/api/v1/me").status_code == 401


def test_too_many_requests_429(colleague, settings, monkeypatch):
    monkeypatch.setattr("tenants.web.rates.time.time", lambda: 1_800_000_030.0)  # in the middle of a minute
    settings.API_REQUESTS_PER_MINUTE = 2
    cache.clear()
    statuses = [colleague("GET", "/me").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_tokens_end(bisc, api_of):
    call = api_of("bisc desk")
    assert call("GET", "/me").status_code == 200
    row = ApiToken.objects.get(person=bisc.people["desk"])
    assert row.last_used_at is not None and call.token not in str(ApiToken.objects.values().get(pk=row.pk))
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert call("GET", "/me").status_code == 401


def test_a_reading_token_only_reads(bisc, api_of):
    call = api_of("bisc colleague", scope="read")
    assert call("GET", "/tickets").status_code == 200
    assert call("POST", "/tickets", NEW).status_code == 403


def test_list_pages_by_50_with_next(bisc, colleague, desk):
    for index in range(51):
        assert colleague("POST", "/tickets", {**NEW, "subject": f"Nummer {index}"}).status_code == 201
    first = desk("GET", "/tickets?state=new&q=nummer").json()
    assert (first["count"], len(first["items"])) == (51, 50)
    assert first["next"].startswith("http://bisc.") and "page=2" in first["next"] and "state=new" in first["next"]
    second = desk("GET", "/tickets?state=new&q=nummer&page=2").json()
    assert (len(second["items"]), second["next"]) == (1, None)
    assert desk("GET", "/tickets?page=9").json()["items"] == []


def test_list_filters(bisc, colleague, desk):
    number = colleague("POST", "/tickets", {**NEW, "type": "wish", "category": "1.2"}).json()["number"]
    desk("PATCH", f"/tickets/{number}", {"assignee": "me"})
    for query in (
        "type=wish",
        "category=1.2",
        "assignee=me",
        "assignee=desk@bisc.example",
        "library=bisc-een&type=wish",
    ):
        assert [row["number"] for row in desk("GET", f"/tickets?{query}").json()["items"]] == [number], query
    assert desk("GET", "/tickets?assignee=none").json()["count"] == 1
    assert desk("GET", "/tickets?library=bisc-twee").json()["count"] == 0


def test_patch_and_stale_version(desk, ticket):
    body = desk("PATCH", "/tickets/BISC-1", {"subject": "Eén", "version": ticket.version}).json()
    assert (body["subject"], body["version"]) == ("Eén", ticket.version + 1)
    stale = desk("PATCH", "/tickets/BISC-1", {"subject": "Twee", "version": ticket.version})
    assert (stale.status_code, stale.json()["fields"]) == (409, ["subject"])
    assert desk("PATCH", "/tickets/BISC-1", {"subject": "Drie", "version": 999}).status_code == 409
    assert desk("PATCH", "/tickets/BISC-1", {"assignee": "lead@bisc.example"}).json()["assignee"]["name"] == "Lead BiSC"
    assert desk("PATCH", "/tickets/BISC-1", {"assignee": None}).json()["assignee"] is None
    assert desk("PATCH", "/tickets/BISC-1", {"assignee": "desk@cubiss.example"}).status_code == 400
    assert desk("PATCH", "/tickets/BISC-1", {"subject": None}).status_code == 400
    assert desk("PATCH", "/tickets/BISC-1", {}).status_code == 200


def test_transition_and_message(desk, colleague):
    assert desk("POST", "/tickets/BISC-1/messages", {"body": "Hallo"}).status_code == 201
    assert (
        desk("POST", "/tickets/BISC-1/transitions", {"to": "resolved", "reason": "klaar"}).json()["state"] == "resolved"
    )
    assert colleague("POST", "/tickets/BISC-1/transitions", {"to": "closed"}).json()["state"] == "closed"
    assert colleague("POST", "/tickets/BISC-1/messages", {"body": "x"}).status_code == 409
    assert desk("POST", "/tickets/BISC-1/transitions", {"to": "merged"}).status_code == 409


def test_the_same_key_twice_is_one_ticket(colleague, bisc):
    before = Ticket.objects.count()
    first = colleague("POST", "/tickets", NEW, **{"Idempotency-Key": "a1"})
    second = colleague("POST", "/tickets", NEW, **{"Idempotency-Key": "a1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json() and second["Idempotent-Replay"] == "true"
    assert Ticket.objects.count() == before + 1
    other = colleague("POST", "/tickets", {**NEW, "subject": "Anders"}, **{"Idempotency-Key": "a1"})
    assert (other.status_code, other["Content-Type"]) == (400, "application/problem+json")
    assert colleague("POST", "/tickets", NEW, **{"Idempotency-Key": "x" * 201}).status_code == 400
    AnsweredRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert colleague("POST", "/tickets", NEW, **{"Idempotency-Key": "a1"}).json()["number"] != first.json()["number"]


def test_a_refused_request_does_not_use_up_its_key(colleague):
    assert colleague("POST", "/tickets", {**NEW, "subject": ""}, **{"Idempotency-Key": "b"}).status_code == 400
    assert colleague("POST", "/tickets", NEW, **{"Idempotency-Key": "b"}).status_code == 201


def test_a_key_is_per_person_and_path(colleague, api_of):
    assert colleague("POST", "/tickets", NEW, **{"Idempotency-Key": "c"}).json()["number"] == "BISC-2"
    assert api_of("bisc keyuser")("POST", "/tickets", NEW, **{"Idempotency-Key": "c"}).json()["number"] == "BISC-3"
    assert colleague("POST", "/tickets/BISC-2/messages", {"body": "x"}, **{"Idempotency-Key": "c"}).status_code == 201


def _upload(call, *uploads, key=None, **fields):
    client = Client()
    headers = {"host": f"{call.host}:8000", "authorization": f"Bearer {call.token}"}
    return client.post(
        "/api/v1/tickets/BISC-1/attachments",
        {"files": list(uploads), **fields},
        headers=headers | ({"idempotency-key": key} if key else {}),
    )


def test_the_same_upload_twice_is_one_file(colleague):
    first = _upload(colleague, SimpleUploadedFile("a.txt", b"een"), key="f")
    second = _upload(colleague, SimpleUploadedFile("a.txt", b"een"), key="f")
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert Attachment.objects.count() == Message.objects.filter(attachments__isnull=False).count() == 1
    assert _upload(colleague, SimpleUploadedFile("a.txt", b"twee"), key="f").status_code == 400
    assert _upload(colleague, SimpleUploadedFile("b.txt", b"een"), key="f").status_code == 400
    assert Attachment.objects.count() == 1
    files.forget(Attachment.objects.get().storage_name)


def test_attachments(colleague, desk):
    response = _upload(
        colleague,
        SimpleUploadedFile("foto.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64),
        SimpleUploadedFile("b.txt", b"tekst"),
    )
    assert response.status_code == 201
    rows = response.json()["items"]
    assert [(row["name"], row["contentType"]) for row in rows] == [("foto.png", "image/png"), ("b.txt", "text/plain")]
    path = rows[1]["url"].split("/api/v1")[1]
    got = desk("GET", path)
    assert b"".join(got.streaming_content) == b"tekst"
    assert got["X-Content-Type-Options"] == "nosniff" and got["Content-Disposition"].startswith("attachment")
    assert _upload(colleague, SimpleUploadedFile("leeg.txt", b"")).status_code == 400
    assert _upload(colleague).status_code == 400
    for attachment in Attachment.objects.all():
        files.forget(attachment.storage_name)


def test_me_libraries_categories(colleague, desk):
    assert colleague("GET", "/me").json()["libraries"] == ["bisc-een"]
    assert [row["slug"] for row in colleague("GET", "/libraries").json()["items"]] == ["bisc-een"]
    assert [row["slug"] for row in desk("GET", "/libraries").json()["items"]] == ["bisc-een", "bisc-twee"]
    assert len(desk("GET", "/categories").json()["items"]) == 42


def test_an_error_of_ours_is_500_and_says_nothing(desk, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("geheim binnenwerk")

    monkeypatch.setattr("agenda.categories.api.leaves", broken)
    response = desk("GET", "/categories")
    assert response.status_code == 500
    assert response.json() == {
        "type": "about:blank",
        "title": "Fout op de server",
        "status": 500,
        "detail": "Er ging bij ons iets mis. Het is vastgelegd; probeer het later opnieuw.",
    }


def test_the_library_withdraws_by_a_transition_and_the_desk_cannot(colleague, desk):
    number = colleague("POST", "/tickets", NEW).json()["number"]
    assert desk("POST", f"/tickets/{number}/transitions", {"to": "closed"}).status_code == 409
    withdrawn = colleague("POST", f"/tickets/{number}/transitions", {"to": "closed"}).json()
    assert (withdrawn["state"], withdrawn["resolvedAt"]) == ("closed", withdrawn["closedAt"])


def test_ten_files_at_a_time_and_no_more(colleague):
    ten = [SimpleUploadedFile(f"{number}.txt", b"een") for number in range(10)]
    assert _upload(colleague, *ten, SimpleUploadedFile("elf.txt", b"een")).status_code == 400
    assert Attachment.objects.count() == 0
    assert _upload(colleague, *[SimpleUploadedFile(f"{number}.txt", b"een") for number in range(10)]).status_code == 201
    assert Attachment.objects.count() == 10
    for one in Attachment.objects.all():
        files.forget(one.storage_name)


def test_who_has_an_account_is_not_told_by_naming_a_reporter(bisc, api_of, cast):
    call = api_of("bisc colleague")
    addresses = ("niemand@nergens.example", bisc.people["desk"].email, cast.cubiss.people["desk"].email)
    answers = [call("POST", "/tickets", {**NEW, "reporter": address}) for address in addresses]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert len({json.dumps(answer.json()["errors"]) for answer in answers}) == 1


def test_staff_are_not_told_who_has_an_account_elsewhere_by_naming_a_reporter(bisc, api_of, cast):
    call = api_of("bisc desk")
    addresses = ("niemand@nergens.example", cast.cubiss.people["keyuser"].email, cast.people["stranger"].email)
    answers = [call("POST", "/tickets", {**NEW, "reporter": address}) for address in addresses]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert len({json.dumps(answer.json()["errors"]) for answer in answers}) == 1


def test_an_assignee_of_elsewhere_is_refused_as_one_who_is_not_there(bisc, ticket, api_of, cast):
    call = api_of("bisc desk")
    addresses = ("niemand@nergens.example", cast.cubiss.people["desk"].email, bisc.people["colleague"].email)
    answers = [call("PATCH", "/tickets/BISC-1", {"assignee": address}) for address in addresses]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert len({json.dumps(answer.json()["errors"]) for answer in answers}) == 1
