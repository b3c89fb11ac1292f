"""A cache that goes on without its server: Valkey while it answers, the memory of this process while it is away.

What is kept here are counts (of wrong passwords, of requests of a token) and pictures that can be drawn again, so each
process may count for itself for a while. A server that is dead or hangs is asked by one request every few seconds; the
others do not wait for it. Nobody has to do anything when it is back.
"""

import logging
import threading
import time
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache as DjangoRedisCache
from redis.exceptions import RedisError

log = logging.getLogger("samenbeheer.cache")
PAUSE_SECONDS = 5.0
SECONDS_TO_ANSWER = {"socket_connect_timeout": 0.3, "socket_timeout": 0.5}


class Breaker:
    """Knows, for one process and all its threads, whether a server is worth asking now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask_again_at: float | None = None  # None while it answers

    @property
    def is_open(self) -> bool:
        """Is the server taken to be away?"""
        return self._ask_again_at is not None

    def may_ask(self) -> bool:
        """Return whether to ask the server; of those that come when the pause is over, the first alone."""
        if self._ask_again_at is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._ask_again_at is not None and now < self._ask_again_at:
                return False
            self._ask_again_at = now + PAUSE_SECONDS
            return True

    def failed(self, error: Exception) -> None:
        """Note that the server did not answer; the log hears it once."""
        with self._lock:
            was_open, self._ask_again_at = self.is_open, time.monotonic() + PAUSE_SECONDS
        if not was_open:
            log.warning("cache away (%s); each process counts in its own memory until it is back", type(error).__name__)

    def answered(self) -> None:
        """Note that the server answers; the log hears it once."""
        if self._ask_again_at is None:
            return
        with self._lock:
            was_open, self._ask_again_at = self.is_open, None
        if was_open:
            log.warning("cache is back")


_breakers: dict[str, Breaker] = {}
_making = threading.Lock()


def breaker_of(server: str) -> Breaker:
    """Return the one breaker that this process has for the server at that address."""
    with _making:
        return _breakers.setdefault(server, Breaker())


class RedisCache(DjangoRedisCache):
    """Django's cache on Redis or Valkey, with the memory of this process in its place while it is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {**SECONDS_TO_ANSWER, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        # By name, so that all threads share it; room enough that nobody pushes out what counts against them.
        self._memory = LocMemCache(f"in place of {server}", {**params, "OPTIONS": {"MAX_ENTRIES": 20_000}})
        self._breaker = breaker_of(server)

    def _either(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if self._breaker.may_ask():
            try:
                found = getattr(super(), name)(*args, **kwargs)
            except Exception as error:
                if name == "incr" and type(error) is ValueError and "not found" in str(error):
                    raise  # what Django's caches say of a key that is not there
                self._breaker.failed(error)  # also a server that answers what nobody can read
            else:
                self._breaker.answered()
                return found
        return getattr(self._memory, name)(*args, **kwargs)

    def answers(self) -> bool:
        """Does the server answer? Asked, but not more often than by anybody else while it is away."""
        if not self._breaker.may_ask():
            return False
        try:
            self._cache.get_client().ping()
        except (RedisError, OSError) as error:
            self._breaker.failed(error)
            return False
        self._breaker.answered()
        return True

    def add(self, *args, **kwargs):
        return self._either("add", *args, **kwargs)

    def get(self, *args, **kwargs):
        return self._either("get", *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._either("set", *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._either("touch", *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._either("delete", *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._either("get_many", *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._either("has_key", *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._either("incr", *args, **kwargs)

    def set_many(self, *args, **kwargs):
        return self._either("set_many", *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._either("delete_many", *args, **kwargs)

    def clear(self):
        self._memory.clear()
        return self._either("clear")
