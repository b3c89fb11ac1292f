"""Beat that forgets nothing: what could not be sent is sent when the broker is back, what was missed after a start."""

import logging
import time
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError

from config.running.processes import show_alive
from tenants.signs.actions import BEAT, Pulse

log = logging.getLogger("samenbeheer.beat")
AGAIN_AFTER = 5.0


class Scheduler(PersistentScheduler):
    """Celery's scheduler with its file (`CELERY_BEAT_SCHEDULE_FILENAME`), that gives a sign of life.

    Celery's own takes a task for done that it could not send: a broker away at ten past three cost that night's work.
    """

    producer = None  # Celery's waits for the broker for good: here each task asks for a connection, and may fail

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._pulse = Pulse(BEAT)
        self._again_at = 0.0
        self._failing = False
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        Path(self.schedule_filename).parent.mkdir(parents=True, exist_ok=True)
        super().setup_schedule()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, one at a time; return the seconds until it wants to be asked again."""
        self._pulse.beat()
        show_alive()
        wait = self._again_at - time.monotonic()
        return wait if wait > 0 else super().tick(*args, **kwargs)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send a task; when that fails, `entry` is due as it was, in five seconds."""
        try:
            self.apply_async(entry, advance=False)
        except SchedulingError as error:
            self.schedule[entry.name] = entry
            self._heap = None  # made anew of what is due now
            self._again_at = time.monotonic() + AGAIN_AFTER
            if not self._failing:
                log.warning("broker away (%s), %s waits for it", type(error.__cause__).__name__, entry.name)
            self._failing = True
        else:
            self._failing = False
