"""The descriptions of the two APIs (OpenAPI 3.1): what the code says of itself, and what holds for every operation.

They follow the Dutch government's API Design Rules 2.2; docs/api/README.md says how each rule is met. Committed in
docs/api, so that a change of the contract shows in review: `python manage.py describe_api` writes them anew.
"""

import copy
import json
import re
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from config.api import Api, common_api, organisation_api
from tenants.organisations.queries import origin
from tenants.web.contract import API_ROOT
from tenants.web.documents import CONTENT_TYPE

ABOUT = (
    "A bearer token per person and organisation; people make and end their own. Every error is a refusal document"
    " (application/problem+json, RFC 9457) in the language of that person; a 400 has all errors at once. What is not"
    " known here, in the query or in the body, is refused. POST takes an Idempotency-Key. Moments are in UTC, days in"
    " Europe/Amsterdam. The version follows semver.org: what breaks a client gets an address of its own, and the"
    " changelog says until when the old one stays."
)
TAGS = {
    "tickets": "Tickets of this organisation: file, follow, answer.",
    "libraries": "Libraries that this organisation serves.",
    "categories": "The common tree of subjects.",
    "agenda": "The shared work agenda.",
    "steering": "The figures of the steering group.",
    "people": "The person of the token.",
    "description": "This description.",
}
STRING = {"type": "string"}
REFUSAL = {
    "type": "object",
    "title": "Refusal",
    "description": "A refusal document (RFC 9457).",
    "required": ["type", "status", "title", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "title": STRING,
        "detail": STRING,
    },
}
ERRORS = {
    "type": "array",
    "minItems": 1,
    "description": "All that is wrong, at once; `field` is empty for what is wrong with the whole.",
    "items": {"type": "object", "required": ["field", "message"], "properties": {"field": STRING, "message": STRING}},
}
STALE = {
    "fields": {"type": "array", "items": STRING, "description": "What changed since the version that was sent."},
    "version": {"type": "integer", "description": "The version to look at now."},
}


