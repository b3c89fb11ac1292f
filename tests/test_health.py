"""`/healthz` for who watches, `/readyz` for who shares out requests."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.running import health
from tenants.context import inside
from tenants.models import Organisation, OutboxEntry, SignOfLife
from tenants.signs import actions
from tenants.signs.actions import Pulse, sign
from tenants.signs.queries import silent

NOW = timezone.now()


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    """What lags is asked again in each test."""
    monkeypatch.setattr(health, "_checked", {"at": -1e9, "behind": []})


def _wrong() -> tuple[int, list[str]]:
    answer = Client().get("/healthz")
    return answer.status_code, answer.json()["wrong"]


def _ready() -> tuple[int, dict]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(("name", "minutes"), [("worker", 5), ("mail", 15), ("beat", 5)])
def test_healthz_names_who_is_silent_for_more_than_five_minutes_and_a_slow_mail_later(cast, all_alive, name, minutes):
    assert _wrong() == (200, [])
    SignOfLife.objects.filter(name=name).update(at=timezone.now() - timedelta(minutes=minutes, seconds=-10))
    assert _wrong() == (200, [])
    SignOfLife.objects.filter(name=name).update(at=timezone.now() - timedelta(minutes=minutes, seconds=1))
    assert _wrong() == (503, [name])
    assert _ready() == (200, {"status": "ready"})


def test_who_never_showed_itself_is_silent_and_workers_are_not_asked_without_beat(cast):
    SignOfLife.objects.all().delete()
    assert silent(NOW) == ["beat"]
    sign(name="beat", at=NOW)
    assert silent(NOW) == ["worker", "mail"]
    sign(name="mail", at=NOW)
    sign(name="worker", at=NOW)
    assert silent(NOW) == []


def test_a_sign_is_one_row_that_never_goes_back(bisc):
    SignOfLife.objects.all().delete()
    sign(name="worker", at=NOW)
    sign(name="worker", at=NOW - timedelta(minutes=10))
    assert list(SignOfLife.objects.values_list("name", "at")) == [("worker", NOW)]


def test_a_pulse_costs_one_statement_a_minute(bisc, monkeypatch, django_assert_num_queries):
    moment = [1000.0]
    monkeypatch.setattr(actions.time, "monotonic", lambda: moment[0])
    pulse = Pulse("worker")
    with django_assert_num_queries(1):
        for second in range(60):
            moment[0] = 1000.0 + second
            pulse.beat()
    moment[0] = 1060.0
    with django_assert_num_queries(1):
        pulse.beat()


def test_an_organisation_that_is_being_made_makes_nothing_red(cast, all_alive):
    with inside(None):
        Organisation.objects.create(
            schema_name="vijfde", slug="vijfde", name="Vijfde", prefix="VIJF", colour="#0b6a6a", ready=False
        )
    assert _wrong() == (200, [])
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA vijfde")
        cursor.execute("CREATE TABLE vijfde.django_migrations (id bigint, app text, name text)")
    assert _wrong() == (200, [])
    Organisation.objects.filter(slug="vijfde").update(ready=True)
    health._checked.update(at=-1e9)
    assert _wrong() == (503, ["migrations"])
    assert _ready() == (200, {"status": "ready"})  # the others are served


def test_a_process_whose_common_tables_lag_is_not_ready(cast, all_alive):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.django_migrations WHERE app = 'tenants' AND name = '0001_tables'")
    assert _wrong() == (503, ["migrations"])
    assert _ready() == (503, {"status": "not ready"})


def test_a_broker_that_is_away_keeps_nobody_from_serving(cast, all_alive, monkeypatch):
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    assert _wrong() == (503, ["broker"])
    assert _ready() == (200, {"status": "ready"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_both_answer_on_any_host_to_get_alone_and_are_kept_nowhere(cast, path):
    for host in ("127.0.0.1", "wat.dan.ook", f"bisc.{settings.DOMAIN}"):
        answer = Client(headers={"host": host}).get(path)
        assert answer.status_code in (200, 503) and answer["Cache-Control"] == "no-store"
    refused = Client().post(path)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


def test_what_a_stranger_reads_names_no_schema_or_server(cast, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cubiss.django_migrations WHERE app = 'tickets' AND name = '0002_append_only'")
    OutboxEntry.objects.update(done_at=timezone.now())  # what the cast left is overdue after ten minutes of tests
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    assert Client().get("/healthz").json() == {
        "status": "wrong",
        "wrong": ["migrations", "broker"],
        "soon": [],
        "outbox": {"given_up": 0, "overdue": 0},
    }


def test_the_command_says_to_the_administrator_which_schema_lags(cast, all_alive, capsys):
    call_command("health")
    said = capsys.readouterr().out.splitlines()
    assert [line.rsplit(" ", 3)[0] for line in said[:-1]] == [
        f"{name} last showed itself" for name in ("beat", "mail", "worker")
    ]
    assert said[-1] == "All is well."
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cubiss.django_migrations WHERE app = 'tickets' AND name = '0002_append_only'")
    health._checked.update(at=-1e9)
    with pytest.raises(SystemExit, match="1"):
        call_command("health")
    assert capsys.readouterr().out.splitlines() == ["migrations: wrong", "schema cubiss lags: run manage.py upgrade"]


def test_a_link_for_one_person_that_waits_is_not_told_to_anybody(cast):
    """Or who asks for a new password for an address learns whether it has an account."""

    def told() -> dict:
        return Client().get("/healthz").json()["outbox"]

    before = told()
    rows = (("tenants.mail_password_reset", 1), ("tenants.mail_invitation", 1), ("tickets.notices", 2))
    for topic, count in rows:
        for number in range(count):
            OutboxEntry.objects.create(
                organisation=cast.common,
                topic=topic,
                dedupe_key=f"{topic} {number}",
                due_at=timezone.now() - timedelta(minutes=11),
            )
    assert told() == {**before, "overdue": before["overdue"] + 2}
