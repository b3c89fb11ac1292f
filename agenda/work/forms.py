"""Forms of the work agenda."""

from typing import Self

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agenda.work.actions import AGREED, PART, STANDS
from agenda.work.models import Contribution, PolicyGoal, Status, WorkItem
from tenants.models import Organisation
from tenants.web.widgets import DayInput


class ItemForm(forms.ModelForm):
    """A result on the work agenda."""

    contributors = forms.ModelMultipleChoiceField(
        label=_("Contributing organisations"),
        queryset=Organisation.objects.none(),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = WorkItem
        fields = AGREED
        widgets = {
            "planned_from": DayInput(),
            "planned_to": DayInput(),
            "description": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.taking_part()
        self.fields["lead"].queryset = organisations
        self.fields["lead"].empty_label = _("Choose an organisation")
        self.fields["goal"].queryset = PolicyGoal.objects.offered(timezone.localdate(), self.instance.goal_id)
        self.fields["goal"].empty_label = _("none")
        self.fields["theme"].choices = [("", _("Choose a theme")), *WorkItem.Theme.choices]
        self.fields["contributors"].queryset = organisations
        if self.instance.pk:
            self.fields["contributors"].initial = [
                one.organisation.slug for one in self.instance.contributions.select_related("organisation")
            ]
            self.fields["version"].initial = self.instance.version

    def changes(self) -> dict[str, object]:
        """Return the fields as the verbs take them."""
        return {name: self.cleaned_data[name] for name in AGREED}


class ContributionForm(forms.ModelForm):
    """One organisation's own part."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Contribution
        fields = PART

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.item.version


class ProgressForm(forms.Form):
    """Report how an item stands."""

    text = forms.CharField(label=_("What happened?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    progress = forms.IntegerField(label=_("Progress (%)"), min_value=0, max_value=100)
    status = forms.ChoiceField(label=_("Status"), choices=Status.choices)
    asked = forms.CharField(
        label=_("Asked of the steering group"),
        max_length=300,
        required=False,
        help_text=_(
            "One sentence, such as: choose one of the three options. It stands first on their page until it is empty."
        ),
    )
    finished_on = forms.DateField(
        label=_("Finished on"),
        required=False,
        help_text=_("Only when the result is there. Empty again: the result is still running."),
        widget=DayInput(),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        """Return the form with how `item` stands now."""
        return cls(initial={name: getattr(item, name) for name in (*STANDS, "version")})


class AgendaFilterForm(forms.Form):
    """Choose items of the agenda."""

    theme = forms.ChoiceField(
        label=_("Theme"), required=False, choices=[("", _("every theme")), *WorkItem.Theme.choices]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[("", _("any status")), *Status.choices])
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        required=False,
        queryset=Organisation.objects.none(),
        to_field_name="slug",
        empty_label=_("every organisation"),
    )
    running = forms.BooleanField(label=_("only what is not finished"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = Organisation.objects.taking_part()

    def filter(self, items):
        """Return `items` narrowed by the cleaned values."""
        chosen = self.cleaned_data
        if chosen["theme"]:
            items = items.filter(theme=chosen["theme"])
        if chosen["status"]:
            items = items.filter(status=chosen["status"])
        if chosen["running"]:
            items = items.running()
        if chosen["organisation"]:
            items = items.filter(contributions__organisation=chosen["organisation"])
        return items

    @property
    def narrows(self) -> bool:
        """Does it choose anything?"""
        return any(self.cleaned_data.get(name) for name in self.fields)
