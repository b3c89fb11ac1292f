"""The form of an organisation's settings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import Organisation
from tenants.settings.models import OrganisationSettings
from tenants.settings.queries import settings_of


class SettingsForm(forms.ModelForm):
    """The organisation's own settings; empty means the cooperation's default, which is named beside the field."""

    class Meta:
        model = OrganisationSettings
        fields = ["auto_close_days", "liberation_day_free", "good_friday_free", "time_zone"]

    def __init__(self, *args, organisation: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        defaults = OrganisationSettings.DEFAULTS
        self.in_force = settings_of(organisation)
        yes_no = {True: _("yes"), False: _("no")}
        for name, field in self.fields.items():
            default = defaults[name]
            field.required = False
            field.help_text = _("Leave empty to use the cooperation's setting (%(value)s).") % {
                "value": yes_no[default] if isinstance(default, bool) else default
            }
            if isinstance(default, bool):
                self.fields[name] = forms.TypedChoiceField(
                    label=field.label,
                    help_text=field.help_text,
                    required=False,
                    choices=[("", _("as the cooperation does")), ("True", _("yes")), ("False", _("no"))],
                    coerce=lambda value: value == "True",
                    empty_value=None,
                )
        zone = self.fields["time_zone"]
        zone.choices = [("", _("as the cooperation does")), *(one for one in zone.choices if one[0])]

    def values(self) -> dict[str, object]:
        """Return the cleaned values as `change_settings` takes them."""
        return {name: self.cleaned_data[name] for name in self.fields}
