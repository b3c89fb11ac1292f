"""Finding a library."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.dated import DatedQuerySet
from tenants.libraries.queries import matching


class FindForm(forms.Form):
    """Find libraries by name or identifier."""

    find = forms.CharField(
        label=_("Find a library"),
        required=False,
        max_length=100,
        help_text=_("Name, location, ISIL, KvK number or code in the library system."),
    )

    def filter(self, known: DatedQuerySet) -> DatedQuerySet:
        """Return those of `known` that are asked for, ended ones too; without a question those of today."""
        text = self.cleaned_data["find"] if self.is_valid() else ""
        return matching(known, text) if text else known.current()
