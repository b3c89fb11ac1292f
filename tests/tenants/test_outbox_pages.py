"""The page of who sees to mail that waits: of an organisation on its host, of all on the common host; no contents."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import OutboxEntry
from tenants.outbox import actions as outbox
from tenants.refusals import NotAllowed

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "kwartelzang van jan@bisc.example"


@pytest.fixture
def waiting(cast):
    """At BiSC one entry that was given up, one that fails and one of tomorrow; at Cubiss one that was given up."""
    with inside(None):
        OutboxEntry.objects.all().delete()
        failed = {"failed_at": NOON, "cause_type": "smtplib.SMTPDataError", "cause_message": "SMTP 452"}
        tomorrow = timezone.now() + timedelta(days=1)
        rows = {
            "op": (cast.bisc, "tickets.notices", {"given_up_at": NOON, "attempts": 32, **failed}),
            "weer": (cast.bisc, "tenants.mail_invitation", {"due_at": tomorrow, "attempts": 2, **failed}),
            "morgen": (cast.bisc, "tickets.notices", {"due_at": tomorrow}),
            "elders": (cast.cubiss, "tickets.notices", {"given_up_at": NOON, "attempts": 32, **failed}),
        }
        return {
            key: OutboxEntry.objects.create(
                organisation=house.organisation, topic=topic, address=SECRET, dedupe_key=f"{key} {SECRET}", **values
            )
            for key, (house, topic, values) in rows.items()
        }


def _left(waiting) -> dict:
    with inside(None):
        rows = {entry.pk: key for key, entry in waiting.items()}
        found = OutboxEntry.objects.filter(given_up_at=None, attempts=0, due_at__lte=timezone.now(), dropped_at=None)
        return sorted(rows[pk] for pk in found.values_list("pk", flat=True))


def test_an_administrator_sees_what_waits_here_with_its_cause_and_no_text_or_address(waiting, client_of):
    page = client_of("bisc lead").get("/outbox/").content.decode()
    assert page.count("smtplib.SMTPDataError (SMTP 452)") == 2
    assert page.index("bericht over een melding") < page.index("uitnodiging")  # what was given up stands first
    assert page.count("opgegeven</span>") == 1 and page.count("wordt opnieuw geprobeerd</span>") == 1
    assert f"/outbox/{waiting['elders'].pk}/" not in page and f"/outbox/{waiting['morgen'].pk}/" not in page
    assert "kwartelzang" not in page and "jan@" not in page


def test_the_platform_administrator_sees_that_of_all(waiting, client_of):
    page = client_of("platform", "").get("/platform/outbox/").content.decode()
    assert page.count("smtplib.SMTPDataError (SMTP 452)") == 3
    assert (
        page.count('<span class="tag own">BiSC</span>') == 2 and page.count('<span class="tag own">Cubiss</span>') == 1
    )
    assert "kwartelzang" not in page and "jan@" not in page


@pytest.mark.parametrize(
    ("who", "at", "status"),
    [
        ("bisc lead", "bisc", 200),
        ("bisc desk", "bisc", 403),
        ("bisc keyuser", "bisc", 403),
        ("cubiss lead", "bisc", 404),
        ("platform", "bisc", 404),
        ("platform", "", 200),
        ("bisc lead", "", 403),
        ("bisc desk", "", 403),
        ("stranger", "", 404),
    ],
)
def test_who_sees_the_page(waiting, client_of, who, at, status):
    path = "/outbox/" if at else "/platform/outbox/"
    client = client_of(who, at)
    assert client.get(path).status_code == status
    one = f"{path}{waiting['op'].pk}"
    acted = 302 if status == 200 else status
    for inner in (f"{one}/send/", f"{one}/drop/", f"{path}send/"):
        assert client.get(inner).status_code == (405 if status == 200 else client.get(inner).status_code)
        if status != 200:
            assert client.post(inner).status_code == acted
    assert status == 200 or _left(waiting) == []


def test_send_again_puts_back_one(waiting, client_of):
    client = client_of("bisc lead")
    assert client.post(f"/outbox/{waiting['weer'].pk}/send/").status_code == 302
    assert _left(waiting) == ["weer"]
    assert client.post(f"/outbox/{waiting['elders'].pk}/send/").status_code == 404
    assert client.post(f"/outbox/{waiting['morgen'].pk}/send/").status_code == 404
    assert _left(waiting) == ["weer"]
    lines = AuditEntry.objects.filter(action="outbox.retried").values_list(
        "organisation__slug", "actor__email", "details"
    )
    assert list(lines) == [("bisc", "lead@bisc.example", {"count": 1})]


def test_send_all_again_puts_back_those_of_the_organisation_and_no_others(waiting, client_of):
    client_of("bisc lead").post("/outbox/send/")
    assert _left(waiting) == ["op", "weer"]


def test_the_platform_sends_again_those_of_all(waiting, client_of):
    client_of("platform", "").post("/platform/outbox/send/")
    assert _left(waiting) == ["elders", "op", "weer"]
    assert AuditEntry.objects.filter(action="outbox.retried").count() == 2


def test_what_is_put_aside_is_never_sent_and_off_the_page_and_out_of_the_alarm(waiting, client_of):
    client = client_of("bisc lead")
    client.post(f"/outbox/{waiting['op'].pk}/drop/")
    assert client.post(f"/outbox/{waiting['op'].pk}/drop/").status_code == 404
    client.post("/outbox/send/")
    assert _left(waiting) == ["weer"]
    assert client.get("/healthz").json()["outbox"] == {"given_up": 1, "overdue": 0}  # the one of Cubiss
    done = []
    assert outbox.work("bisc", waiting["op"].dedupe_key, done.append, topic="tickets.notices") is False and done == []


def test_an_administrator_decides_about_no_other_organisation(waiting, cast):
    for verb in (outbox.retry, outbox.drop):
        with pytest.raises(NotAllowed):
            verb(
                organisation=cast.cubiss.organisation,
                dedupe_key=waiting["elders"].dedupe_key,
                by=Actor.of(cast.bisc.standing("lead")),
            )
    assert _left(waiting) == []


def test_the_page_has_fifty_a_page_and_as_few_questions_for_all(waiting, cast, client_of, django_assert_num_queries):
    with inside(None):
        OutboxEntry.objects.bulk_create(
            OutboxEntry(organisation=cast.bisc.organisation, topic="tickets.notices", dedupe_key=f"k{n}", due_at=NOON)
            for n in range(60)
        )
    client = client_of("bisc lead")
    client.get("/outbox/")
    with django_assert_num_queries(3):
        page = client.get("/outbox/").content.decode()
    assert page.count("/drop/") == 50 and "?page=2" in page
    assert client.get("/outbox/?page=2").content.decode().count("/drop/") == 12


def test_what_is_simply_under_way_is_nobodys_to_see_or_stop(cast, client_of):
    """Ten minutes after its time it is late, and a thing for somebody."""
    with inside(None):
        OutboxEntry.objects.all().delete()
        now = timezone.now()
        fresh, late = (
            OutboxEntry.objects.create(
                organisation=cast.bisc.organisation, topic="tickets.notices", dedupe_key=key, due_at=now - age
            )
            for key, age in (("net", timedelta(minutes=9)), ("laat", timedelta(minutes=11)))
        )
    client = client_of("bisc lead")
    page = client.get("/outbox/").content.decode()
    assert (f"/outbox/{fresh.pk}/" in page, f"/outbox/{late.pk}/" in page) == (False, True)
    for entry in (fresh, late):
        client.post(f"/outbox/{entry.pk}/drop/")
    with inside(None):
        dropped = dict(OutboxEntry.objects.values_list("dedupe_key", "dropped_at"))
    assert (dropped["net"] is None, dropped["laat"] is None) == (True, False)
