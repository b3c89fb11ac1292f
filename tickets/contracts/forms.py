"""Forms about contracts and hours cards. What is wrong, the verbs say."""

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.access import Standing
from tenants.libraries.fields import LibraryField
from tenants.models import Library, Platform
from tenants.web.widgets import DayInput
from tickets.contracts import periods
from tickets.contracts.minutes import as_typed, read_minutes
from tickets.contracts.models import Contract, HoursCard, LibraryContract
from tickets.contracts.queries import STATES
from tickets.desk.fields import FilesField
from tickets.desk.models import Ticket
from tickets.desk.queries import ticket_visible_to


def mark() -> str:
    """Return a new mark for a form, by which it counts once however often it is sent."""
    return secrets.token_urlsafe(18)


class FindForm(forms.Form):
    """Which contracts a list shows."""

    state = forms.ChoiceField(label=gettext_lazy("Show"), required=False)
    find = forms.CharField(label=gettext_lazy("Name or number"), max_length=100, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = {
            "attention": _("what asks attention"),
            "current": _("in force and to come"),
            "over": _("ended"),
            "all": _("all"),
        }
        self.fields["state"].choices = [("", words["current"]), *((one, words[one]) for one in STATES)]

    @property
    def state_asked(self) -> str:
        """The state that was asked, or the one that a list begins with."""
        return (self.is_valid() and self.cleaned_data["state"]) or "current"

    @property
    def text_asked(self) -> str:
        """The words that were asked."""
        return self.cleaned_data["find"].strip() if self.is_valid() else ""


class PeriodMixin(forms.Form):
    """From when until when a new contract is in force."""

    from_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    until_on = forms.DateField(
        label=gettext_lazy("Until and including"),
        widget=DayInput(),
        required=False,
        help_text=gettext_lazy("Empty: until somebody ends it."),
    )


class FactsForm(forms.Form):
    """Plain facts of a contract."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("Such as: Service agreement 2027")
    )
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60, required=False)
    renewal = forms.ChoiceField(
        label=gettext_lazy("On its last day, when nobody says anything, it"),
        choices=Contract.Renewal,
        widget=forms.RadioSelect,
        initial=Contract.Renewal.EXPRESS,
    )
    renewal_months = forms.IntegerField(
        label=gettext_lazy("Tacitly renewed by, in months"),
        min_value=1,
        max_value=periods.MOST_MONTHS,
        initial=12,
        help_text=gettext_lazy("Only counts where it is renewed tacitly."),
    )
    notice_months = forms.IntegerField(
        label=gettext_lazy("Notice, in months before its end"), min_value=0, max_value=periods.MOST_MONTHS, initial=3
    )
    alert_days = forms.IntegerField(
        label=gettext_lazy("Warn this many days before notice ends"),
        min_value=0,
        max_value=730,
        initial=30,
        help_text=gettext_lazy("Desk leads and administrators then get one mail."),
    )

    @classmethod
    def of(cls, contract: Contract, *args) -> "FactsForm":
        """Return the form with what the contract says now."""
        return cls(*args, initial={name: getattr(contract, name) for name in cls.base_fields})


class LibraryContractForm(PeriodMixin, FactsForm):
    """A contract with a library."""

    library = LibraryField(queryset=Library.objects.none(), label=gettext_lazy("Library"))
    field_order = ("library", "name", "number", "from_on", "until_on")

    def __init__(self, *args, standing: Standing, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["library"].queryset = Library.objects.filter(organisation=standing.organisation).current()


class SupplierFactsForm(FactsForm):
    """Plain facts of a contract with a supplier."""

    supplier = forms.CharField(label=gettext_lazy("Supplier"), max_length=120)
    terms = forms.CharField(
        label=gettext_lazy("Terms"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("What was agreed and is no figure, in short."),
    )
    field_order = ("supplier", "name", "number")


class SupplierContractForm(PeriodMixin, SupplierFactsForm):
    """A contract with the supplier of a platform."""

    platform = forms.ModelChoiceField(
        queryset=Platform.objects.none(), to_field_name="slug", label=gettext_lazy("Library system")
    )
    field_order = ("platform", "supplier", "name", "number", "from_on", "until_on")

    def __init__(self, *args, standing: Standing, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["platform"].queryset = Platform.objects.filter(organisations=standing.organisation)


class RenewForm(forms.Form):
    """Until when a contract runs from now on."""

    until_on = forms.DateField(label=gettext_lazy("Until and including"), widget=DayInput())

    @classmethod
    def of(cls, contract: Contract, *args) -> "RenewForm":
        """Return the form with the term that would follow."""
        now = periods.term_end(contract, timezone.localdate())
        return cls(*args, initial={"until_on": periods.add_months(now, contract.renewal_months) if now else None})


class EndForm(forms.Form):
    """The last day of a contract."""

    on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DayInput(),
        help_text=gettext_lazy("Today or later: what was counted stays."),
    )

    @classmethod
    def of(cls, contract: Contract, *args) -> "EndForm":
        """Return the form with the end of the term of now."""
        return cls(*args, initial={"on": periods.term_end(contract, timezone.localdate())})


class FilesForm(forms.Form):
    """Files to keep with a contract."""

    files = FilesField(label=gettext_lazy("Files"), required=True)


class ContactForm(forms.Form):
    """Somebody at a supplier."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    task = forms.CharField(
        label=gettext_lazy("For what"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Such as: outages at night"),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=30, required=False)


class HoursField(forms.CharField):
    """Hours as people write them; its value is in minutes."""

    def __init__(self, **kwargs):
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> int | None:
        """Return the minutes; None where nothing was written."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_minutes(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class CardForm(forms.Form):
    """Hours that were bought."""

    hours = HoursField(label=gettext_lazy("Hours bought"), help_text=gettext_lazy("Such as 40, 12:30 or 12,5."))
    alert = HoursField(
        label=gettext_lazy("Warn when this is left"),
        required=False,
        help_text=gettext_lazy("Empty: when nothing is left."),
    )
    from_on = forms.DateField(label=gettext_lazy("From"), widget=DayInput())
    until_on = forms.DateField(
        label=gettext_lazy("Until and including"),
        widget=DayInput(),
        required=False,
        help_text=gettext_lazy("Empty: until they are used up."),
    )

    @classmethod
    def new(cls, contract: LibraryContract, *args) -> "CardForm":
        """Return the form for a card in the term of now."""
        today = timezone.localdate()
        begins = max(contract.from_on, today)
        return cls(*args, initial={"from_on": begins, "until_on": periods.term_end(contract, begins)})

    @classmethod
    def of(cls, card: HoursCard, *args) -> "CardForm":
        """Return the form with what the card says now; its first day stays."""
        values = {"hours": as_typed(card.minutes), "alert": as_typed(card.alert_minutes), "until_on": card.until_on}
        form = cls(*args, initial=values)
        del form.fields["from_on"]
        return form

    def values(self) -> dict[str, Any]:
        """Return the cleaned values as the verbs take them."""
        found = dict(self.cleaned_data)
        return {"minutes": found.pop("hours"), "alert_minutes": found.pop("alert") or 0, **found}


class BookingForm(forms.Form):
    """Hours that were used of a card."""

    minutes = HoursField(
        label=gettext_lazy("Time"), help_text=gettext_lazy("Such as 1:30, 1,5 or 45 min; -1:30 gives back.")
    )
    on = forms.DateField(label=gettext_lazy("Day"), widget=DayInput())
    ticket = forms.CharField(
        label=gettext_lazy("Number of the ticket"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Of this library."),
    )
    note = forms.CharField(
        label=gettext_lazy("For what"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The library reads this."),
    )
    once = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=mark)

    def __init__(self, *args, standing: Standing, **kwargs):
        self.standing = standing
        kwargs["initial"] = {"on": timezone.localdate(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def clean_ticket(self) -> Ticket | None:
        """Return the ticket of that number."""
        number = self.cleaned_data["ticket"].strip()
        if not number:
            return None
        found = ticket_visible_to(self.standing, number)
        if found is None:
            raise ValidationError(_("There is no ticket %(number)s.") % {"number": number})
        return found


class TicketBookingForm(BookingForm):
    """Hours that were used for one ticket."""

    card = forms.ModelChoiceField(queryset=HoursCard.objects.none(), label=gettext_lazy("Hours card"), empty_label=None)
    field_order = ("card", "minutes", "on", "note")

    def __init__(self, *args, cards: list[Any], **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["ticket"]
        self.fields["card"].queryset = HoursCard.objects.filter(pk__in=[one.card.pk for one in cards])
        self.fields["card"].choices = [(one.card.pk, one.words) for one in cards]
        if len(cards) == 1:
            self.fields["card"].widget = forms.HiddenInput()
            self.fields["card"].initial = cards[0].card.pk


class ImportForm(forms.Form):
    """A file with contracts."""

    file = forms.FileField(
        label=gettext_lazy("File (.csv)"), help_text=gettext_lazy("You see first what would happen to each line.")
    )
