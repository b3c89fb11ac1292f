"""What a verb refuses. Each refusal becomes a status in one place: for pages a decorator, for the API its handler."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


class NotAllowed(PermissionDenied):
    """This actor may not do this (403)."""


class Conflict(Exception):
    """What was asked does not fit what is there now (409): changed meanwhile, or no such step from here.

    `fields` are the names of what changed since the version that the actor saw, and `version` is the one to see now;
    empty where the state refuses.
    """

    def __init__(self, detail: str = "", fields: list[str] | None = None, version: int | None = None):
        super().__init__(detail)
        self.detail = detail
        self.fields = fields or []
        self.version = version


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
