"""The outbox: at least once, nothing lost, and what fails says why without saying what it was about."""

import errno
import re
import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.invitations.tasks import mail_invitation
from tenants.models import Organisation, OutboxEntry
from tenants.outbox import actions as outbox
from tenants.outbox.causes import cause_of
from tenants.refusals import NotAllowed

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "kwartelzang van jan@bisc.example"


def _put(house, key="k", topic="x", **more):
    outbox.put(organisation=house.organisation, topic=topic, address="event 7", dedupe_key=key, **more)
    return OutboxEntry.objects.get(dedupe_key=key)


def _raises(error):
    def handle(entry):
        raise error

    return handle


def _fail(key="k", error=None, at=None, schema_name="bisc"):
    return outbox.work(schema_name, key, _raises(error or ValueError(SECRET)), topic="x", at=at)


def test_outbox_same_key_counts_once(bisc):
    for _ in range(2):
        _put(bisc)
    assert OutboxEntry.objects.filter(dedupe_key="k").count() == 1
    done = []
    assert outbox.work("bisc", "k", done.append, topic="x") is True
    assert outbox.work("bisc", "k", done.append, topic="x") is False
    assert len(done) == 1


def test_outbox_waits_for_its_moment(bisc, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values["dedupe_key"]))
    now = timezone.now()
    OutboxEntry.objects.update(done_at=now)
    _put(bisc, "straks", due_at=now + timedelta(hours=1))
    assert (outbox.sweep(now), sent) == (0, [])
    assert (outbox.sweep(now + timedelta(hours=2)), sent) == (1, ["straks"])


def test_what_has_to_wait_nudges_nobody(bisc, monkeypatch, django_capture_on_commit_callbacks):
    sent, now = [], timezone.now()
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values))
    with django_capture_on_commit_callbacks(execute=True):
        _put(bisc, "nu")
        _put(bisc, "straks", due_at=now + timedelta(hours=1))
        _put(bisc, "toen", due_at=now - timedelta(minutes=1))
        assert sent == []
    assert sent == [{"topic": "x", "schema_name": "bisc", "dedupe_key": key} for key in ("nu", "toen")]


def test_the_sweep_takes_first_what_waits_longest(bisc, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values["dedupe_key"]))
    OutboxEntry.objects.all().delete()
    for key, minute in (("tweede", 2), ("eerste", 1), ("derde", 3)):
        _put(bisc, key, due_at=NOON + timedelta(minutes=minute))
    assert (outbox.sweep(NOON + timedelta(hours=1)), sent) == (3, ["eerste", "tweede", "derde"])


def test_each_failure_comes_back_by_the_table_and_nothing_is_given_up_within_four_days(bisc):
    _put(bisc, due_at=NOON)
    after = [
        # (moment of the failure, comes back at): 1, 2, 5, 15, 30, 60, 120 minutes, then each four hours
        ("2026-03-02T12:00", "2026-03-02T12:01"),
        ("2026-03-02T12:01", "2026-03-02T12:03"),
        ("2026-03-02T12:03", "2026-03-02T12:08"),
        ("2026-03-02T12:08", "2026-03-02T12:23"),
        ("2026-03-02T12:23", "2026-03-02T12:53"),
        ("2026-03-02T12:53", "2026-03-02T13:53"),
        ("2026-03-02T13:53", "2026-03-02T15:53"),
        ("2026-03-02T15:53", "2026-03-02T19:53"),
        ("2026-03-02T19:53", "2026-03-02T23:53"),
        ("2026-03-02T23:53", "2026-03-03T03:53"),
        ("2026-03-03T03:53", "2026-03-03T07:53"),
        ("2026-03-03T07:53", "2026-03-03T11:53"),
        ("2026-03-03T11:53", "2026-03-03T15:53"),
        ("2026-03-03T15:53", "2026-03-03T19:53"),
        ("2026-03-03T19:53", "2026-03-03T23:53"),
        ("2026-03-03T23:53", "2026-03-04T03:53"),
        ("2026-03-04T03:53", "2026-03-04T07:53"),
        ("2026-03-04T07:53", "2026-03-04T11:53"),
        ("2026-03-04T11:53", "2026-03-04T15:53"),
        ("2026-03-04T15:53", "2026-03-04T19:53"),
        ("2026-03-04T19:53", "2026-03-04T23:53"),
        ("2026-03-04T23:53", "2026-03-05T03:53"),
        ("2026-03-05T03:53", "2026-03-05T07:53"),
        ("2026-03-05T07:53", "2026-03-05T11:53"),
        ("2026-03-05T11:53", "2026-03-05T15:53"),
        ("2026-03-05T15:53", "2026-03-05T19:53"),
        ("2026-03-05T19:53", "2026-03-05T23:53"),
        ("2026-03-05T23:53", "2026-03-06T03:53"),
        ("2026-03-06T03:53", "2026-03-06T07:53"),
        ("2026-03-06T07:53", "2026-03-06T11:53"),
        ("2026-03-06T11:53", "2026-03-06T15:53"),
        ("2026-03-06T15:53", None),
    ]
    for count, (failed, due) in enumerate(after, start=1):
        moment = datetime.fromisoformat(f"{failed}:00+00:00")
        done = []
        assert outbox.work("bisc", "k", done.append, topic="x", at=moment - timedelta(seconds=1)) is False
        assert done == []  # not before its time
        assert _fail(at=moment) is False
        entry = OutboxEntry.objects.get(dedupe_key="k")
        if due is not None:
            assert entry.due_at.isoformat() == f"{due}:00+00:00"
        assert (entry.attempts, entry.failed_at, entry.done_at) == (count, moment, None)
        assert entry.given_up_at == (None if due else moment)
    assert outbox.work("bisc", "k", done.append, topic="x", at=datetime(2027, 1, 1, tzinfo=UTC)) is False
    assert done == []


