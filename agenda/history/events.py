"""What can happen to the common work, and what an event of it holds. A kind is never renamed."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, TypeAlias

from django.db import models
from django.utils.translation import gettext_lazy as _

Plain: TypeAlias = str | int | bool | list[Any] | None
SCHEMA = 1


class Kind(models.TextChoices):
    """The kinds of all rooms; the word before the dot is the room."""

    ITEM_CREATED = "work.item_created", _("put on the agenda")
    ITEM_CHANGED = "work.item_changed", _("changed")
    CONTRIBUTION_CHANGED = "work.contribution_changed", _("contribution changed")
    REPORTED = "work.reported", _("progress reported")


@dataclass
class Payload:
    """Values by field, before and after, and what was said with it. The payload of every kind; schema 1.

    A field of a part has the part's address before it: "cubiss/status". A field that is in `after` alone is new.
    Dates are written as 2026-11-24, organisations as their slug, goals as their code.
    """

    before: dict[str, Plain] = field(default_factory=dict)
    after: dict[str, Plain] = field(default_factory=dict)
    text: str = ""

    def as_json(self) -> dict[str, object]:
        """Return it as it is stored."""
        return asdict(self)

    @property
    def changed(self) -> list[str]:
        """The fields whose value became another one; in no order, for the database keeps none."""
        return [name for name in self.after if self.before.get(name) != self.after[name]]


def plain(value: object) -> Plain:
    """Return a value as an event keeps it. Raises TypeError for what has no plain form."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return sorted((plain(one) for one in value), key=str)
    for name in ("slug", "code"):
        if hasattr(value, name):
            return getattr(value, name)
    raise TypeError(f"an event cannot keep {type(value).__name__}")
