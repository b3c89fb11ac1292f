"""Forms about library systems."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import Organisation, Platform
from tenants.web.widgets import DayInput


class SystemForm(forms.Form):
    """One installation of a library system."""

    slug = forms.CharField(
        label=_("Short name"), max_length=50, help_text=_("Small letters, digits and dashes. It never changes.")
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    product = forms.CharField(label=_("Product"), max_length=100)
    product_version = forms.CharField(label=_("Version"), max_length=40, required=False)
    supplier = forms.CharField(label=_("Supplier"), max_length=100)
    organisations = forms.ModelMultipleChoiceField(
        label=_("Serves"),
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    until_on = forms.DateField(
        label=_("Until and including"),
        required=False,
        widget=DayInput(),
    )

    def __init__(self, *args, system: Platform | None = None, **kwargs):
        if system is not None:
            names = ("name", "product", "product_version", "supplier", "until_on")
            own = {name: getattr(system, name) for name in names}
            kwargs["initial"] = own | {"organisations": [one.slug for one in system.organisations.all()]}
        super().__init__(*args, **kwargs)
        if system is not None:
            del self.fields["slug"]
        else:
            del self.fields["until_on"]
        self.fields["organisations"].queryset = Organisation.objects.taking_part()
