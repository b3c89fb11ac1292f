"""Nudges: a worker hears of what is due, and nobody waits for the broker."""

import threading

from tenants.outbox import actions as outbox
from tenants.outbox import nudges


def test_a_broker_that_is_away_costs_nothing_but_time(bisc, ticket, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr(nudges.current_app, "send_task", away)
    outbox.nudge(topic="x", schema_name="bisc", dedupe_key="k")
    assert nudges.wait()
    assert "broker away" in caplog.text


def test_a_nudge_waits_for_no_broker(bisc, monkeypatch):
    """The one that asks goes on while the broker does not answer; another process has a thread of its own."""
    sent, go = [], threading.Event()

    def slow(topic, args, retry):
        assert go.wait(10)
        sent.append((topic, args, retry))

    monkeypatch.setattr(nudges.current_app, "send_task", slow)
    for key in ("een", "twee"):
        outbox.nudge(topic="x", schema_name="bisc", dedupe_key=key)
    assert (sent, nudges.wait(0.01)) == ([], False)
    go.set()
    assert nudges.wait(10)
    assert sent == [("x", ["bisc", "een"], False), ("x", ["bisc", "twee"], False)]
    monkeypatch.setattr(nudges._sender, "process", 1)  # as after a fork: the thread is another process's
    outbox.nudge(topic="x", schema_name="bisc", dedupe_key="drie")
    assert nudges.wait(10)
    assert sent[2:] == [("x", ["bisc", "drie"], False)]


def test_nudges_beyond_the_most_are_left_to_the_sweep(bisc, monkeypatch):
    go, sent = threading.Event(), []
    monkeypatch.setattr(nudges, "_sender", None)
    monkeypatch.setattr(nudges, "MOST", 2)
    monkeypatch.setattr(
        nudges.current_app, "send_task", lambda topic, args, retry: go.wait(10) and sent.append(args[1])
    )
    for number in range(9):
        outbox.nudge(topic="x", schema_name="bisc", dedupe_key=str(number))
    go.set()
    assert nudges.wait(10)
    assert sent[:2] == ["0", "1"] and 2 <= len(sent) <= 3
