"""What a verb of the common work refuses, beside NotAllowed and ValidationError."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tenants.refusals import Conflict


@dataclass(frozen=True)
class Clash:
    """One field that a colleague changed since the version that was seen, and that is now asked to be something else.

    `now` is the plain value that it has, set by `who` at `at`.
    """

    name: str
    now: object
    who: str
    at: datetime


class Stale(Conflict):
    """Somebody changed the same fields since the version that was seen.

    `clashes` has them; `moved` the names of other fields that changed since and were left as they had been seen.
    """

    def __init__(self, clashes: list[Clash], moved: Collection[str], version: int):
        super().__init__(_("Somebody changed the same thing meanwhile."), [one.name for one in clashes], version)
        self.clashes = clashes
        self.moved = moved
