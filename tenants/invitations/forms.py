"""The form with which somebody new accepts an invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.people.names import NAME_MAX


class NewPersonForm(forms.Form):
    """A name and a password of one's own; a password is never written back into the page."""

    name = forms.CharField(label=_("Name"), max_length=NAME_MAX, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password1 = forms.CharField(
        label=_("New password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label=_("The same again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self):
        cleaned = super().clean()
        one, again = cleaned.get("password1"), cleaned.get("password2")
        if one and again and one != again:
            self.add_error("password2", _("The two are not the same."))
        return cleaned
