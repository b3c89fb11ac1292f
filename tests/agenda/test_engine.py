"""The engine that draws charts: a process of its own, made anew after it ended, and never waited for without end."""

import json
import os
import signal
import time

import pytest

from agenda.figures import engine
from agenda.figures.charts import stacked_bars
from agenda.figures.engine import ENGINE, Engine, EngineFailed

SPEC = json.dumps(
    {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": [{"period": "kw 1", "value": 3}]},
        "mark": "bar",
        "encoding": {"x": {"field": "period"}, "y": {"field": "value", "type": "quantitative"}},
    }
)


@pytest.fixture
def own():
    """An engine of the test's own."""
    found = Engine()
    yield found
    found.end()


def _pid(one: Engine) -> int:
    return one._process.pid


def test_it_draws_in_another_process_and_the_same_one_again(own):
    assert own.draw(SPEC, "nl-NL").startswith("<svg ")
    first = _pid(own)
    own.draw(SPEC, "en-GB")
    assert _pid(own) == first != os.getpid()


def test_after_a_kill_it_draws_again(own):
    own.draw(SPEC, "nl-NL")
    first = _pid(own)
    os.kill(first, signal.SIGKILL)
    own._process.wait(10)
    assert own.draw(SPEC, "nl-NL").startswith("<svg ")
    assert _pid(own) != first


def test_a_bad_specification_fails_and_the_next_one_is_drawn(own):
    with pytest.raises(EngineFailed):
        own.draw("{", "nl-NL")
    assert own._process is None
    assert own.draw(SPEC, "nl-NL").startswith("<svg ")


def test_one_that_hangs_is_given_up(own, monkeypatch):
    own.draw(SPEC, "nl-NL")
    os.kill(_pid(own), signal.SIGSTOP)
    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    begin = time.monotonic()
    with pytest.raises(EngineFailed):
        own.draw(SPEC, "nl-NL")
    assert time.monotonic() - begin < 10 and own._process is None


def test_it_ends_when_nobody_asks(own, monkeypatch):
    monkeypatch.setattr(engine, "IDLE", 0.05)
    own.draw(SPEC, "nl-NL")
    process = own._process
    process.wait(10)
    assert own._process is None


def test_a_page_goes_on_without_a_picture(monkeypatch, caplog):
    def fails(spec, locale):
        raise EngineFailed

    monkeypatch.setattr(ENGINE, "draw", fails)
    rows = [{"period": "kw 1", "name": "Zonder", "value": 98765, "order": 0}]
    assert stacked_bars(rows, ["#0b6a6a"], ["Zonder"], "Zonder tekening") == ""
    assert "no chart" in caplog.text
