"""The form about one warning."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tenants.access import staff_of
from tenants.context import current_organisation
from tenants.models import Person
from tickets.agreements.durations import write_target
from tickets.clocks.kinds import ClockKind
from tickets.clocks.reckoning import Target
from tickets.warnings.models import Rung


class RungForm(forms.Form):
    """On which clock, when, to whom, and what else."""

    clock = forms.ChoiceField(label=_("What it is about"))
    at = forms.ChoiceField(label=_("When"), widget=forms.RadioSelect)
    amount = forms.CharField(
        label=_("How much"),
        max_length=40,
        required=False,
        help_text=_("Such as 75 (percent), 2 hours or 1 working day. Empty for the moment itself."),
    )
    hears = forms.MultipleChoiceField(
        label=_("Who gets a mail"), choices=Rung.Hears.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    does = forms.ChoiceField(label=_("And then"), required=False, widget=forms.RadioSelect)
    person = forms.ModelChoiceField(
        label=_("Who gets the ticket"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=_("nobody"),
        help_text=_("Only where the ticket goes to somebody."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, rung: Rung | None = None):
        super().__init__(data, initial=self._initial(rung))
        self.fields["clock"].choices = _capital(ClockKind.choices)
        self.fields["at"].choices = _capital(Rung.At.choices)
        self.fields["hears"].choices = _capital(Rung.Hears.choices)
        self.fields["does"].choices = _capital(Rung.Does.choices)
        self.fields["person"].queryset = staff_of(current_organisation()).order_by("name")

    @staticmethod
    def _initial(rung: Rung | None) -> dict[str, Any]:
        if rung is None:
            return {"at": Rung.At.USED, "amount": "75", "hears": [Rung.Hears.ASSIGNEE], "does": Rung.Does.NOTHING}
        amount = write_target(Target(rung.minutes, rung.days)) if rung.at in (Rung.At.BEFORE, Rung.At.AFTER) else ""
        return {
            **{name: getattr(rung, name) for name in ("clock", "at", "hears", "does", "person")},
            "amount": str(rung.percent or amount),
        }


def _capital(choices: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in choices]
