"""Forms about people, roles and settings."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.models import Library, LibraryMembership, Location, Organisation, Person
from tenants.roles import LibraryRole, OrganisationRole
from tenants.settings.models import OrganisationSettings
from tenants.settings.queries import settings_of
from tenants.tokens.models import ApiToken


class InviteForm(forms.Form):
    """Invite somebody and give them a first role."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=Person.Language.choices, initial="nl")
    role = forms.ChoiceField(
        label=_("Role"), choices=[*OrganisationRole.choices, *LibraryRole.choices], widget=forms.RadioSelect
    )
    library = forms.ModelChoiceField(
        label=_("Library"),
        queryset=Library.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("no library: staff of this organisation"),
    )

    def __init__(self, *args, organisation: Organisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["library"].queryset = Library.objects.current().filter(organisation=organisation)

    def clean(self):
        cleaned = super().clean()
        at_library = cleaned.get("role") in LibraryRole.values
        if at_library and not cleaned.get("library") and "library" not in self.errors:
            self.add_error("library", _("Choose the library this role is for."))
        if cleaned.get("role") and not at_library and cleaned.get("library"):
            self.add_error("library", _("This role is for staff; leave the library empty."))
        return cleaned


class ColleagueForm(forms.Form):
    """What a colleague at a library sees."""

    sees = forms.ChoiceField(label=_("Sees"), choices=LibraryMembership.Sees.choices, widget=forms.RadioSelect)
    locations = forms.ModelMultipleChoiceField(
        label=_("Locations"), queryset=Location.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, membership: LibraryMembership, **kwargs):
        kwargs.setdefault("initial", {"sees": membership.sees, "locations": list(membership.locations.all())})
        super().__init__(*args, **kwargs)
        self.fields["locations"].queryset = Location.objects.current().filter(library=membership.library)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("sees") == LibraryMembership.Sees.LOCATIONS and not cleaned.get("locations"):
            self.add_error("locations", _("Choose at least one location."))
        return cleaned


class InviteColleagueForm(forms.Form):
    """A key user invites a colleague."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120)
    library = forms.ModelChoiceField(label=_("Library"), queryset=Library.objects.none(), to_field_name="slug")

    def __init__(self, *args, libraries, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["library"].queryset = libraries
        self.fields["library"].initial = libraries.first().slug if libraries.exists() else None


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
