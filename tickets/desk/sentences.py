"""What an event changed, in words: from what to what, by the names that the reader knows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agenda.categories.models import Category
from tenants.models import Library, Location, Organisation, Person
from tenants.web.moments import day
from tickets.desk.models import Ticket
from tickets.events import Changes

NAMED_BY = {
    **{"category": Category, "library": Library, "locations": Location, "partner": Organisation},
    **{"assignee": Person, "reporter": Person},
}
Names = dict[type, dict[int, str]]


def names_in(changed: Iterable[Changes], people: Iterable[int | None] = ()) -> Names:
    """Return the names of what these changes speak of, and of `people`; one query for each table that is named."""
    wanted: dict[Any, set[int]] = {Person: {key for key in people if key}}
    for one in changed:
        for name in NAMED_BY.keys() & one.keys():
            keys = {key for value in one[name] for key in (value if isinstance(value, list) else [value]) if key}
            wanted.setdefault(NAMED_BY[name], set()).update(keys)
    return {
        model: {row.pk: row.name for row in model.objects.filter(pk__in=keys)} if keys else {}
        for model, keys in wanted.items()
    }


def sentences(changed: Changes, names: Names) -> tuple[str, ...]:
    """Return a sentence for each field that changed."""
    return tuple(_sentence(name, *pair, names) for name, pair in changed.items())


def _sentence(name: str, before: Any, after: Any, names: Names) -> str:
    field = capfirst(str(Ticket._meta.get_field(name).verbose_name))
    words = {"field": field, "before": _shown(name, before, names), "after": _shown(name, after, names)}
    if not words["before"]:
        return _("%(field)s: “%(after)s”") % words
    if not words["after"]:
        return _("%(field)s: no longer “%(before)s”") % words
    return _("%(field)s: from “%(before)s” to “%(after)s”") % words


def _shown(name: str, value: Any, names: Names) -> str:
    """Return a value as history keeps it (a key, a choice, a day as ISO, text) in words; nothing for nothing."""
    if value in (None, "", []):
        return ""
    if name in NAMED_BY:
        keys = value if isinstance(value, list) else [value]
        return ", ".join(names[NAMED_BY[name]].get(key, "–") for key in keys)
    if name == "planned_until":
        return day(date.fromisoformat(value))
    return str(dict(Ticket._meta.get_field(name).flatchoices).get(value, value))
