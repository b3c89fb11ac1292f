"""What a page does with what a verb refuses: errors beside their fields, or a page that says what is the matter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from tenants.refusals import Conflict, Stale


@dataclass(frozen=True)
class Clashing:
    """A field that two changed, in words: as it is now, by whom, and as it was typed."""

    label: str
    theirs: str
    mine: str
    who: str
    at: datetime


def merged(posted: QueryDict, refusal: Stale, now: forms.BaseForm) -> QueryDict:
    """Return what was posted with the version of now, and with the value of now in fields that were not touched."""
    data = posted.copy()
    data["version"] = str(refusal.version)
    for name in (address.rpartition("/")[2] for address in refusal.moved):
        value = now[name].value()
        data.setlist(name, value if isinstance(value, list) else ["" if value is None else str(value)])
    return data


def show_in(form: forms.Form, error: ValidationError) -> None:
    """Put what a verb found wrong beside the fields of `form`; what has no field there stands above it."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


def conflicts_shown(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view: a conflict that it does not show itself becomes a page (409) that says what is the matter."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Conflict as conflict:
            return render(request, "409.html", {"detail": conflict.detail, "back": request.path}, status=409)

    return wrapped
