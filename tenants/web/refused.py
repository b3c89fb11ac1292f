"""What a page does with what a verb refuses: errors beside their fields, or a page that says what is the matter."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.refusals import Conflict


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