def _refused(code=550):
    return smtplib.SMTPRecipientsRefused({"jan@bisc.example": (code, SECRET.encode())})


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ValueError(SECRET), "ValueError", ""),
        (_refused(), "smtplib.SMTPRecipientsRefused", "SMTP 550"),
        (smtplib.SMTPDataError(452, SECRET.encode()), "smtplib.SMTPDataError", "SMTP 452"),
        (smtplib.SMTPSenderRefused(553, b"x", SECRET), "smtplib.SMTPSenderRefused", "SMTP 553"),
        (smtplib.SMTPDataError(SECRET, b""), "smtplib.SMTPDataError", ""),
        (smtplib.SMTPServerDisconnected(SECRET), "smtplib.SMTPServerDisconnected", ""),
        (ConnectionRefusedError(errno.ECONNREFUSED, SECRET), "ConnectionRefusedError", "ECONNREFUSED"),
        (OSError(SECRET, SECRET), "OSError", ""),
        (TimeoutError(SECRET), "TimeoutError", ""),
        (NotAllowed(SECRET), "NotAllowed", ""),
    ],
)
def test_a_cause_is_a_type_a_line_and_a_code_never_text(bisc, caplog, error, kind, message):
    _put(bisc)
    assert _fail(error=error) is False
    entry = OutboxEntry.objects.get(dedupe_key="k")
    assert (entry.cause_type, entry.cause_message) == (kind, message)
    assert re.fullmatch(r"tenants\.outbox\.actions:\d+", entry.cause_where)
    words = f"{kind} ({message})" if message else kind
    assert caplog.messages == [f"outbox entry k of bisc failed: {words} at {entry.cause_where}"]
    assert "kwartelzang" not in caplog.text + str(OutboxEntry.objects.values()) and "@" not in caplog.text


def test_a_cause_in_the_database_is_its_sqlstate_and_counts_once(bisc):
    _put(bisc)

    def twice(entry):
        _put(bisc, "ander")
        OutboxEntry.objects.filter(dedupe_key="ander").update(dedupe_key="k")

    assert outbox.work("bisc", "k", twice, topic="x") is False
    entry = OutboxEntry.objects.get(dedupe_key="k")
    assert (entry.dedupe_key, entry.attempts) == ("k", 1)
    assert (entry.cause_type, entry.cause_message) == ("django.db.utils.IntegrityError", "SQLSTATE 23505")


def test_where_is_the_last_line_of_our_own_code(bisc):
    with pytest.raises(ValueError) as caught, inside(bisc.organisation):
        timezone.datetime.fromisoformat(SECRET)
    assert cause_of(caught.value).where == ""
    _put(bisc, topic="tenants.mail_invitation")
    mail_invitation("bisc", "k")  # 'event 7' is no invitation
    entry = OutboxEntry.objects.get(dedupe_key="k")
    assert re.fullmatch(r"tenants\.invitations\.mail:\d+", entry.cause_where) and entry.attempts == 1


def test_a_wrong_nudge_does_nothing_and_takes_no_entry_from_its_own_task(bisc):
    entry = _put(bisc, topic="tickets.notices", due_at=NOON)
    done = []
    assert outbox.work("bisc", "k", done.append, topic="tenants.mail_invitation", at=NOON) is False
    entry.refresh_from_db()
    assert done == [] and (entry.attempts, entry.cause_type, entry.given_up_at) == (1, "TopicMismatch", None)
    assert outbox.work("bisc", "k", done.append, topic="tickets.notices", at=NOON + timedelta(minutes=1)) is True
    assert done == [entry]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"failed_at": NOON}, "outbox_failed_with_a_cause"),
        ({"cause_type": "ValueError"}, "outbox_failed_with_a_cause"),
        ({"given_up_at": NOON}, "outbox_given_up_failed"),
        (
            {"given_up_at": NOON, "done_at": NOON, "failed_at": NOON, "cause_type": "ValueError"},
            "outbox_done_or_given_up",
        ),
        ({"dropped_at": NOON, "done_at": NOON}, "outbox_done_or_dropped"),
    ],
)
def test_what_failed_has_a_moment_and_a_cause(bisc, values, name):
    _put(bisc)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        OutboxEntry.objects.update(**values)


