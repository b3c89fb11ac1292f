"""What is seen when something is wrong: a page that says what to do, or a refusal document (RFC 9457)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tenants.web.documents import refused
from tenants.web.middleware import resubmit_context


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    """400: the request cannot be read."""
    if _is_api(request):
        return refused(400)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    """403: known, but not allowed."""
    if _is_api(request):
        return refused(403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    """404: not there, or not yours to know of."""
    if _is_api(request):
        return refused(404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing internal is shown."""
    if _is_api(request):
        return refused(500)
    return render(request, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is old: everything typed is offered again, to be sent once more."""
    return render(request, "resubmit.html", resubmit_context(request, "token"), status=403)


def too_many(request: HttpRequest, exception=None) -> HttpResponse:
    """429: wait a little."""
    return render(request, "429.html", {"message": _("Wait a minute and try again.")}, status=429)
