"""From a request to an organisation, a language and a standing."""

import re

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.urls import set_urlconf
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from tenants.access import Standing, hosts_of, standing
from tenants.door import Arrival, arrive
from tenants.organisations.queries import address_of
from tenants.signin.sessions import digest_of as session_digest
from tenants.signin.sessions import is_signed_in
from tenants.tokens.actions import digest_of, note_use
from tenants.tokens.models import ApiToken
from tenants.web.contract import reads_description
from tenants.web.documents import refused
from tenants.web.rates import counted
from tenants.web.uploads import may_bring_files

# Names of addresses that everyone may open: sign-in, language, and what checks its own rights.
OPEN_ROUTES = {"set_language", "theme"}
OPEN_PREFIXES = ("/account/", "/api/")
SECRET_FIELD = re.compile(r"pass|secret|credential|(^|[^a-z])(code|pin|token)([^a-z]|$)", re.IGNORECASE)


class BodyLimitMiddleware:
    """Notes whether a request is too long, by its length alone; it is refused before a byte of it is read.

    Only what a view marked with `takes_files` gets may be long. Comes after the middleware that knows the host.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        request.takes_files = may_bring_files(request)
        request.body_limit = settings.BODY_MAX_BYTES if request.takes_files else settings.FORM_MAX_BYTES
        request.body_too_large = length > request.body_limit
        return self.get_response(request)


class DoorMiddleware:
    """Enters the organisation of the host name, and notes who comes in by session or token; an unknown host is 404.

    Comes right after the session, which it fills with what it found.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._wait_for(request)
        arrival = self._arrive(request)
        if arrival is None:
            set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            request.tenant = None
            return self._unknown(request)
        request.arrival = arrival
        request.tenant = request.organisation = arrival.organisation
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF if arrival.organisation.is_common else settings.ROOT_URLCONF
        set_urlconf(request.urlconf)
        return self.get_response(request)

    @staticmethod
    def _wait_for(request: HttpRequest) -> None:
        """Read what a form sends before asking who sends it: however slowly, nobody acts by a right that ended.

        Files may be long and are read later, by the few views that take them.
        """
        if 0 < int(request.META.get("CONTENT_LENGTH") or 0) <= settings.FORM_MAX_BYTES:
            try:
                _ = request.body
            except UnreadablePostError as error:
                raise BadRequest("the request did not arrive whole") from error

    @staticmethod
    def _arrive(request: HttpRequest) -> Arrival | None:
        try:
            host = request.get_host().rsplit(":", 1)[0].rstrip(".").lower()
        except DisallowedHost:
            host = ""
        if request.path_info.startswith("/api/"):
            scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
            bearer = token.strip() if scheme.lower() == "bearer" else ""
            return arrive(host=host, token_digest=digest_of(bearer) if bearer else "")
        key = request.session.session_key
        arrival = arrive(host=host, session_digest=session_digest(key) if key else "")
        if arrival and arrival.session_data is not None:
            request.session.arrived(arrival.session_data)
            person = arrival.person
            if person and is_signed_in(request.session, person):
                request._cached_user = person  # where AuthenticationMiddleware looks before it asks the database
        return arrival

    @staticmethod
    def _unknown(request: HttpRequest) -> HttpResponse:
        response: HttpResponse
        if request.path_info.startswith("/api/"):
            response = refused(404)
        else:
            with translation.override(settings.LANGUAGE_CODE):
                response = render(request, "unknown_host.html", status=404)
        response["Cache-Control"] = "private, no-store"
        return response


class LanguageMiddleware:
    """Speaks the language the person chose, else that of the cookie, else Dutch."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if not request.path_info.startswith("/api/") and request.user.is_authenticated:
            language = request.user.language
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class StandingMiddleware:
    """Works out what the person is on this host, and closes every page that is not open to all.

    Somebody without standing gets, at `/`, a 403 page that lists the hosts that are theirs, and 404 anywhere else; from
    `/` of the common host, whoever has one host goes there.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.standing = SimpleLazyObject(lambda: _standing(request))
        if request.body_too_large and not request.path_info.startswith("/api/"):
            return render(request, "413.html", {"limit": request.body_limit}, status=413)
        response = self.get_response(request)
        if not request.path_info.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        if request.path_info.startswith(OPEN_PREFIXES) or request.resolver_match.url_name in OPEN_ROUTES:
            return None
        if not request.user.is_authenticated:
            if request.method == "POST":
                return render(request, "resubmit.html", resubmit_context(request, "expired"), status=401)
            return redirect_to_login(request.get_full_path())
        if not request.standing:
            if request.path_info == "/":
                hosts = [(one, address_of(one)) for one in hosts_of(request.user)]
                if request.organisation.is_common and len(hosts) == 1:  # nobody's mistake: they are shown their way
                    return HttpResponseRedirect(hosts[0][1])
                return render(request, "stranger.html", {"hosts": hosts}, status=403)
            raise Http404
        return None


class ApiMiddleware:
    """The door of the API: bearer token, standing, scope, length and rate, each refused with a refusal document."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        response = self._refusal(request) or self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        """Return why this request may not go on, or None; sets user, token and standing."""
        if reads_description(request):
            return None
        token, common = request.arrival.token, request.organisation.is_common
        if token is None or not (common or token.organisation_id == request.organisation.pk):
            response = refused(401)
            response["WWW-Authenticate"] = "Bearer"
            return response
        translation.activate(token.person.language)
        request.LANGUAGE_CODE = token.person.language
        if self._too_many(token):
            response = refused(429)
            response["Retry-After"] = "60"
            return response
        note_use(token)
        request.user, request.token = token.person, token
        request.standing = request.arrival.standing
        if not request.standing:
            return refused(403, _("This person has no role here."))
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            if token.scope != ApiToken.Scope.WRITE or (common and token.organisation_id is not None):
                return refused(403, _("This token may only read."))
            if request.body_too_large:
                return refused(413, _("At most %(most)s bytes.") % {"most": request.body_limit})
            wanted = "multipart/form-data" if request.takes_files else "application/json"
            if request.method != "DELETE" and request.content_type != wanted:
                return refused(415, _("Send %(type)s.") % {"type": wanted})
        return None

    @staticmethod
    def _too_many(token: ApiToken) -> bool:
        return counted(f"api-{token.person_id}") > settings.API_REQUESTS_PER_MINUTE


def _standing(request: HttpRequest) -> Standing:
    """Return what the user is here: what the door found, unless somebody else signed in since."""
    arrival = request.arrival
    if arrival.person is not None and request.user.pk == arrival.person.pk:
        return arrival.standing
    return standing(request.user, request.organisation)


def resubmit_context(request: HttpRequest, reason: str) -> dict[str, object]:
    """Return what a page needs to offer everything typed again, when it could not be taken the first time.

    Only for what this host's own pages sent: a foreign page must not get its text shown with a button. Nothing of a
    page about signing in is written back, and nowhere anything that looks like a password or a code.
    """
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    own = origin.split("//", 1)[-1].split("/", 1)[0].lower() == request.get_host().lower()
    fields: list[tuple[str, str]] = []
    if own and not request.path_info.startswith("/account/"):
        for name, values in request.POST.lists():
            if name != "csrfmiddlewaretoken" and not SECRET_FIELD.search(name):
                fields += [(name, value) for value in values]
    return {
        "reason": reason,
        "fields": fields,
        "lost_files": own and any(request.FILES.values()),
        "here": request.get_full_path(),
    }
