"""The cache without its server: a real Valkey that is killed, that hangs, and that comes back."""

import logging
import signal
import threading
import time

import pytest

from config.running import cache as ours
from config.running.cache import RedisCache, breaker_of
from tests.outside import Outside
from tests.running import wait_for


@pytest.fixture(scope="module")
def valkey():
    with Outside("valkey") as outside:
        yield outside


@pytest.fixture
def cache(valkey, monkeypatch):
    """A cache on a Valkey of its own, whose pause is short."""
    monkeypatch.setattr(ours, "PAUSE_SECONDS", 0.3)
    monkeypatch.setattr(ours, "_breakers", {})
    valkey.signal("valkey", signal.SIGCONT)
    if valkey.servers.children["valkey"].poll() is not None:
        valkey.start_again("valkey")
    found = RedisCache(valkey.environment["REDIS_URL"], {})
    wait_for(found.answers)
    found.clear()
    return found


def _all_of_it(cache) -> list:
    """Return what each question of the cache answers, from an empty one on."""
    return [
        cache.add("count", 1, 60),
        cache.add("count", 5, 60),
        cache.incr("count"),
        cache.get("count"),
        cache.set("text", "woord", 60),
        cache.get("text"),
        cache.has_key("text"),
        cache.touch("text", 60),
        cache.get_many(["text", "count", "none"]),
        cache.set_many({"a": 1, "b": 2}, 60),
        cache.delete_many(["a"]),
        cache.get_many(["a", "b"]),
        cache.delete("text"),
        cache.get("text", "weg"),
        cache.decr("count"),
    ]


ANSWERS = [
    *(True, False, 2, 2, None, "woord", True, True),
    *({"text": "woord", "count": 2}, [], None, {"b": 2}, True, "weg", 1),
]


def test_it_answers_alike_with_its_server_and_without(cache, valkey):
    assert _all_of_it(cache) == ANSWERS
    assert not cache._breaker.is_open
    cache.clear()
    valkey.kill("valkey")
    assert _all_of_it(cache) == ANSWERS
    assert cache._breaker.is_open
    with pytest.raises(ValueError, match="nergens"):
        cache.incr("nergens")


@pytest.mark.parametrize("how", ["killed", "hangs"])
def test_a_server_that_is_away_costs_one_request_half_a_second_at_most(cache, valkey, monkeypatch, how):
    monkeypatch.setattr(ours, "PAUSE_SECONDS", 60.0)
    valkey.kill("valkey") if how == "killed" else valkey.signal("valkey", signal.SIGSTOP)
    begin = time.monotonic()
    cache.set("x", 1)
    first, begin = time.monotonic() - begin, time.monotonic()
    for _ in range(1000):
        assert cache.get("x") == 1 and not cache.answers()
    rest = time.monotonic() - begin
    assert first < 1.2 and rest < 0.5


@pytest.mark.parametrize("how", ["killed", "hangs"])
def test_it_is_asked_again_after_a_pause_and_the_log_hears_both_once(cache, valkey, caplog, how):
    caplog.set_level(logging.WARNING, logger="samenbeheer.cache")
    valkey.kill("valkey") if how == "killed" else valkey.signal("valkey", signal.SIGSTOP)
    for _ in range(20):
        cache.incr("x") if cache.get("x") else cache.set("x", 1)
        time.sleep(0.02)
    assert cache.get("x") == 20
    valkey.start_again("valkey") if how == "killed" else valkey.signal("valkey", signal.SIGCONT)
    assert wait_for(cache.answers, 5)
    assert cache.get("x") is None  # what was counted in memory stays there
    cache.set("y", 2)
    assert RedisCache(valkey.environment["REDIS_URL"], {}).get("y") == 2
    kind = "ConnectionError" if how == "killed" else "TimeoutError"
    assert [record.getMessage() for record in caplog.records] == [
        f"cache away ({kind}); each process counts in its own memory until it is back",
        "cache is back",
    ]


def test_of_many_threads_one_asks_when_the_pause_is_over(monkeypatch):
    monkeypatch.setattr(ours, "PAUSE_SECONDS", 0.05)
    breaker = ours.Breaker()
    breaker.failed(OSError())
    assert not breaker.may_ask()
    time.sleep(0.06)
    monkeypatch.setattr(ours, "PAUSE_SECONDS", 60.0)
    asked: list[bool] = []
    threads = [threading.Thread(target=lambda: asked.append(breaker.may_ask())) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(asked) == [False] * 19 + [True]


def test_threads_count_together_while_it_is_away(cache, valkey):
    """Each thread has a cache object of its own, as Django makes them: a limit counts what all of them saw."""
    valkey.kill("valkey")
    url = valkey.environment["REDIS_URL"]
    cache.set("attempts", 0)

    def attempt():
        RedisCache(url, {}).incr("attempts")

    threads = [threading.Thread(target=attempt) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert cache.get("attempts") == 10


def test_two_caches_on_one_server_know_the_same():
    assert breaker_of("redis://a") is breaker_of("redis://a")
    assert breaker_of("redis://a") is not breaker_of("redis://b")


def test_an_answer_that_nobody_can_read_is_no_error_of_the_page(cache):
    cache._cache.get_client().set(cache.make_and_validate_key("x"), b"geen pickle")
    assert cache.get("x", "weg") == "weg"
    assert cache._breaker.is_open
