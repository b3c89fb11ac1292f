"""What is wrong with a form, in sentences about its fields: beside each field, and as a summary with links."""

from dataclasses import dataclass, field

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy

CHOICES = (forms.ChoiceField, forms.ModelChoiceField)
FILLED, CHOSEN = gettext_lazy("Fill in “%(label)s”."), gettext_lazy("Choose something at “%(label)s”.")
LISTED = gettext_lazy("Choose something from the list at “%(label)s”.")
# What Django says of a value without naming the field, by the kind of field and of mistake; the first that fits.
OF_FIELDS: list[tuple[type | tuple[type, ...], str, object]] = [
    (CHOICES, "required", CHOSEN),
    (forms.Field, "required", FILLED),
    (CHOICES, "invalid_choice", LISTED),
    (CHOICES, "invalid_pk_value", LISTED),
    (forms.DateField, "invalid", gettext_lazy("Write “%(label)s” as a day, such as 31-12-2026.")),
    (forms.IntegerField, "invalid", gettext_lazy("Write “%(label)s” as a whole number, such as 12.")),
    (forms.EmailField, "invalid", gettext_lazy("Write an address at “%(label)s”, such as naam@bibliotheek.nl.")),
]
OF_LIMITS: list[tuple[type[validators.BaseValidator], object]] = [
    (
        validators.MaxLengthValidator,
        gettext_lazy("Make “%(label)s” shorter: %(limit_value)s characters at most, now %(show_value)s."),
    ),
    (validators.MaxValueValidator, gettext_lazy("“%(label)s” is %(limit_value)s at most.")),
    (validators.MinValueValidator, gettext_lazy("“%(label)s” is %(limit_value)s at least.")),
]


@dataclass
class Summary:
    """What is wrong with a form: of its fields, with where each link goes, and of the form as a whole."""

    links: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    missing: bool = True  # is all that is wrong that something is empty?
    keeps: bool = True  # does the page show again what was typed?


def sentences(bound: BoundField) -> list[str]:
    """Return what is wrong with a field, each as a sentence that names what to do."""
    return [_said(bound, error) for error in bound.errors.as_data()]


def summary(form: forms.BaseForm) -> Summary:
    """Return what is wrong with a form, in the order of its fields."""
    found = Summary(others=[str(error) for error in form.non_field_errors()])
    for bound in form:
        said = sentences(bound)
        if bound.is_hidden:
            found.others += said
        else:
            found.links += [(_goal(bound), one) for one in said]
        found.missing &= all(error.code == "required" for error in bound.errors.as_data())
        found.keeps &= not isinstance(bound.field.widget, forms.PasswordInput)
    found.missing &= not found.others
    return found


def _goal(bound: BoundField) -> str:
    """Return the id of what takes the focus: the first choice, where there are several."""
    return bound.id_for_label or f"{bound.auto_id}_0"


def _said(bound: BoundField, error: ValidationError) -> str:
    words = {"label": bound.label, **(error.params or {})}
    for kind, code, sentence in OF_FIELDS:
        if error.code == code and isinstance(bound.field, kind) and _is_common(bound.field, error):
            return str(sentence) % words
    for validator, sentence in OF_LIMITS:
        if error.code == validator.code and error.message == validator.message:
            return str(sentence) % words
    return error.messages[0]


def _is_common(form_field: forms.Field, error: ValidationError) -> bool:
    """Is this what Django says of every such field, and no sentence of the form's own?"""
    kinds = type(form_field).__mro__
    return any(error.message == vars(one).get("default_error_messages", {}).get(error.code) for one in kinds) or (
        error.message == validators.EmailValidator.message
    )
