"""Forms about the common tree of categories."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agenda.categories.models import Category
from tenants.web.widgets import DayInput


class CategoryForm(forms.Form):
    """A group or leaf of the tree."""

    code = forms.CharField(
        label=_("Number"), max_length=5, help_text=_("Such as 10 for a new group, or 6.6 for one in group 6.")
    )
    name_nl = forms.CharField(label=_("Name in Dutch"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)

    def __init__(self, *args, category: Category | None = None, **kwargs):
        if category is not None:
            kwargs["initial"] = {"name_nl": category.name_nl, "name_en": category.name_en}
        super().__init__(*args, **kwargs)
        if category is not None:
            del self.fields["code"]


class EndCategoryForm(forms.Form):
    """The last day of a category, and what to choose instead."""

    until_on = forms.DateField(label=_("Until and including"), widget=DayInput())
    successor = forms.ModelChoiceField(
        label=_("Instead"), queryset=Category.objects.none(), to_field_name="code", required=False
    )

    def __init__(self, *args, category: Category, **kwargs):
        kwargs["initial"] = {"until_on": category.until_on, "successor": category.successor}
        super().__init__(*args, **kwargs)
        kind = Category.objects.filter(until_on__isnull=True, parent__isnull=category.parent_id is None)
        self.fields["successor"].queryset = kind.exclude(pk=category.pk)
