"""What holds for every answer of the API, whoever gives it: its version, and refusals in one form."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tenants.web.documents import CONTENT_TYPE, refused

# By semver.org: a change that breaks a client is a new major version, with an address of its own.
API_VERSION = "1.6.0"
API_ROOT = "/api/v1"
DESCRIPTION_PATH = f"{API_ROOT}/openapi.json"


def reads_description(request: HttpRequest) -> bool:
    """Does this request read the description, which is open to everybody?"""
    return request.path_info == DESCRIPTION_PATH and request.method in {"GET", "HEAD"}


class ContractMiddleware:
    """The outermost of the API: what others refuse on the way becomes a refusal document, and all have the version."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/"):
            return self.get_response(request)
        translation.activate(settings.LANGUAGE_CODE)  # until it is known whose token this is
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type") != CONTENT_TYPE:
            response = _as_document(response)
        response["API-Version"] = API_VERSION
        return response


def _as_document(response: HttpResponse) -> HttpResponse:
    document = refused(response.status_code)
    for name, value in response.headers.items():
        if name.lower() not in {"content-type", "content-length"}:
            document.headers.setdefault(name, value)
    return document
