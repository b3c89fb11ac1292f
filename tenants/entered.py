"""Entering what the network is made of: making a row or changing it, and what that came to."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from tenants.refusals import Conflict

Row = TypeVar("Row", bound=Model)
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")


@dataclass
class Entered(Generic[Row]):
    """What became of what was asked: the row, whether it was made, what changed of it (before and after, in words)."""

    row: Row
    made: bool = False
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def set_of(self, name: str, rows: Collection[Model]) -> None:
        """Let the many-to-many field `name` hold `rows`."""
        many = getattr(self.row, name)
        before, after = set(many.all()), set(rows)
        if before != after:
            many.set(after)
            if not self.made:
                self.changes[name] = (_listed(before), _listed(after))


def refuse_slug(slug: str) -> None:
    """Raise ValidationError for what is no short name: 1 to 50 lower-case letters, digits and, between them, dashes."""
    if not SLUG.fullmatch(slug):
        raise ValidationError({"slug": _("Use 1 to 50 lower-case letters, digits and, between them, dashes.")})


def entered(row: Row, wanted: Mapping[str, Any], *, needed: Collection[str] = ()) -> Entered[Row]:
    """Save `row` with the values that are `wanted`, where they differ; what is not named stays.

    Raises ValidationError by field, all at once: for what is not valid, and for what is `needed` to make a row and was
    not given; Conflict when somebody made the same one meanwhile. Inside a transaction, with the row locked.
    """
    made = row.pk is None
    missing = {name: _("This is needed to make it.") for name in needed if made and not wanted.get(name)}
    if missing:
        raise ValidationError(missing)
    changes = {}
    for name, value in wanted.items():
        before = None if made else getattr(row, name)
        if before != value:
            changes[name] = (as_words(before), as_words(value))
            setattr(row, name, value)
    if made or changes:
        _refuse_invalid(row)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict(_("Somebody changed the same thing meanwhile.")) from error
    return Entered(row, made, {} if made else changes)


def as_words(value: object) -> str:
    """Return how a value is told: rows by their short name, days as 2026-12-31, nothing as nothing."""
    if isinstance(value, Model):
        return str(getattr(value, "slug", value))
    return "" if value is None else str(value)


def _listed(rows: Collection[Model]) -> str:
    return " ".join(sorted(as_words(one) for one in rows))


def _refuse_invalid(row: Model) -> None:
    errors: dict[str, Any] = {}
    relations = [one.name for one in row._meta.fields if one.is_relation]
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        errors = dict(error.message_dict)
    name = getattr(row, "name", "")
    if name and not (name.isprintable() and name.strip()):
        errors["name"] = _("Give a name of one line.")
    begin, end = getattr(row, "from_on", None), getattr(row, "until_on", None)
    if begin and end and end < begin:
        errors["until_on"] = _("This is before the day on which it begins.")
    if errors:
        raise ValidationError(errors)
