"""What changed on a ticket since the version that somebody saw, as its events tell."""

from collections.abc import Iterable
from typing import Any

from tenants.actor import Actor
from tickets.access import PUBLIC_FIELDS
from tickets.desk.models import Ticket
from tickets.events import EDITABLE
from tickets.refusals import Stale
from tickets.valid import keys_of


def refuse_stale(ticket: Ticket, names: Iterable[str], base_version: int | None, by: Actor) -> None:
    """Raise Stale when one of the fields `names` changed since the version that `by` saw (None: not asked).

    A library's versions count only what it was told, so work inside never makes it stale.
    """
    if base_version is None:
        return
    clash = sorted(set(names) & changed_since(ticket, base_version, told=not by.is_staff))
    if clash:
        raise Stale(ticket, clash, ticket.version if by.is_staff else ticket.told_version)


def changed_since(ticket: Ticket, version: int, *, told: bool = False) -> set[str]:
    """Return the fields that changed after `version` (with `told`: of those a library is told, in its own count).

    All of them when there never was such a version. What follows from others, such as the priority, is none of them:
    it is made anew of what is there.
    """
    if version < 1 or version > (ticket.told_version if told else ticket.version):
        return {*EDITABLE, "state"}
    since = {"told_version__gt": version} if told else {"ticket_version__gt": version}
    payloads = ticket.events.filter(**since).values_list("payload", flat=True)
    found = {name for payload in payloads for name in payload.get("changes", {})}
    return found & (PUBLIC_FIELDS if told else {*EDITABLE, "state"})


def values_at(ticket: Ticket, version: int) -> dict[str, Any]:
    """Return what the fields that changed after `version` held then, as history keeps it."""
    found: dict[str, Any] = {}
    later = ticket.events.filter(ticket_version__gt=version).order_by("ticket_version", "pk")
    for payload in later.values_list("payload", flat=True):
        for name, (before, _after) in payload.get("changes", {}).items():
            found.setdefault(name, before)
    return found


def plain(ticket: Ticket, name: str) -> Any:
    """Return the value of a field of `ticket` as history keeps it: rows by their keys."""
    if name == "locations":
        return keys_of(ticket.locations.all())
    return getattr(ticket, f"{name}_id" if name in ("category", "library", "assignee", "reporter") else name)


def plain_value(value: Any) -> Any:
    """Return a value that was given as history keeps it: rows by their keys."""
    if isinstance(value, (list, tuple)) or hasattr(value, "values_list"):
        return keys_of(value)
    return getattr(value, "pk", value)


def kept_value(value: Any) -> Any:
    """Return a fact as history keeps it: a day as ISO, an organisation by its key."""
    return value.isoformat() if hasattr(value, "isoformat") else plain_value(value)
