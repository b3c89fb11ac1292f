"""Nudges go to the broker by a thread of their own: no request waits for it, and none is lost that the sweep misses."""

import atexit
import logging
import os
import queue
import threading
from contextlib import suppress

from celery import current_app

log = logging.getLogger("samenbeheer.outbox")
MOST = 10_000  # that wait; what is beyond is left to the sweep
SECONDS_TO_LEAVE = 2


class Sender:
    """Sends one after another what was put in, in the process that made it."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.waiting: queue.Queue[tuple[str, list[str]]] = queue.Queue(MOST)
        threading.Thread(target=self._run, daemon=True, name="nudges").start()

    def _run(self) -> None:
        while True:
            topic, arguments = self.waiting.get()
            try:
                current_app.send_task(topic, args=arguments, retry=False)
            except Exception as error:
                log.warning("broker away, the sweep will find it: %s %s", topic, type(error).__name__)
            finally:
                self.waiting.task_done()


_sender: Sender | None = None
_making = threading.Lock()


def send(topic: str, arguments: list[str]) -> None:
    """Have the task `topic` asked for, soon and at most once."""
    global _sender
    with _making:
        if _sender is None or _sender.process != os.getpid():  # a thread does not come along into a fork
            _sender = Sender()
    with suppress(queue.Full):
        _sender.waiting.put_nowait((topic, arguments))


def wait(seconds: float = SECONDS_TO_LEAVE) -> bool:
    """Wait until all are sent, at most so long; return whether they were."""
    if _sender is None or _sender.process != os.getpid():
        return True
    waiting = _sender.waiting
    with waiting.all_tasks_done:
        return waiting.all_tasks_done.wait_for(lambda: not waiting.unfinished_tasks, seconds)


atexit.register(wait)  # a command ends right after its change
