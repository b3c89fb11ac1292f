"""The two APIs, wired: one on each organisation's host, one on the common host."""

import logging
from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as UnreadableInput
from ninja.security import HttpBearer

from agenda.api import router as agenda_router
from tenants.refusals import Conflict
from tenants.web.documents import RefusalDocument, refused
from tickets.api import router as tickets_router

log = logging.getLogger("samenbeheer.api")
DESCRIPTION = (
    "Bearer token per person and organisation. Every error is a problem document (RFC 9457)."
    " POST takes an Idempotency-Key, per person and path, for 24 hours."
)


class Bearer(HttpBearer):
    """The middleware has checked the token; this only says so in the description."""

    def __call__(self, request: HttpRequest):
        return getattr(request, "token", None)

    def authenticate(self, request: HttpRequest, token: str):
        return getattr(request, "token", None)


def _message_of(error: dict) -> str:
    kind = error.get("type", "")
    if kind == "missing":
        return _("This field is required.")
    if kind == "string_type":
        return _("Give a text.")
    if kind.startswith(("int", "greater", "less")):
        return _("Give a whole number in range.")
    if kind.startswith("list") or kind == "too_long":
        return _("Give a list that is not too long.")
    return _("This value cannot be used.")


def invalid(errors: Iterable[dict[str, str]]) -> HttpResponse:
    """Return 400 with everything that is wrong at once."""
    return refused(400, _("Some values cannot be used."), errors=list(errors))


def _made(title: str, namespace: str, router) -> NinjaAPI:
    api = NinjaAPI(
        title=title,
        version="1",
        description=DESCRIPTION,
        urls_namespace=namespace,
        auth=Bearer(),
        docs_url=None,
        openapi_url="/openapi.json",
    )
    api.add_router("", router)

    @api.exception_handler(RefusalDocument)
    def own(request: HttpRequest, error: RefusalDocument) -> HttpResponse:
        return refused(error.status, error.detail, **error.more)

    @api.exception_handler(UnreadableInput)
    def unreadable(request: HttpRequest, error: UnreadableInput) -> HttpResponse:
        return invalid([{"field": str(one["loc"][-1]), "message": _message_of(one)} for one in error.errors])

    @api.exception_handler(ValidationError)
    def unusable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return invalid(
            {"field": "" if name == "__all__" else name, "message": message}
            for name, messages in by_field.items()
            for message in messages
        )

    @api.exception_handler(PermissionDenied)
    def not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return refused(403)

    @api.exception_handler(Conflict)
    def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
        more = {"fields": error.fields, "version": error.version} if error.fields else {}
        return refused(409, error.detail, **more)

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return refused(error.status_code)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return refused(401)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return refused(404)

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        log.exception("API request failed: %s %s", request.method, request.resolver_match.route)
        return refused(500)

    return api


organisation_api = _made("Samenbeheer: desk", "organisation_api", tickets_router)
common_api = _made("Samenbeheer: cooperation", "common_api", agenda_router)
