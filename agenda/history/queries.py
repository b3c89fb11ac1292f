"""Questions about what happened to the common work."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import F, QuerySet

from agenda.history.events import Kind, Plain
from agenda.history.models import Event


def events_of(address: str) -> QuerySet[Event]:
    """Return what happened to the thing at `address`, the last first, with who did it."""
    return Event.objects.filter(object=address).select_related("actor", "on_behalf_of").order_by("-version")


def changed_since(address: str, version: int) -> dict[str, tuple[Plain, Event]]:
    """Return the fields that changed after `version`: their value at that version, and the last event that set them."""
    found: dict[str, tuple[Plain, Event]] = {}
    for event in events_of(address).filter(version__gt=version).order_by("version"):
        payload = event.payload
        for name in payload.changed:
            seen = found[name][0] if name in found else payload.before.get(name)
            found[name] = (seen, event)
    return found


def said_last(addresses: Iterable[str], kind: Kind, before: datetime) -> dict[str, tuple[str, datetime]]:
    """Return what the last event of this kind said of each thing before a moment, and when it was; one query."""
    events = Event.objects.filter(object__in=list(addresses), kind=kind, at__lt=before)
    last = events.order_by("object", "-version").distinct("object")
    return {address: (text, at) for address, text, at in last.values_list("object", "data__text", "at")}


def set_last(address: str, field: str, before: datetime) -> datetime | None:
    """Return when a field of the thing last became another value before a moment; one query."""
    events = Event.objects.filter(object=address, at__lt=before, data__after__has_key=field)
    changed = events.exclude(**{f"data__before__{field}": F(f"data__after__{field}")})
    return changed.order_by("-version").values_list("at", flat=True).first()


VALUES = """
SELECT DISTINCT ON (object, name) object, name, value
  FROM agenda_event, jsonb_each(data -> 'after') AS field (name, value)
 WHERE at < %s AND object LIKE %s
 ORDER BY object, name, version DESC
"""


def values_at(letter: str, moment: datetime) -> dict[str, dict[str, Plain]]:
    """Return the values, by field, that everything of a room (the letter of its addresses) had at a moment; one query.

    What was not there yet is not in it; nor is a field that was never recorded.
    """
    found: dict[str, dict[str, Plain]] = {}
    with connection.cursor() as cursor:
        cursor.execute(VALUES, [moment, f"{letter}%"])
        for address, name, value in cursor.fetchall():
            found.setdefault(address, {})[name] = json.loads(value)
    return found
