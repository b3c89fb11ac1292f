"""The form with which a ticket is opened to a colleague elsewhere."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.models import Person
from tenants.people import guests
from tenants.web.widgets import DayInput


class GuestForm(forms.Form):
    """Open a ticket to a colleague of another organisation, until a day."""

    person = forms.EmailField(label=_("E-mail address of the colleague"), max_length=254)
    until_on = forms.DateField(label=_("Until and including"), widget=DayInput())

    def clean_person(self) -> Person:
        person = Person.objects.filter(email=self.cleaned_data["person"].strip().lower(), is_active=True).first()
        if person is None:
            raise ValidationError(_("Nobody with this address works at the desk of another organisation."))
        return person

    def clean_until_on(self) -> date:
        until_on = self.cleaned_data["until_on"]
        guests.refuse_day(until_on)  # said here too: it must not depend on whether there is such a person
        return until_on
