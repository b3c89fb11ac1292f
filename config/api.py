"""The two APIs, wired: one on each organisation's host, one on the common host."""

import inspect
import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as UnreadableInput
from ninja.operation import Operation
from ninja.security import HttpBearer
from pydantic.alias_generators import to_camel

from agenda.api import routers as agenda_routers
from agenda.categories.api import router as categories_router
from config.look.errors import away
from config.running.away import is_away, said
from tenants.libraries.api import router as libraries_router
from tenants.people.api import router as people_router
from tenants.refusals import Conflict
from tenants.web.bodies import NotWhole, StrictParser
from tenants.web.contract import API_VERSION
from tenants.web.documents import RefusalDocument, invalid, refused
from tickets.api import router as tickets_router

log = logging.getLogger("samenbeheer.api")


class Bearer(HttpBearer):
    """The middleware has checked the token; this only says so in the description."""

    def __call__(self, request: HttpRequest):
        return getattr(request, "token", None)

    def authenticate(self, request: HttpRequest, token: str):
        return getattr(request, "token", None)


class Api(NinjaAPI):
    """An API whose operations are called after what they do, not after where they stand in the code."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return such as createTicket."""
        return to_camel(operation.view_func.__name__)


def _message_of(error: dict) -> str:
    kind = error.get("type", "")
    if kind == "missing":
        return _("This field is required.")
    if kind == "extra_forbidden":
        return _("This field is not known here.")
    if kind == "string_type":
        return _("Give a text.")
    if kind.startswith(("int", "greater", "less")):
        return _("Give a whole number in range.")
    if kind.startswith("list") or kind == "too_long":
        return _("Give a list that is not too long.")
    return _("This value cannot be used.")


def _field_of(error: dict) -> str:
    """Return the name of the field as it was sent: after where it came from and, in a body, which shape it is."""
    source, *path = error["loc"]
    return ".".join(str(part) for part in (path[1:] if source == "body" else path))


def _all_in(error: UnreadableInput) -> list[tuple[str, str]]:
    return [(_field_of(one), _message_of(one)) for one in error.errors]


def _wrong_in_body(error: HttpError) -> list[tuple[str, str]]:
    """Return what is wrong with a body that the parser could not read."""
    why = error.__cause__
    return why.errors if isinstance(why, NotWhole) else [("", _("This cannot be read as JSON."))]


def nothing_unknown(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap an operation of ninja: a query key that it does not know, or that comes twice, is 400 with the rest."""
    operation: Operation = inspect.unwrap(run).__self__  # type: ignore[attr-defined]
    known = {
        name
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for name in model.__ninja_flatten_map__
    }

    @wraps(run)
    def wrapped(request: HttpRequest, **path: str) -> HttpResponse:
        errors = [(key, _("This is not known here.")) for key in request.GET if key not in known]
        errors += [(key, _("Give this once.")) for key in request.GET if len(request.GET.getlist(key)) > 1]
        if not errors:
            return run(request, **path)
        try:
            operation._get_values(request, path, HttpResponse())
        except UnreadableInput as error:
            errors += _all_in(error)
        except HttpError as error:
            errors += _wrong_in_body(error)
        return invalid(errors)

    return wrapped


def _made(title: str, namespace: str, *routers: Router) -> Api:
    api = Api(
        title=title,
        version=API_VERSION,
        urls_namespace=namespace,
        auth=Bearer(),
        docs_url=None,
        openapi_url=None,  # config/contract.py describes
        parser=StrictParser(),
    )
    api.add_decorator(nothing_unknown, mode="view")
    for router in routers:
        api.add_router("", router)
    _say_refusals(api)
    return api


def _say_refusals(api: Api) -> None:
    @api.exception_handler(RefusalDocument)
    def own(request: HttpRequest, error: RefusalDocument) -> HttpResponse:
        return refused(error.status, error.detail, **error.more)

    @api.exception_handler(UnreadableInput)
    def unreadable(request: HttpRequest, error: UnreadableInput) -> HttpResponse:
        return invalid(_all_in(error))

    @api.exception_handler(ValidationError)
    def unusable(request: HttpRequest, error: ValidationError) -> HttpResponse:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
        return invalid(
            ("" if name == "__all__" else to_camel(name), message)
            for name, messages in by_field.items()
            for message in messages
        )

    @api.exception_handler(PermissionDenied)
    def not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return refused(403)

    @api.exception_handler(Conflict)
    def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
        fields = [to_camel(name) for name in error.fields]
        return refused(409, error.detail, **({"fields": fields, "version": error.version} if fields else {}))

    @api.exception_handler(HttpError)
    def unreadable_body(request: HttpRequest, error: HttpError) -> HttpResponse:
        if error.status_code == 400:
            return invalid(_wrong_in_body(error))
        return refused(error.status_code)

    @api.exception_handler(MultiPartParserError)
    @api.exception_handler(UnreadablePostError)
    @api.exception_handler(SuspiciousOperation)
    @api.exception_handler(BadRequest)
    def broken_body(request: HttpRequest, error: Exception) -> HttpResponse:
        return invalid([("", _("The body cannot be read, or holds too much."))])

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return refused(401)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return refused(404)

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        if is_away(error):
            said.say(error)
            return away(request)
        log.exception("API request failed: %s %s", request.method, request.resolver_match.route)
        return refused(500)


organisation_api = _made(
    "Samenbeheer: desk", "organisation_api", tickets_router, libraries_router, categories_router, people_router
)
common_api = _made("Samenbeheer: cooperation", "common_api", *agenda_routers, people_router)
