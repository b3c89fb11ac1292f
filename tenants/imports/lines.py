"""What becomes of one line: the verbs that it asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.entered import Entered
from tenants.imports.reading import Line
from tenants.imports.sheets import NOUN_OF, Known, meant
from tenants.libraries.actions import enter_library, enter_location, enter_platform, merge_library
from tenants.libraries.identify import give_isil, give_platform_code
from tenants.models import Library
from tenants.organisations.entering import change_organisation, enter_province


@dataclass
class Taken:
    """A line that was taken in: which row it is about, whether that was made, and what changed of it."""

    sheet: str
    line: int
    slug: str
    made: bool
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    successor: str = ""
    until_on: date | None = None

    @property
    def outcome(self) -> str:
        """made, changed or left."""
        return "made" if self.made else "changed" if self.changes else "left"


def take(sheet: str, line: Line, known: Known, by: Actor) -> Taken:
    """Do what a line says, but for a merger: what it merges into may be made further on. See `take_merger`.

    Raises ValidationError by column, and Conflict.
    """
    values = meant(sheet, line.cells, known)
    slug, isil, code = values.pop("slug"), values.pop("isil", ""), values.pop("platform_code", "")
    merger = {}
    if values.get("successor"):
        merger = {"successor": values.pop("successor"), "until_on": values.pop("until_on", None)}
    done = _enter(sheet, slug, values, known, by)
    known.rows[NOUN_OF[sheet]][slug] = done.row
    taken = Taken(sheet, line.number, slug, done.made, dict(done.changes), **merger)
    if isil:
        with _column("isil"):
            if give_isil(value=isil, to=done.row, by=by) and not done.made:
                taken.changes["isil"] = ("", done.row.isil.value)
    if code:
        with _column("platform_code"):
            changed = give_platform_code(code=code, to=done.row, by=by)
            if changed and not done.made:
                taken.changes["platform_code"] = changed
    return taken


def _enter(sheet: str, slug: str, values: dict[str, Any], known: Known, by: Actor) -> Entered[Any]:
    if sheet == "organisations":
        with _column("slug"):
            organisation = known.find("organisation", slug)
        return change_organisation(organisation=organisation, changes=values, by=by)
    if sheet == "provinces":
        return enter_province(slug=slug, organisations=values.pop("organisations", None), changes=values, by=by)
    if sheet == "platforms":
        return enter_platform(slug=slug, organisations=values.pop("organisations", None), changes=values, by=by)
    if sheet == "libraries":
        return enter_library(slug=slug, changes=values, by=by)
    _follow_merger(slug, values, known)
    return enter_location(slug=slug, changes=values, by=by)


def _follow_merger(slug: str, values: dict[str, Any], known: Known) -> None:
    """Leave a location where it went in a merger, when its line still names the library that it came from."""
    location, named = known.rows["location"].get(slug), values.get("library")
    if location is not None and named is not None and named.living.pk == location.library_id:
        values["library"] = named.living


def take_merger(taken: Taken, known: Known, by: Actor) -> None:
    """Merge the library of a line into the successor that it names. Raises ValidationError by column."""
    library: Library = known.rows["library"][taken.slug]
    until_on = taken.until_on or library.until_on
    if until_on is None:
        raise ValidationError({"until_on": _("Say which day was its last.")})
    with _column("successor"):
        into = known.find("library", taken.successor)
    done = merge_library(library=library, into=into, until_on=until_on, by=by)
    known.rows["library"][taken.slug] = done.row
    for location in known.rows["location"].values():
        if location.library_id == library.pk:
            location.refresh_from_db(fields=["library"])
    if not taken.made:
        taken.changes |= done.changes


@contextmanager
def _column(name: str) -> Iterator[None]:
    """Say of which column a refusal is."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from None
