"""The form of an organisation's settings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.files.kinds import FileKind
from tenants.models import Organisation
from tenants.refusals import Stale
from tenants.settings.models import OrganisationSettings
from tenants.settings.queries import settings_of, version_of
from tenants.web.refused import Clashing


class SettingsForm(forms.ModelForm):
    """The organisation's own settings; empty means the cooperation's default, which is named beside the field."""

    class Meta:
        model = OrganisationSettings
        fields = ["auto_close_days", "refused_kinds", "refused_endings"]

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, organisation: Organisation, **kwargs):
        version = version_of(organisation)  # before the values: they are never older than it says
        own = OrganisationSettings.objects.filter(organisation=organisation).first()
        super().__init__(*args, instance=own, **kwargs)
        self.initial["version"] = version
        defaults = OrganisationSettings.DEFAULTS
        self.in_force = settings_of(organisation)
        for name, default in defaults.items():
            field = self.fields[name]
            field.required = False
            field.help_text = _("Leave empty to use the cooperation's setting (%(value)s).") % {"value": default}
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

    def clean_refused_kinds(self) -> list[str] | None:
        """Return the chosen kinds in their order; None, to follow the cooperation, for its own."""
        chosen = [kind for kind in FileKind.values if kind in self.cleaned_data["refused_kinds"]]
        return None if set(chosen) == set(OrganisationSettings.DEFAULTS["refused_kinds"]) else chosen

    def clean_refused_endings(self) -> str:
        """Return the endings in small letters, each once, without full stops or commas."""
        words = self.cleaned_data["refused_endings"].lower().replace(",", " ").replace(".", " ").split()
        return " ".join(dict.fromkeys(words))

    def values(self) -> dict[str, object]:
        """Return the cleaned values as `change_settings` takes them."""
        return {name: self.cleaned_data[name] for name in OrganisationSettings.DEFAULTS}

    def clashing(self, refusal: Stale) -> list[Clashing]:
        """Return the settings of a refusal beside what was typed, in words."""
        return [
            Clashing(
                label=str(self.fields[one.name].label),
                theirs=self._in_words(one.name, one.now),
                mine=self._in_words(one.name, self.cleaned_data[one.name]),
                who=one.who,
                at=one.at,
            )
            for one in refusal.clashes
        ]

    def _in_words(self, name: str, value: object) -> str:
        choices = dict(getattr(self.fields[name], "choices", ()))
        if name == "refused_kinds":
            kinds = OrganisationSettings.DEFAULTS[name] if value is None else value
            return ", ".join(str(choices[kind]) for kind in kinds) or "–"
        return str(choices.get(str(value), value)) if value not in (None, "") else _("as the cooperation does")
