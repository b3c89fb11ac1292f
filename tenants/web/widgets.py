"""Widgets of our forms."""

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe


class DayInput(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class LongSelect(forms.Select):
    """A select drawn at once: the filter of the desk has well over a hundred options."""

    def render(self, name, value, attrs=None, renderer=None):
        chosen = set(self.format_value(value))
        groups = []
        for key, label in self.choices:
            if isinstance(label, (list, tuple)):
                groups.append(format_html('<optgroup label="{}">{}</optgroup>', key, _options(label, chosen)))
            else:
                groups.append(_options([(key, label)], chosen))
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(attrs or {}, {"name": name})), mark_safe("".join(groups))
        )


def _options(choices, chosen: set[str]) -> SafeString:
    rows = ((key, mark_safe(" selected") if str(key) in chosen else "", label) for key, label in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)
