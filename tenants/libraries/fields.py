"""Choosing a library."""

from typing import Any

from django import forms

from tenants.libraries.queries import living_by_isil


class LibraryField(forms.ModelChoiceField):
    """A library by its short name or its ISIL; the ISIL of one that merged is that of its successor too."""

    def __init__(self, **kwargs):
        super().__init__(to_field_name="slug", **kwargs)

    def to_python(self, value: Any):
        return super().to_python(self._slug(value))

    def prepare_value(self, value: Any):
        return super().prepare_value(self._slug(value))

    def _slug(self, value: Any) -> Any:
        found = living_by_isil(self.queryset, value) if isinstance(value, str) else None
        return found.slug if found else value
