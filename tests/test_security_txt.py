"""`/.well-known/security.txt` as RFC 9116 says, on every host, until it is about to run out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config import environment
from config.running import security_txt

PATH = "/.well-known/security.txt"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def told(settings):
    """An installation that names whom to tell."""
    settings.SECURITY_CONTACTS = ["mailto:lek@samenbeheer.example", "https://samenbeheer.example/lek"]
    settings.SECURITY_EXPIRES = date(2027, 6, 1)
    settings.SECURITY_POLICY = "https://samenbeheer.example/beleid"
    return settings


def test_what_it_says(told):
    assert security_txt.text(NOON) == (
        "Contact: mailto:lek@samenbeheer.example\n"
        "Contact: https://samenbeheer.example/lek\n"
        "Expires: 2027-06-01T00:00:00Z\n"
        "Preferred-Languages: nl, en\n"
        "Canonical: http://samenbeheer.localhost:8000/.well-known/security.txt\n"
        "Policy: https://samenbeheer.example/beleid\n"
    )


def test_it_never_holds_for_a_year(told):
    told.SECURITY_EXPIRES = date(2037, 6, 1)
    assert "Expires: 2027-11-25T00:00:00Z\n" in security_txt.text(NOON)


@pytest.mark.parametrize("host", [f"bisc.{project.DOMAIN}", project.DOMAIN, "wat.dan.ook", "127.0.0.1"])
def test_it_is_open_to_all_on_every_host(cast, told, host):
    answer = Client(headers={"host": host}).get(PATH)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.content.decode() == security_txt.text(timezone.now())
    refused = Client(headers={"host": host}).post(PATH)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


def test_without_settings_it_is_not_there(client_of, settings):
    settings.SECURITY_CONTACTS = []
    assert client_of("bisc desk").get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 5, 1), ""),
        (date(2027, 5, 2), "expires on 2027-06-01: set SAMENBEHEER_SECURITY_EXPIRES anew"),
        (date(2027, 6, 1), "expired on 2027-06-01: set SAMENBEHEER_SECURITY_EXPIRES anew"),
    ],
)
def test_before_it_runs_out_the_administrator_hears(told, day, said):
    assert security_txt.warning(day) == (f"{PATH} {said}" if said else "")


def test_health_and_checks_say_so_and_nothing_turns_red(cast, all_alive, told, capsys):
    told.SECURITY_EXPIRES = timezone.localdate() + timedelta(days=20)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["soon"], answer.json()["wrong"]) == (200, ["security.txt"], [])
    call_command("health")
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing is wrong now; see to what is said above."
    call_command("check")
    assert "samenbeheer.W001" in capsys.readouterr().err
    told.SECURITY_CONTACTS = []
    call_command("check")
    assert "SAMENBEHEER_SECURITY_CONTACT is not set" in capsys.readouterr().err


def test_a_mail_address_gets_its_scheme(monkeypatch):
    monkeypatch.setenv("X", "a@b.example, https://c.example/d")
    assert environment.contacts("X") == ["mailto:a@b.example", "https://c.example/d"]
    monkeypatch.setenv("X", "")
    assert environment.contacts("X") == []
