"""The one way in which the common work changes: lock, refuse, change, one event, the next version, a line of audit."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Generic, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from agenda.history.events import Kind, Payload, plain
from agenda.history.models import Event, Recorded
from agenda.history.queries import changed_since
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import Organisation
from tenants.refusals import Clash, NotAllowed, Stale

Row = TypeVar("Row", bound=Recorded)


class Change(Generic[Row]):
    """A change under way: `row` is locked; what is set through here is recorded on leaving the block."""

    def __init__(self, row: Row):
        self.row = row
        self.payload = Payload()
        self.on_behalf_of: Organisation | None = None

    def say(self, text: str) -> None:
        """Keep what the actor said with it."""
        self.payload.text = text

    def set(self, **values: object) -> None:
        """Set fields of the row; recorded also where the value stays the same."""
        for name, value in values.items():
            self.note(name, getattr(self.row, name), value)
            setattr(self.row, name, value)

    def note(self, name: str, before: object, after: object) -> None:
        """Record values that are no field of the row itself, such as those of a part."""
        self.payload.before[name] = plain(before)
        self.payload.after[name] = plain(after)

    def asked(self, values: dict[str, object], now: dict[str, object], base_version: int | None) -> dict[str, object]:
        """Return those of `values` that differ from `now` and that the actor really changed.

        A field that has moved since `base_version` and comes back as it was seen then, was not touched: it stays as
        it is. One that comes back as something else clashes: raises Stale with all that clash. None sees no version.
        """
        values = {name: value for name, value in values.items() if plain(value) != plain(now[name])}
        if base_version is None:
            return values
        known = 0 < base_version <= self.row.version
        since = changed_since(self.row.address, base_version if known else 0)
        moved = {name for name in values if known and name in since and plain(values[name]) == since[name][0]}
        self._refuse({name: now[name] for name in values if name not in moved and name in since}, since, moved)
        return {name: value for name, value in values.items() if name not in moved}

    def refuse_stale(self, values: dict[str, object], base_version: int | None) -> None:
        """Raise Stale when a field of the row that is to become something else, has moved since `base_version`."""
        if base_version is not None:
            since = changed_since(self.row.address, base_version if base_version <= self.row.version else 0)
            now = {name: getattr(self.row, name) for name in values}
            self._refuse(
                {name: now[name] for name in values if name in since and plain(values[name]) != plain(now[name])},
                since,
                (),
            )

    def _refuse(self, clashing: dict[str, object], since: dict, moved: Collection[str]) -> None:
        if clashing:
            events = {name: since[name][1] for name in clashing}
            clashes = [Clash(name, plain(now), events[name].who, events[name].at) for name, now in clashing.items()]
            raise Stale(clashes, moved, self.row.version)


@contextmanager
def changing(
    row: Row, kind: Kind, *, by: Actor, allow: Callable[[Row, Actor], bool], at: datetime | None = None
) -> Iterator[Change[Row]]:
    """Lock `row` and change it in the block, in one transaction; a row that is not saved yet is made.

    On leaving: one event with the values before and after, the next version, and a line of audit; nothing at all when
    nothing was recorded. Raises NotAllowed where `allow` (asked with the locked row) says no.
    """
    with transaction.atomic():
        if row.pk is not None:
            row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
        if not allow(row, by):
            raise NotAllowed(kind)
        change = Change(row)
        yield change
        if change.payload.after:
            _finish(change, kind, by, at or timezone.now())


def _finish(change: Change, kind: Kind, by: Actor, at: datetime) -> None:
    row = change.row
    row.version += 1
    row.save()
    Event.objects.create(
        kind=kind,
        object=row.address,
        version=row.version,
        data=change.payload.as_json(),
        actor=by.person,
        system_actor=by.system,
        on_behalf_of=change.on_behalf_of,
        channel=by.channel,
        at=at,
    )
    record(
        action=f"agenda.{kind.value.partition('.')[2]}",
        by=by,
        organisation=change.on_behalf_of,
        object=row.address,
        version=row.version,
        fields=change.payload.changed,
    )


def next_number(letter: str) -> int:
    """Return the next number of a room; others wait for it until this transaction ends, so none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agenda_numbering (letter, last) VALUES (%s, 1)"
            " ON CONFLICT (letter) DO UPDATE SET last = agenda_numbering.last + 1 RETURNING last",
            [letter],
        )
        return cursor.fetchone()[0]