def _more(title: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    own = copy.deepcopy(REFUSAL)
    own["title"] = title
    own["properties"] |= properties
    own["required"] += required
    return own


SCHEMAS = {
    "Refusal": REFUSAL,
    "InvalidRefusal": _more("InvalidRefusal", {"errors": ERRORS}, ["errors"]),
    "ConflictRefusal": _more("ConflictRefusal", STALE, []),
}
HEADERS: dict[str, dict[str, Any]] = {
    "API-Version": {"description": "The full version of this API.", "required": True, "schema": STRING},
    "Access-Control-Allow-Origin": {"description": "Any page may read this.", "schema": {"const": "*"}},
    "Idempotent-Replay": {"description": "`true`: this is the answer to the first request.", "schema": STRING},
    "Location": {"description": "Where it is.", "schema": {"type": "string", "format": "uri"}},
    "Retry-After": {"description": "In so many seconds.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "Bearer.", "schema": STRING},
}
# What each status says, by which schema, with which headers besides the version.
REFUSALS: dict[str, tuple[str, str, list[str]]] = {
    "400": ("Something that was sent cannot be used.", "InvalidRefusal", []),
    "401": ("There is no valid token of this organisation.", "Refusal", ["WWW-Authenticate"]),
    "403": ("This person may not do this here, or this token may only read.", "Refusal", []),
    "404": ("There is nothing here, or it is not this person's to see.", "Refusal", []),
    "409": ("This does not fit what is there now.", "ConflictRefusal", ["Retry-After"]),
    "413": ("The request is too large.", "Refusal", []),
    "415": ("The request has another Content-Type.", "Refusal", []),
    "429": ("Too many requests in this minute.", "Refusal", ["Retry-After"]),
    "500": ("Something went wrong on the side of the server.", "Refusal", []),
    "503": ("The server cannot reach its data for a moment; nothing was done.", "Refusal", ["Retry-After"]),
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "The same key again, by the same person at the same address within 24 hours: nothing is done twice. The earlier"
        " answer is given again while token and rights are what they were; else 409."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}


def refusals_of(method: str, address: str, operation: dict[str, Any]) -> list[str]:
    """Return the statuses with which an operation may refuse."""
    names_one = "{" in address
    found = ["400", "401", "403", "429", "500", "503"]
    found += ["404"] if names_one else []
    found += ["409"] if method == "post" or (names_one and method != "get") else []
    found += ["413", "415"] if "requestBody" in operation else []
    return sorted(found)


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("API-Version", *names)}


def _refusal(status: str) -> dict[str, Any]:
    words, schema, headers = REFUSALS[status]
    content = {CONTENT_TYPE: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": words, "headers": _headers(*headers), "content": content}


def _tidied(node: Any) -> Any:
    """Leave out the titles that pydantic makes of the names, and defaults that only mean: left out."""
    if isinstance(node, list):
        return [_tidied(one) for one in node]
    if isinstance(node, dict):
        noise = {"title"} if isinstance(node.get("title"), str) else set()
        noise |= {"default"} if node.get("default", "?") in ("", None, []) else set()
        return {name: _tidied(value) for name, value in node.items() if name not in noise}
    return node


def _without_unused(document: dict[str, Any]) -> None:
    """Leave out the parts that nothing points at, such as refusals that no operation of this API has."""
    while True:
        used = set(re.findall(r"#/components/(\w+)/([^\"]+)", json.dumps(document)))
        kinds = ("schemas", "headers", "responses")
        unused = [(kind, name) for kind in kinds for name in document["components"][kind] if (kind, name) not in used]
        if not unused:
            return
        for kind, name in unused:
            del document["components"][kind][name]


def _finish(method: str, address: str, operation: dict[str, Any]) -> None:
    """Add to an operation what holds for every one."""
    if method == "post":
        operation["parameters"].append(IDEMPOTENCY_KEY)
    answers = {str(status): answer for status, answer in operation["responses"].items()}
    for status, answer in answers.items():
        replay = ["Idempotent-Replay"] if method == "post" else []
        place = ["Location"] if status == "201" and address.count("/") == 1 else []
        answer["headers"] = _headers(*replay, *place)
    refusals = {
        status: {"$ref": f"#/components/responses/{status}"} for status in refusals_of(method, address, operation)
    }
    operation["responses"] = answers | refusals


OWN = {
    "get": {
        "operationId": "getDescription",
        "summary": "Get Description",
        "description": "This description; open to everybody, from every page.",
        "tags": ["description"],
        "parameters": [],
        "security": [],
        "responses": {
            "200": {
                "description": "OK",
                "headers": _headers("Access-Control-Allow-Origin"),
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **{status: {"$ref": f"#/components/responses/{status}"} for status in ("400", "500", "503")},
        },
    }
}


@cache
def _described(api: Api) -> dict[str, Any]:
    document = _tidied(dict(api.get_openapi_schema(path_prefix="")))
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            _finish(method, address, operation)
    document["paths"]["/openapi.json"] = OWN
    used = {tag for methods in document["paths"].values() for one in methods.values() for tag in one["tags"]}
    document["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in sorted(used)]
    parts = document["components"]
    parts["schemas"] |= SCHEMAS
    parts["headers"] = dict(HEADERS)
    parts["responses"] = {status: _refusal(status) for status in REFUSALS}
    _without_unused(document)
    return document


def described(api: Api, *, address: str, home: str, email: str) -> dict[str, Any]:
    """Return the description of an API that stands at `address`; `home` and `email` are those of who answers for it."""
    contact = {"name": "Samenbeheer", "url": home} | ({"email": email} if email else {})
    info = {"title": api.title, "version": api.version, "description": ABOUT, "contact": contact}
    return _described(api) | {"info": info, "servers": [{"url": address}]}


def addresses(api: Api) -> tuple[list[URLPattern], str, str]:
    """Return the addresses of an API and of its description. Nothing else: the root is 404, with a slash or without."""

    @require_safe
    def description(request: HttpRequest) -> HttpResponse:
        found = described(
            api,
            address=origin(request.get_host().rsplit(":", 1)[0]) + API_ROOT,
            home=origin(settings.DOMAIN) + "/",
            email=settings.API_CONTACT,
        )
        response = JsonResponse(found)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    patterns, app, namespace = api.urls
    own = [one for one in patterns if one.name != "api-root"]
    return [path("openapi.json", description, name="description"), *own], app, namespace


organisation_addresses = addresses(organisation_api)
common_addresses = addresses(common_api)
