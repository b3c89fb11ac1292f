"""A sign of life, once a minute at most: one row, one statement."""

import time
from datetime import datetime

from django.db import Error, connection
from django.utils import timezone

BEAT = "beat"
WORKERS = {"samenbeheer": "worker", "mail": "mail"}  # by the queue they take from
SIGN = (
    "INSERT INTO public.tenants_signoflife (name, at) VALUES (%s, %s)"
    " ON CONFLICT (name) DO UPDATE SET at = greatest(tenants_signoflife.at, excluded.at)"
)


def sign(*, name: str, at: datetime | None = None) -> None:
    """Write that `name` lives, now or at `at`, in whatever schema the caller is."""
    with connection.cursor() as cursor:
        cursor.execute(SIGN, [name, at or timezone.now()])


class Pulse:
    """Signs for one name from a process that lives long: every minute, and sooner again when the database was away."""

    EVERY = 60.0
    AGAIN_AFTER = 5.0

    def __init__(self, name: str):
        self.name = name
        self._next = 0.0

    def beat(self) -> None:
        """Sign when it is time to. Never raises for the database: that is not what this process is for."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + self.EVERY
        try:
            sign(name=self.name)
        except Error:
            self._next = now + self.AGAIN_AFTER
            connection.close()
