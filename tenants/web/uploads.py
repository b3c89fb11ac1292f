"""Which addresses take files, and so may be sent more than a form."""

import inspect
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve


def takes_files(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as one that takes files; it stands on top of a page, and nearest to an API function."""
    view.takes_files = True
    return view


def may_bring_files(request: HttpRequest) -> bool:
    """Is the view of this address, on the host whose addresses `request.urlconf` has, one that takes files?

    An address of the API has one view for all methods, which knows its operations; the method says which one it is.
    """
    if request.method not in {"POST", "PUT", "PATCH"}:
        return False
    try:
        view = resolve(request.path_info, request.urlconf).func
    except Resolver404:
        return False
    of_api = inspect.getclosurevars(view).nonlocals.get("self") if inspect.isfunction(view) else None
    operations = getattr(of_api, "operations", None)
    if operations is not None:
        return any(getattr(one.view_func, "takes_files", False) for one in operations if request.method in one.methods)
    return getattr(view, "takes_files", False)
