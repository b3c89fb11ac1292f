"""The form of an organisation's settings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.files.kinds import FileKind
from tenants.models import Organisation
from tenants.settings.models import OrganisationSettings
from tenants.settings.queries import settings_of


class SettingsForm(forms.ModelForm):
    """The organisation's own settings; empty means the cooperation's default, which is named beside the field."""

    class Meta:
        model = OrganisationSettings
        fields = [
            *("auto_close_days", "liberation_day_free", "good_friday_free", "time_zone"),
            *("refused_kinds", "refused_endings"),
        ]

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
        self.fields["refused_kinds"] = forms.MultipleChoiceField(
            label=self.fields["refused_kinds"].label,
            help_text=_("They are known by what is in them, whatever their name. A zip is looked into."),
            required=False,
            choices=FileKind.choices,
            widget=forms.CheckboxSelectMultiple,
        )
        self.initial["refused_kinds"] = self.in_force.refused_kinds
        self.fields["refused_endings"].validators = []  # the model's, after it is cleaned
        self.fields["refused_endings"].help_text = _("Beside those kinds, such as: zip rar. Without full stop.")
        zone = self.fields["time_zone"]
        zone.choices = [("", _("as the cooperation does")), *(one for one in zone.choices if one[0])]

    def clean_refused_kinds(self) -> list[str] | None:
        """Return the chosen kinds; None, so that it follows the cooperation, where they are the cooperation's."""
        chosen = self.cleaned_data["refused_kinds"]
        return None if set(chosen) == set(OrganisationSettings.DEFAULTS["refused_kinds"]) else chosen

    def clean_refused_endings(self) -> str:
        """Return the endings in small letters, each once, without full stops or commas."""
        words = self.cleaned_data["refused_endings"].lower().replace(",", " ").replace(".", " ").split()
        return " ".join(dict.fromkeys(words))

    def values(self) -> dict[str, object]:
        """Return the cleaned values as `change_settings` takes them."""
        return {name: self.cleaned_data[name] for name in self.fields}
