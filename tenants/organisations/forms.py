"""Forms about organisations, for the platform administrator."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import Organisation
from tenants.web.widgets import DayInput


def day_field(label, *, required: bool = True, help_text="") -> forms.DateField:
    """Return a field for a day, with the browser's own calendar."""
    return forms.DateField(label=label, required=required, widget=DayInput, help_text=help_text)


class BeginForm(forms.Form):
    """An organisation that is to be made."""

    name = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.CharField(
        label=_("Short name"),
        max_length=31,
        help_text=_("In the address of its pages: 3 to 31 small letters, digits and underscores. It never changes."),
    )
    prefix = forms.CharField(
        label=_("Prefix of ticket numbers"), max_length=12, help_text=_("Such as BISC, for BISC-1. It never changes.")
    )
    colour = forms.CharField(
        label=_("Colour"), initial="#0b6a6a", widget=forms.TextInput(attrs={"type": "color", "class": "swatch"})
    )
    from_on = day_field(_("Takes part from"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_on"].initial = timezone.localdate()

    def taken(self) -> ValidationError:
        """Return what is said when the tables of another have that short name."""
        return ValidationError({"slug": _("There are tables of that name already.")})

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"].strip().lower()

    def clean_colour(self) -> str:
        return self.cleaned_data["colour"].strip().lower()


class DaysForm(forms.Form):
    """When an organisation takes part."""

    from_on = day_field(_("Takes part from"))
    until_on = day_field(
        _("Until and including"),
        required=False,
        help_text=_("From the day after, its pages answer nobody. Nothing is deleted."),
    )

    def __init__(self, *args, organisation: Organisation, **kwargs):
        kwargs.setdefault("initial", {"from_on": organisation.from_on, "until_on": organisation.until_on})
        super().__init__(*args, **kwargs)


class HostForm(forms.Form):
    """One more host name."""

    domain = forms.CharField(label=_("Host name"), max_length=253)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["domain"].help_text = _("Such as %(example)s.") % {"example": f"naam.{settings.DOMAIN}"}


class AdministratorForm(forms.Form):
    """The first administrator of an organisation."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=120)
