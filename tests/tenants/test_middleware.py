"""Hosts, sessions over hosts, flash messages, health, production settings."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from config.running import health
from tenants.audit.models import AuditEntry
from tenants.context import current_schema, inside
from tests.cast import PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
DOMAIN = settings.DOMAIN


@pytest.mark.parametrize("host", [f"BISC.{DOMAIN}", f"bisc.{DOMAIN}:8000", f"bisc.{DOMAIN}.", f"Bisc.{DOMAIN}.:8000"])
def test_host_names_are_compared_in_lower_case_without_a_dot(cast, host):
    response = Client(headers={"host": host}).get("/account/login/")
    assert (response.status_code, b"BiSC" in response.content) == (200, True)


@pytest.mark.parametrize("host", [f"x.{DOMAIN}", "evil.example", f"bisc.{DOMAIN}.evil.example", "127.0.0.1"])
def test_unknown_hosts_get_nothing(cast, host):
    assert Client(headers={"host": host}).get("/account/login/").status_code in (400, 404)


def _client(at):
    return Client(headers={"host": f"{at}.{DOMAIN}:8000" if at else f"{DOMAIN}:8000"})


def _sign_in(client, password=PASSWORD, email="desk@bisc.example"):
    return client.post("/account/login/", {"login": email, "password": password})


def test_one_session_is_good_on_all_hosts_and_signing_out_ends_it_everywhere(cast):
    client = _client("bisc")
    assert _sign_in(client).status_code == 302
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["domain"] == DOMAIN and cookie["httponly"]
    common = _client("")
    common.cookies[settings.SESSION_COOKIE_NAME] = cookie.value
    assert common.get("/agenda/").status_code == 200
    client.post("/account/logout/")
    assert common.get("/agenda/").status_code == 302


def test_the_session_holds_nothing_of_an_organisation(cast):
    client = _client("bisc")
    _sign_in(client)
    client.get("/tickets/BISC-1/")
    assert set(client.session.keys()) <= {
        *("_auth_user_id", "_auth_user_backend", "_auth_user_hash", "account_authentication_methods"),
        *("_session_expiry", "_password_reset_key", "account_authentication_methods_user"),
    }


def test_five_wrong_passwords_over_five_hosts_lock(cast):
    for at in ("bisc", "cubiss", "", "bisc", "cubiss"):
        assert _sign_in(_client(at), "fout").status_code == 200
    response = _sign_in(_client("bisc"))
    assert response.status_code == 200 and b"_auth_user_id" not in str(_client("bisc").session.keys()).encode()
    assert AuditEntry.objects.filter(action="signin.done").count() == 0


def test_a_flash_message_stays_on_its_host(cast, client_of):
    client = client_of("bisc colleague")
    client.post("/tickets/BISC-1/messages/", {"body": "Hallo"})
    assert client.cookies["flash"]["domain"] == ""
    assert "kwartelzang" not in client.cookies["flash"].value
    assert "Verstuurd." in client.get("/tickets/BISC-1/").content.decode()


@pytest.mark.parametrize(
    ("origin", "offered"),
    [
        ({"origin": "http://bisc.samenbeheer.localhost:8000"}, True),
        ({"origin": "http://BISC.samenbeheer.localhost:8000"}, True),
        ({"referer": "http://bisc.samenbeheer.localhost:8000/tickets/new/"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://evil.example/bisc.samenbeheer.localhost:8000"}, False),
        ({"origin": "http://cubiss.samenbeheer.localhost:8000"}, False),
        ({"referer": "http://evil.example/"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_what_our_own_page_sent_is_offered_again(cast, origin, offered):
    page = _client("bisc").post("/tickets/new/", {"subject": "een lang verhaal"}, headers=origin)
    assert page.status_code == 401
    assert ("een lang verhaal" in page.content.decode()) is offered
    assert page.context["fields"] == ([("subject", "een lang verhaal")] if offered else [])


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("GET", "/me", None, 200),
        ("GET", "/tickets", None, 200),
        ("GET", "/tickets/BISC-9", None, 404),
        ("POST", "/tickets", {}, 403),
    ],
)
def test_answers_of_the_api_are_kept_nowhere(bisc, api_of, method, path, data, status):
    answer = api_of("bisc desk", scope="read")(method, path, data)
    assert (answer.status_code, answer["Cache-Control"], answer["Content-Language"]) == (
        status,
        "private, no-store",
        "nl",
    )


def test_the_api_of_a_host_that_is_nobodys_is_kept_nowhere(cast):
    answer = _client("niemand").get("/api/v1/me")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer["Cache-Control"] == "private, no-store"


def test_sign_up_is_closed(cast):
    for path in ("/account/signup/", "/account/email/", "/account/confirm-email/x/"):
        for at in ("bisc", ""):
            assert _client(at).get(path).status_code == 404
            assert _client(at).post(path, {"email": "x@y.example"}).status_code in (401, 404)
    assert b"signup" not in _client("bisc").get("/account/login/").content


def test_next_never_leaves_the_host(cast):
    for goal in ("http://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example"):
        response = _client("bisc").post(
            "/account/login/", {"login": "desk@bisc.example", "password": PASSWORD, "next": goal}
        )
        assert response["Location"] == "/"


def test_healthz_is_200_on_any_host_and_enters_public(cast, all_alive):
    for host in ("127.0.0.1", f"bisc.{DOMAIN}", "wat.dan.ook"):
        with inside(cast.bisc.organisation):
            response = Client(headers={"host": host}).get("/healthz")
            assert response.status_code == 200
            assert response.json() == {"status": "ok", "wrong": [], "soon": [], "outbox": {"given_up": 0, "overdue": 0}}
            assert current_schema() == "public"


def test_healthz_names_what_is_wrong(cast, all_alive, monkeypatch):
    monkeypatch.setitem(health._checked, "at", -1e9)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cubiss.django_migrations WHERE app = 'tickets' AND name = '0002_append_only'")
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    response = Client().get("/healthz")
    assert response.status_code == 503
    assert response.json()["wrong"] == ["migrations", "broker"]
    health._checked.update(at=-1e9, behind=[])
