"""Refusal documents (RFC 9457): how the API says that something is wrong.

The standard calls them problem documents; here a problem is what ITIL calls one. Each has type, status, title and
detail, in the language of the person; a 400 has all that is wrong in `errors`.
"""

from collections.abc import Iterable, Mapping

from django.http import JsonResponse
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"

# Title and, where nothing better is known, detail of each status.
WORDS = {
    400: (_("Bad request"), _("Something in this request cannot be used.")),
    401: (_("Not signed in"), _("A valid bearer token of this organisation is needed.")),
    403: (_("Not allowed"), _("You may not do this here.")),
    404: (_("Not found"), _("There is nothing here, or it is not yours to see.")),
    405: (_("Method not allowed"), _("This address does not take this method.")),
    409: (_("Conflict"), _("This does not fit what is there now.")),
    413: (_("Too large"), _("This request is too large.")),
    415: (_("Unsupported media type"), _("This address takes another Content-Type.")),
    429: (_("Too many requests"), _("Too many requests; wait a minute.")),
    500: (_("Server error"), _("Something went wrong on our side. It was noted; try again later.")),
    503: (_("Away for a moment"), _("We cannot reach our data for a moment; nothing was done. Try again soon.")),
}


class RefusalDocument(Exception):
    """Raised in an API operation; becomes a refusal document."""

    def __init__(self, status: int, detail: str = "", **more: object):
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.more = more


def refused(status: int, detail: str = "", **more: object) -> JsonResponse:
    """Return a refusal document; `more` are members such as `errors`: a list of {field, message}."""
    title, usual = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    body = {"type": "about:blank", "title": str(title), "status": status, "detail": str(detail or usual), **more}
    if status == 400:
        body.setdefault("errors", [{"field": "", "message": body["detail"]}])
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def invalid(errors: Iterable[tuple[str, object]]) -> JsonResponse:
    """Return 400 with everything that is wrong at once: pairs of a field's name, or "", and what is wrong."""
    return refused(400, errors=[{"field": field, "message": str(message)} for field, message in errors])


def refused_form(errors: Mapping[str, Iterable[object]]) -> RefusalDocument:
    """Return a 400 that names each field; `errors` as a Django form gives them."""
    rows = [
        {"field": "" if name == "__all__" else name, "message": str(message)}
        for name, messages in errors.items()
        for message in messages
    ]
    return RefusalDocument(400, errors=rows)
