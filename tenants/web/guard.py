"""What no request may hold, refused or taken away before anything else reads it.

Django and PostgreSQL fail on some input outside every handler: a Content-Type of which the parameters cannot be read,
a charset that is no encoding of text, a NUL in an address, a field or a cookie. Here is the one place for all of them.
"""

import codecs
import re
from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import translation
from django.utils.http import parse_header_parameters

UNREADABLE = "samenbeheer.unreadable"
CHARSETS = {codecs.lookup(name).name for name in ("utf-8", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252")}
SESSION_KEY = re.compile(r"[a-z0-9]{32}")
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


def readable_type(value: str) -> bool:
    """Can the Content-Type `value` be taken apart, and is its charset, if it names one, one that forms come in?"""
    try:
        _kind, parameters = parse_header_parameters(value)
        charset = parameters.get("charset")
        return charset is None or codecs.lookup(charset).name in CHARSETS
    except Exception:  # the parser is the standard library's for mail: it raises a good many kinds
        return False


def guarded(application: Callable) -> Callable:
    """Wrap a WSGI application: a Content-Type that Django cannot read is taken away and marked, for the middleware."""

    def serve(environ, start_response=None):
        if not readable_type(environ.get("CONTENT_TYPE") or ""):
            environ[UNREADABLE] = "Content-Type"
            environ["CONTENT_TYPE"] = ""
        return application(environ, start_response) if start_response else application(environ)

    return serve


class GuardMiddleware:
    """The first of all: answers 400 to what cannot be read, and takes away cookies and NULs that nobody can mean."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.refuse = SecurityMiddleware(XFrameOptionsMiddleware(CSPMiddleware(_refusal)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.unreadable = _what_is_unreadable(request)
        _drop_odd_cookies(request)
        if request.unreadable:
            with translation.override(_language(request)):
                return self.refuse(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        """Take NULs out of the fields of a form; runs after the length, and for the API the token, was checked."""
        if request.method != "POST" or request.content_type not in FORM_TYPES:
            return
        try:
            fields = request.POST
        except UnreadablePostError as error:
            raise BadRequest("the form did not arrive whole") from error
        if any("\0" in text for name, values in fields.lists() for text in (name, *values)):
            clean = QueryDict(mutable=True)
            for name, values in fields.lists():
                clean.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
            clean._mutable = False
            request.POST = clean


def _what_is_unreadable(request: HttpRequest) -> str:
    """Return in a word what of this request cannot be read, or nothing."""
    if UNREADABLE in request.META:
        return request.META[UNREADABLE]
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not (length.isascii() and length.isdecimal() and len(length) < 19):
        return "Content-Length"
    if "\0" in request.path:
        return "path"
    try:
        query = request.GET
    except SuspiciousOperation:  # more parameters than we read
        request.GET = QueryDict()
        return "query"
    if any("\0" in text for name, values in query.lists() for text in (name, *values)):
        request.GET = QueryDict()
        return "query"
    return ""


def _drop_odd_cookies(request: HttpRequest) -> None:
    """A session cookie that no session can have is no session; a cookie that cannot be printed is no cookie."""
    for name, value in list(request.COOKIES.items()):
        odd = name == settings.SESSION_COOKIE_NAME and not SESSION_KEY.fullmatch(value)
        if odd or not value.isprintable():
            del request.COOKIES[name]


def _language(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _refusal(request: HttpRequest) -> HttpResponse:
    """Return 400 as this installation says it, page or document; 404 for a path that nothing can have."""
    wrong = Http404() if request.unreadable == "path" else BadRequest(f"unreadable {request.unreadable}")
    response = response_for_exception(request, wrong)
    response["Cache-Control"] = "no-store"
    return response
