"""What a valid ticket is. Asked in the change itself: mail, rules, bulk and import pass no form."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.access import staff_of, standing
from tenants.context import current_organisation
from tenants.dated import Dated
from tenants.models import Library, Location, Person
from tickets.states import FACTS, Impact, Type, Urgency

SUBJECT_MAX = 150  # of one that is written now; what was longer before stays as it is
SUBJECT_KEPT = 400  # what the database holds
BODY_MAX = 20000
TEXTS = {"subject": SUBJECT_MAX, "body": BODY_MAX}
FACT_MAX = {"supplier": 120, "supplier_number": 60, "asked": 400}
# The sentence for a fact that lacks.
ASKS = {
    "planned_until": lambda: _("Choose until when it is planned."),
    "supplier": lambda: _("Name the supplier we are waiting for."),
    "partner": lambda: _("Choose the organisation we are waiting for."),
    "asked": lambda: _("Write in a sentence what the reporter is asked."),
}
CHOICES = {"type": Type, "urgency": Urgency, "impact": Impact}


def errors_in(
    values: dict[str, Any], *, library: Library | None, day: date, reporter: Person | None = None
) -> dict[str, str]:
    """Return what is wrong with `values`, the fields that are set now, by field and all at once.

    `library` is the ticket's library and `reporter` its reporter, with these values in it (a library that is not known
    is not looked at); `day` is a date in Europe/Amsterdam. What was valid once and is not set now stays: a category
    that has ended does not stop a change of the subject.
    """
    errors: dict[str, str] = {}
    for name, choices in CHOICES.items():
        if name in values and values[name] not in choices.values:
            errors[name] = _("This value cannot be used.")
    for name, most in TEXTS.items():
        if name in values:
            errors |= _text(name, values[name], most)
    if isinstance(values.get("subject"), str) and len(values["subject"]) > SUBJECT_MAX:
        errors["subject"] = _("Say it shorter, in at most %(most)s characters; the rest can stand in the text.") % {
            "most": SUBJECT_MAX
        }
    if values.get("category") and not _in_force(values["category"], day):
        errors["category"] = _("Choose a subject that is in use.")
    if values.get("assignee") and not staff_of(current_organisation(), day).filter(pk=values["assignee"].pk).exists():
        errors["assignee"] = _("This is no member of staff here.")
    if library is None:
        return errors
    if "library" in values and not (library.organisation_id == current_organisation().pk and _in_force(library, day)):
        errors["library"] = _("This is no library of this organisation.")
    if "locations" in values and not all(
        place.library_id == library.pk and _in_force(place, day) for place in values["locations"]
    ):
        errors["locations"] = _("Choose locations of this library only.")
    if reporter is not None and {"library", "reporter"} & values.keys() and not _may_report(reporter, library, day):
        errors["reporter"] = _("Nobody with this address belongs to this library.")
    return errors


def fact_of(to: str, given: dict[str, Any], *, day: date) -> dict[str, Any]:
    """Return what a state asks, of what was given; `day` is a date in Europe/Amsterdam.

    Raises ValidationError, by field, for what lacks, what no such state asks or what cannot be.
    """
    names = FACTS.get(to, ())
    fact = {name: value.strip() if isinstance(value, str) else value for name, value in given.items() if value}
    errors = {name: _("This does not belong to that state.") for name in fact if name not in names}
    if names and not fact.get(names[0]):
        errors[names[0]] = ASKS[names[0]]()
    until, partner = fact.get("planned_until"), given.get("partner")
    if until and not (isinstance(until, date) and until >= day):
        errors["planned_until"] = _("Choose a day that is still to come.")
    if partner and (partner.pk == current_organisation().pk or partner.is_common):
        errors["partner"] = _("Choose another organisation that takes part.")
    for name, most in FACT_MAX.items():
        if len(fact.get(name, "")) > most:
            errors[name] = _("At most %(most)s characters.") % {"most": most}
        elif "\0" in fact.get(name, ""):
            errors[name] = _("This value cannot be used.")
    if errors:
        raise ValidationError(errors)
    return fact


def refuse_invalid(values: dict[str, Any], *, library: Library, day: date, reporter: Person | None = None) -> None:
    """Raise ValidationError, by field, when `errors_in` finds anything."""
    errors = errors_in(values, library=library, day=day, reporter=reporter)
    if errors:
        raise ValidationError(errors)


def refuse_text(body: str, *, optional: bool = False) -> None:
    """Raise ValidationError for a message that says nothing (unless `optional`), or more than 20,000 characters."""
    if optional and not body:
        return
    errors = _text("body", body, BODY_MAX)
    if errors:
        raise ValidationError(errors)


def _text(name: str, value: Any, most: int) -> dict[str, str]:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return {name: _("Write something first.")}
    if len(value) > most:
        return {name: _("At most %(most)s characters.") % {"most": most}}
    return {}


def _in_force(row: Dated, day: date) -> bool:
    return row.from_on <= day and (row.until_on is None or row.until_on >= day)


def _may_report(person: Person, library: Library, day: date) -> bool:
    """Is `person` of this library, or staff who report themselves?"""
    theirs = standing(person, current_organisation(), day)
    return theirs.is_staff or library.pk in theirs.library_ids


def keys_of(rows: Iterable[Location]) -> list[int]:
    """Return the keys of rows, in order, as they are kept in history."""
    return sorted(row.pk for row in rows)
