"""The form of an API token."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.tokens.models import ApiToken


class TokenForm(forms.Form):
    """Make an API token for oneself."""

    name = forms.CharField(label=_("What is it for?"), max_length=80)
    scope = forms.ChoiceField(label=_("Rights"), choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ)
    days = forms.IntegerField(label=_("Valid for (days)"), min_value=1, max_value=730, initial=365)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        if not name:
            raise ValidationError(_("Give it a name, so that you know later what it was for."))
        return name
