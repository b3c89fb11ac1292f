"""The command that lists what waits in the outbox, and puts back what was given up."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import OutboxEntry
from tenants.outbox import actions as outbox
from tenants.refusals import NotAllowed

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _put(house, key, **more):
    outbox.put(organisation=house.organisation, topic="x", address="event 7", dedupe_key=key, **more)


def _trail(action):
    fields = ("organisation__slug", "system_actor", "object", "details")
    return list(AuditEntry.objects.filter(action=action).values_list(*fields))


def _given_up(house, key, at=NOON):
    _put(house, key)
    found = OutboxEntry.objects.filter(dedupe_key=key)
    found.update(given_up_at=at, failed_at=at, attempts=12, due_at=at, cause_type="OSError", cause_where="a.b:7")


def _run(*arguments):
    out = StringIO()
    call_command("outbox", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_lists_what_waits_failed_and_was_given_up(cast):
    with inside(None):
        OutboxEntry.objects.all().delete()
        assert _run() == ["Nothing waits, nothing failed."]
        _put(cast.bisc, "een", due_at=NOON)
        _given_up(cast.bisc, "twee")
        _put(cast.cubiss, "drie", due_at=NOON)
        failed = {"failed_at": NOON, "cause_type": "smtplib.SMTPDataError", "cause_message": "SMTP 452"}
        OutboxEntry.objects.filter(dedupe_key="drie").update(**failed, cause_where="c.d:8", attempts=1)
        _put(cast.bisc, "klaar")
        OutboxEntry.objects.filter(dedupe_key="klaar").update(done_at=NOON)
        _put(cast.bisc, "morgen", due_at=timezone.now() + timedelta(days=1))
    lines = [
        "bisc  waiting  een  attempts 0  due 2026-03-02 12:00 UTC",
        "bisc  given up  twee  attempts 12  2026-03-02 12:00 UTC OSError at a.b:7",
        "cubiss  failed  drie  attempts 1  2026-03-02 12:00 UTC smtplib.SMTPDataError (SMTP 452) at c.d:8"
        "  due 2026-03-02 12:00 UTC",
    ]
    assert _run() == lines and _run("--organisation", "cubiss") == lines[2:]
    with inside(None):
        OutboxEntry.objects.filter(organisation=cast.cubiss.organisation).delete()
    assert _run("--organisation", "cubiss") == ["Nothing waits, nothing failed."]


def test_the_command_lists_by_organisation_the_oldest_first(cast):
    with inside(None):
        OutboxEntry.objects.all().delete()
        for minute, key in ((4, "d"), (2, "b"), (3, "c"), (1, "a")):
            _put(cast.bisc if key < "c" else cast.cubiss, key, due_at=NOON)
            OutboxEntry.objects.filter(dedupe_key=key).update(created_at=NOON + timedelta(minutes=minute))
        assert [line.split()[2] for line in _run()] == ["a", "b", "c", "d"]


def test_the_command_puts_back_what_was_given_up(cast, monkeypatch):
    with inside(None):
        OutboxEntry.objects.all().delete()
        for house, key in ((cast.bisc, "een"), (cast.bisc, "twee"), (cast.cubiss, "drie")):
            _given_up(house, key)
        left = OutboxEntry.objects.given_up().order_by("pk").values_list("dedupe_key", flat=True)
        said = ["1 put back; the sweep takes them within a minute"]
        assert _run("--retry", "--organisation", "bisc", "--key", "twee") == said
        assert list(left.all()) == ["een", "drie"]
        assert _run("--retry", "--organisation", "bisc") == said and list(left.all()) == ["drie"]
        assert list(OutboxEntry.objects.exclude(dedupe_key="drie").values_list("attempts", flat=True)) == [0, 0]
        assert _run("--retry", "--organisation", "bisc") == ["0 put back; the sweep takes them within a minute"]
        assert _trail("outbox.retried") == [
            ("bisc", "outbox_command", "", {"count": 1}),
            ("bisc", "outbox_command", "twee", {"count": 1}),
        ]
        with pytest.raises(CommandError, match="--retry needs --organisation"):
            _run("--retry")
        with pytest.raises(CommandError, match="there is no organisation wat"):
            _run("--organisation", "wat")
        with pytest.raises(NotAllowed):
            outbox.retry(organisation=cast.cubiss.organisation, by=Actor.of_system("ander"))
        assert list(left.all()) == ["drie"]
    assert outbox.work("bisc", "een", lambda entry: None, topic="x") is True
