"""What a verb refuses. Each refusal becomes a status in one place: for pages a decorator, for the API its handler."""

from django.core.exceptions import PermissionDenied


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
