"""What is seen when something is wrong: a page that says what to do, or a refusal document (RFC 9457)."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from config.running.away import SECONDS_UNTIL_RETRY, is_away
from tenants.web.documents import refused
from tenants.web.middleware import resubmit_context


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _language(request: HttpRequest) -> str:
    """Return the language of this request; where it was refused before that was known, of the cookie of a page."""
    cookie = "" if _is_api(request) else request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    language = getattr(request, "LANGUAGE_CODE", None) or cookie
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    """Return the page of a status; for a request refused before its language was known, in that of the cookie."""
    language = _language(request)
    with translation.override(language):
        response = render(request, f"{status}.html", context, status=status)
    response.headers.setdefault("Content-Language", language)
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    """400: the request cannot be read, by Django or by us; 413 where it is longer than it said."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    if _is_api(request):
        return refused(status)
    return _page(request, status, limit=getattr(request, "body_limit", settings.FORM_MAX_BYTES))


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    """403: known, but not allowed."""
    if _is_api(request):
        return refused(403)
    return _page(request, 403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    """404: not there, or not yours to know of."""
    if _is_api(request):
        return refused(404)
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; nothing internal is shown. 503 where the database is away."""
    if is_away(sys.exc_info()[1]):
        return away(request)
    if _is_api(request):
        return refused(500)
    return _page(request, 500)


def away(request: HttpRequest) -> HttpResponse:
    """503: the database is away; the page asks nothing of it, not even who looks."""
    language = _language(request)
    with translation.override(language):
        if _is_api(request):
            response: HttpResponse = refused(503)
        else:
            response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(SECONDS_UNTIL_RETRY)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "private, no-store"
    return response


class NotAskedLikeThis:
    """Middleware: 405, an address that was asked in a way it does not take, gets our page instead of an empty one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content or request.method == "HEAD" or _is_api(request):
            return response
        page = _page(request, 405)
        page.headers["Allow"] = response.headers["Allow"]
        return page


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is old: everything typed is offered again, to be sent once more."""
    return render(request, "resubmit.html", resubmit_context(request, "token"), status=403)


def too_many(request: HttpRequest, exception=None) -> HttpResponse:
    """429: wait a little."""
    response = _page(request, 429)
    response["Retry-After"] = "60"
    return response
