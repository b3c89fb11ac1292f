"""Races whose order is forced: one connection holds, the other is seen to wait, then the first one goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


class Work:
    """Work in a thread of its own, with a connection of its own; `result()` gives back what it returned or raised."""

    def __init__(self, work: Callable[[], Any]):
        self.value: Any = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=[work])
        self.thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            self.value = work()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def result(self) -> Any:
        """Return what came of it; raises what it raised."""
        self.thread.join(30)
        assert not self.thread.is_alive()
        if self.error is not None:
            raise self.error
        return self.value


@contextmanager
def held(work: Callable[[], Any], *, rollback: bool = False) -> Iterator[None]:
    """Do `work` in a transaction of a second connection, which ends only after the block."""
    done, go, errors = threading.Event(), threading.Event(), []

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                done.set()
                assert go.wait(30)
                if rollback:
                    transaction.set_rollback(True)
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert done.wait(10)
    try:
        yield
    finally:
        go.set()
        thread.join(30)
    assert errors == []


def until_one_waits() -> None:
    """Return once a connection to this database waits for a lock; fails after ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
