"""Questions about what happened to the common work."""

from django.db.models import QuerySet

from agenda.history.events import Plain
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