def _trail(action):
    fields = ("organisation__slug", "system_actor", "object", "details")
    return list(AuditEntry.objects.filter(action=action).values_list(*fields))


def test_giving_up_is_a_line_in_the_trail_of_that_organisation(bisc):
    _put(bisc)
    OutboxEntry.objects.filter(dedupe_key="k").update(attempts=30)
    _fail(error=_refused())
    assert _trail("outbox.given_up") == []
    OutboxEntry.objects.update(due_at=NOON)
    _fail(error=_refused())
    where = OutboxEntry.objects.get(dedupe_key="k").cause_where
    details = {"key": "k", "topic": "x", "attempts": 32}
    details["cause"] = f"smtplib.SMTPRecipientsRefused (SMTP 550) at {where}"
    assert _trail("outbox.given_up") == [("bisc", "outbox", "event 7", details)]


def _given_up(house, key, at=NOON):
    _put(house, key)
    found = OutboxEntry.objects.filter(dedupe_key=key)
    found.update(given_up_at=at, failed_at=at, attempts=12, due_at=at, cause_type="OSError", cause_where="a.b:7")


def test_healthz_counts_what_was_given_up_and_what_is_late_and_stays_200(cast, all_alive):
    now = timezone.now()
    with inside(None):
        OutboxEntry.objects.all().delete()
        _given_up(cast.bisc, "op")
        for minutes in (9, 11, 12):
            _put(cast.cubiss, f"{minutes}", due_at=now - timedelta(minutes=minutes))
    response = Client().get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "wrong": [], "soon": [], "outbox": {"given_up": 1, "overdue": 2}}
    with inside(None):
        # What an organisation that left never did, is no alarm for ever.
        Organisation.objects.filter(slug="cubiss").update(from_on="2025-01-01", until_on="2026-01-01")
    assert Client().get("/healthz").json()["outbox"] == {"given_up": 1, "overdue": 0}
    with inside(None):
        Organisation.objects.filter(slug="bisc").update(from_on="2025-01-01", until_on="2026-01-01")
    assert Client().get("/healthz").json()["outbox"] == {"given_up": 0, "overdue": 0}


def test_much_mail_that_waits_keeps_nothing_else_out_of_the_sweep(bisc, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append((values["topic"], values["dedupe_key"])))
    OutboxEntry.objects.all().delete()
    OutboxEntry.objects.bulk_create(
        OutboxEntry(organisation=bisc.organisation, topic="mail", dedupe_key=f"m{number}", due_at=NOON)
        for number in range(501)
    )
    _put(bisc, "anders", topic="iets anders", due_at=NOON + timedelta(hours=1))
    assert outbox.sweep(NOON + timedelta(hours=2)) == 501
    assert ("iets anders", "anders") in sent and len([topic for topic, _key in sent if topic == "mail"]) == 500


def test_tidy_forgets_what_was_done_thirty_days_ago_and_nothing_else(bisc):
    OutboxEntry.objects.all().delete()
    for key, done in [("oud", "2026-03-01T11:59:59Z"), ("grens", "2026-03-01T12:00Z"), ("nieuw", "2026-03-31T12:00Z")]:
        _put(bisc, key)
        OutboxEntry.objects.filter(dedupe_key=key).update(done_at=done)
    for key, dropped in [("oud weg", "2026-03-01T11:59:59Z"), ("weg", "2026-03-31T12:00Z")]:
        _put(bisc, key)
        OutboxEntry.objects.filter(dedupe_key=key).update(dropped_at=dropped)
    _given_up(bisc, "op", at=datetime(2025, 1, 1, tzinfo=UTC))
    _put(bisc, "wacht", due_at=datetime(2025, 1, 1, tzinfo=UTC))
    OutboxEntry.objects.update(created_at="2025-01-01T00:00Z")
    assert outbox.tidy(datetime(2026, 3, 31, 12, 0, tzinfo=UTC)) == 2
    assert sorted(OutboxEntry.objects.values_list("dedupe_key", flat=True)) == ["grens", "nieuw", "op", "wacht", "weg"]


def test_outbox_rows_hold_no_text_and_no_mail_address(bisc, ticket):
    rows = str(list(OutboxEntry.objects.values()))
    assert "@" not in rows and "kwartelzang" not in rows
