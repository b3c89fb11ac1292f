"""Fields that several forms of tickets share."""

from django import forms
from django.core.exceptions import ValidationError

from agenda.categories.models import Category
from agenda.categories.plain import NOT_ASKED, dont_know, in_plain_words
from agenda.categories.queries import grouped_choices, groups, leaves
from tenants.context import current_organisation
from tenants.files import actions as files


class CategoryField(forms.ModelChoiceField):
    """A leaf of the common tree, by its code."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Category.objects.none(), to_field_name="code", **kwargs)

    def offer(self, blank: str, *more: tuple[str, str], now: Category | None = None) -> None:
        """Fill the choices, in groups and in the language of the moment; `now` may stay, also when it ended."""
        self.queryset = leaves() | Category.objects.filter(pk=now.pk if now else None)

        def choices() -> list[tuple]:
            known = grouped_choices()
            found: list[tuple] = [("", blank), *more, *known]
            if now and not any(code == now.code for _group, group in known for code, _name in group):
                found.append((now.code, now.name))
            return found

        self.choices = choices  # asked when they are shown: a form that is taken shows none


class GroupField(CategoryField):
    """A group of the common tree in plain words, or not known: the first choice, and no lesser one."""

    widget = forms.RadioSelect

    def offer_groups(self) -> None:
        """Fill the choices, in the language of the moment; a leaf, of a form from before, is taken too."""
        self.queryset = Category.objects.current()
        self.choices = lambda: [
            *((one.code, in_plain_words(one)) for one in groups() if one.code not in NOT_ASKED),
            ("", dont_know()),
        ]


class LocationBoxes(forms.CheckboxSelectMultiple):
    """Boxes for locations; each says of which library it is, so that a script can leave out the others."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        place = getattr(value, "instance", None)
        if place is not None:
            option["attrs"]["data-library"] = place.library.slug
        return option


class SeveralFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploads, each checked; the error names the file."""

    widget = SeveralFiles

    def clean(self, data, initial=None):
        uploads = [one for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        files.refuse(uploads, current_organisation())
        return uploads
