"""The outbox: at least once, and nothing lost."""

from datetime import timedelta

from django.utils import timezone

from tenants.models import OutboxEntry
from tenants.outbox import actions as outbox


def test_outbox_same_key_counts_once(bisc):
    for _ in range(2):
        outbox.put(organisation=bisc.organisation, topic="x", address="a", dedupe_key="k")
    assert OutboxEntry.objects.filter(dedupe_key="k").count() == 1
    done = []
    assert outbox.work("bisc", "k", done.append) is True
    assert outbox.work("bisc", "k", done.append) is False
    assert len(done) == 1


def test_outbox_waits_for_its_moment_and_gives_up_in_the_end(bisc, monkeypatch):
    sent = []
    monkeypatch.setattr(outbox, "nudge", lambda **values: sent.append(values["dedupe_key"]))
    now = timezone.now()
    OutboxEntry.objects.update(done_at=now)
    outbox.put(
        organisation=bisc.organisation, topic="x", address="a", dedupe_key="straks", due_at=now + timedelta(hours=1)
    )
    assert (outbox.sweep(now), sent) == (0, [])
    assert (outbox.sweep(now + timedelta(hours=2)), sent) == (1, ["straks"])

    def fails(entry):
        raise OSError

    for _ in range(outbox.GIVE_UP_AFTER):
        OutboxEntry.objects.filter(dedupe_key="straks").update(due_at=now)
        assert outbox.work("bisc", "straks", fails) is False
    entry = OutboxEntry.objects.get(dedupe_key="straks")
    assert entry.given_up_at is not None and outbox.sweep(now + timedelta(days=9)) == 0


def test_outbox_rows_hold_no_text_and_no_mail_address(bisc, ticket):
    rows = str(list(OutboxEntry.objects.values("topic", "address", "dedupe_key")))
    assert "@" not in rows and "kwartelzang" not in rows


def test_a_broker_that_is_away_costs_nothing_but_time(bisc, ticket, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(outbox.current_app, "send_task", away)
    outbox.nudge(topic="x", schema_name="bisc", dedupe_key="k")
    assert "broker away" in caplog.text
