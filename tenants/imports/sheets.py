"""The files of a network, in the order in which they are taken, and what a cell of each column means."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import COMMON_SCHEMA, Library, Location, Organisation, Platform, Province

EMPTIED = "-"
EMPTY: dict[str, Any] = {"kvk": "", "product_version": "", "until_on": None, "organisations": []}

KINDS = {
    "vestiging": Location.Kind.BRANCH,
    "servicepunt": Location.Kind.SERVICE_POINT,
    "bushalte": Location.Kind.BUS_STOP,
    "school": Location.Kind.SCHOOL,
    "zelfbediening": Location.Kind.SELF_SERVICE,
}
LEVELS = {"klein": Location.Level.SMALL, "middel": Location.Level.MEDIUM, "groot": Location.Level.LARGE}


NOUNS = {
    "organisation": gettext_lazy("organisation"),
    "province": gettext_lazy("province"),
    "platform": gettext_lazy("library system"),
    "library": gettext_lazy("library"),
}


class Known:
    """What is there already or was made on an earlier line, by short name; and what was refused on an earlier line."""

    def __init__(self) -> None:
        organisations = Organisation.objects.exclude(schema_name=COMMON_SCHEMA)
        self.rows: dict[str, dict[str, Any]] = {
            "organisation": {one.slug: one for one in organisations},
            "province": _by_slug(Province),
            "platform": _by_slug(Platform),
            "library": {one.slug: one for one in Library.objects.select_related("organisation", "platform")},
            "location": _by_slug(Location),
        }
        self.refused: dict[tuple[str, str], str] = {}

    def find(self, noun: str, slug: str) -> Any:
        """Return the row. Raises ValidationError when there is none, or none yet because its own line is refused."""
        if (noun, slug) in self.refused:
            raise ValidationError(_("This waits for %(place)s.") % {"place": self.refused[noun, slug]})
        if slug not in self.rows[noun]:
            raise ValidationError(_("There is no %(noun)s “%(slug)s”.") % {"noun": NOUNS[noun], "slug": slug})
        return self.rows[noun][slug]


def _by_slug(model: type[Model]) -> dict[str, Any]:
    return {one.slug: one for one in model._default_manager.all()}  # type: ignore[attr-defined]


Meaning = Callable[[str, Known], Any]


def text(cell: str, known: Known) -> str:
    """A cell that is taken as it is."""
    return cell


def day(cell: str, known: Known) -> date:
    """A day, as 2026-12-31 or 31-12-2026."""
    for form in ("%Y-%m-%d", "%d-%m-%Y"):
        try:
            return datetime.strptime(cell, form).date()
        except ValueError:
            continue
    raise ValidationError(_("Write a day as 2026-12-31 or 31-12-2026."))


def _one_of(words: dict[str, Any]) -> Meaning:
    choices = {**words, **{value.value: value for value in words.values()}}

    def meaning(cell: str, known: Known) -> str:
        if cell.lower() not in choices:
            raise ValidationError(_("Use one of: %(words)s.") % {"words": ", ".join(sorted(choices))})
        return choices[cell.lower()].value

    return meaning


def _one(noun: str) -> Meaning:
    return lambda cell, known: known.find(noun, cell)


def _some(noun: str) -> Meaning:
    return lambda cell, known: [known.find(noun, one) for one in cell.replace(",", " ").split()]


_PERIOD: dict[str, Meaning] = {"from_on": day, "until_on": day}

# File -> column -> meaning.
SHEETS: dict[str, dict[str, Meaning]] = {
    "organisations": {"slug": text, "name": text, "kvk": text, "isil": text},
    "provinces": {"slug": text, "name": text, "organisations": _some("organisation")},
    "platforms": {
        "slug": text,
        "name": text,
        "product": text,
        "product_version": text,
        "supplier": text,
        "organisations": _some("organisation"),
        **_PERIOD,
    },
    "libraries": {
        "slug": text,
        "name": text,
        "organisation": _one("organisation"),
        "province": _one("province"),
        "platform": _one("platform"),
        "isil": text,
        "kvk": text,
        "platform_code": text,
        **_PERIOD,
        "successor": text,
    },
    "locations": {
        "slug": text,
        "name": text,
        "library": _one("library"),
        "kind": _one_of(KINDS),
        "level": _one_of(LEVELS),
        "isil": text,
        "platform_code": text,
        **_PERIOD,
    },
}
NOUN_OF = {
    "organisations": "organisation",
    "provinces": "province",
    "platforms": "platform",
    "libraries": "library",
    "locations": "location",
}


def meant(sheet: str, cells: dict[str, str], known: Known) -> dict[str, Any]:
    """Return what the cells of a line mean, without those that say nothing. Raises ValidationError by column.

    A `-` empties what may be empty.
    """
    values, errors = {}, {}
    for column, cell in cells.items():
        try:
            if cell == EMPTIED and column in EMPTY:
                values[column] = EMPTY[column]
            elif cell:
                values[column] = SHEETS[sheet][column](cell, known)
        except ValidationError as error:
            errors[column] = error.messages
    if errors:
        raise ValidationError(errors)
    return values
