"""What can happen to a ticket: the kinds of events, what each carries, and who listens.

Kinds are never renamed: they stand in history, in exports and in the API.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.states import FACT_NAMES, OPEN_STATES, State


class Kind(models.TextChoices):
    """What happened."""

    CREATED = "created", _("filed")
    ANSWERED = "answered", _("answered")
    NOTED = "noted", _("noted")
    STATE_CHANGED = "state_changed", _("state changed")
    EDITED = "edited", _("changed")
    ASSIGNED = "assigned", _("assigned")
    PICKED_UP = "picked_up", _("picked up")
    GRANTED = "granted", _("opened to a colleague elsewhere")
    GRANT_ENDED = "grant_ended", _("closed to a colleague elsewhere")


# The fields that `edit` changes, and nothing else does.
EDITABLE = ("type", "subject", "category", "library", "locations", "reporter", "urgency", "impact", "assignee")

# What goes with a state: its fact, who has the ticket then, and what it was about.
STEP = frozenset({"state", "assignee", "category", *FACT_NAMES})

# Values before and after, by field: keys of rows, values of choices, or text.
Changes = dict[str, list[Any]]


@dataclass(frozen=True)
class Payload:
    """What an event of some kind carries, as it is kept; `schema` is the version of its form.

    Raises ValueError for a change of a field that this kind of event does not change.
    """

    schema: ClassVar[int] = 1
    fields: ClassVar[frozenset[str]] = frozenset()
    changes: Changes = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = set(self.changes) - self.fields
        if wrong:
            raise ValueError(f"{type(self).__name__} does not change {', '.join(sorted(wrong))}")

    def kept(self) -> dict[str, Any]:
        """Return it as plain values for the database."""
        return {name: value for name, value in vars(self).items() if value not in (None, {})}


@dataclass(frozen=True)
class Created(Payload):
    """A ticket was filed."""


@dataclass(frozen=True)
class Answered(Payload):
    """Something was said that the library reads; the state may follow, and who answers first has the ticket."""

    fields = STEP


@dataclass(frozen=True)
class Noted(Payload):
    """Something was said that the library does not read."""


@dataclass(frozen=True)
class StateChanged(Payload):
    """The ticket went to another state, or its fact changed; who resolves has the ticket."""

    fields = STEP


@dataclass(frozen=True)
class Edited(Payload):
    """Fields were changed; the priority follows urgency and impact, or a warning (by key) raised it."""

    fields = frozenset({*EDITABLE, "priority"})
    warning: int | None = None


@dataclass(frozen=True)
class Assigned(Payload):
    """Somebody was made assignee, or nobody; perhaps by a warning (by key)."""

    fields = frozenset({"assignee"})
    warning: int | None = None


@dataclass(frozen=True)
class PickedUp(Payload):
    """Somebody took it themselves; a new ticket then becomes open."""

    fields = frozenset({"assignee", "state"})


@dataclass(frozen=True)
class Granted(Payload):
    """A colleague elsewhere (by key) may see the ticket, until and including a day (ISO)."""

    person: int | None = None
    until_on: str | None = None


@dataclass(frozen=True)
class GrantEnded(Payload):
    """A colleague elsewhere (by key) may no longer see the ticket."""

    person: int | None = None


def is_withdrawal(changes: Changes) -> bool:
    """Say these changes that an open ticket was closed: whoever reported it needs it no more."""
    before, after = changes.get("state", ("", ""))
    return before in OPEN_STATES and after == State.CLOSED


PAYLOADS: dict[str, type[Payload]] = {
    Kind.CREATED: Created,
    Kind.ANSWERED: Answered,
    Kind.NOTED: Noted,
    Kind.STATE_CHANGED: StateChanged,
    Kind.EDITED: Edited,
    Kind.ASSIGNED: Assigned,
    Kind.PICKED_UP: PickedUp,
    Kind.GRANTED: Granted,
    Kind.GRANT_ENDED: GrantEnded,
}

# Which tasks hear of a kind of event a moment later, each by a row of its own in the outbox.
NOTICES = "tickets.notices"
TOPICS: dict[str, tuple[str, ...]] = {
    Kind.CREATED: (NOTICES,),
    Kind.ANSWERED: (NOTICES,),
    Kind.STATE_CHANGED: (NOTICES,),
    Kind.EDITED: (NOTICES,),
    Kind.ASSIGNED: (NOTICES,),
    Kind.GRANTED: (NOTICES,),
}
