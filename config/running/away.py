"""Is it the database that is away, and not our fault? Then it is 503, try again soon, and no traceback."""

import logging
import threading
import time

from django.db import InterfaceError, OperationalError

log = logging.getLogger("samenbeheer.database")
SECONDS_UNTIL_RETRY = 30
# It is being stopped, crashed, is starting, has no room for another connection; and class 08, the connection itself.
AWAY = ("57P01", "57P02", "57P03", "53300", "08")
SAID_EVERY = 60.0


def is_away(error: BaseException | None) -> bool:
    """Is `error` what a request meets when the database cannot be reached, or went away under it?

    A question that took too long, or two that waited for each other, is none: the server is there.
    """
    if isinstance(error, InterfaceError):
        return "connection" in str(error)
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "pgcode", None)
    return code is None or code.startswith(AWAY)


class Said:
    """Says something once a minute at most, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def say(self, error: BaseException) -> None:
        """Write one line to the log, unless that was done within the minute; never what the server said."""
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + SAID_EVERY
        log.error("database away (%s); what asks for it is refused until it is back", type(error).__name__)


said = Said()


class WithoutTraceback(logging.Filter):
    """For the log of requests and tasks: of a database that is away a line a minute, no traceback for each."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is written."""
        error = record.exc_info[1] if record.exc_info else None
        if not is_away(error):
            return True
        said.say(error)
        return False
