"""Refusal documents (RFC 9457): how the API says that something is wrong.

The standard calls them problem documents; here a problem is what ITIL calls one.
"""

from http import HTTPStatus

from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"


class RefusalDocument(Exception):
    """Raised in an API operation; becomes a refusal document."""

    def __init__(self, status: int, detail: str = "", **more: object):
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.more = more


def refused(status: int, detail: str = "", **more: object) -> JsonResponse:
    """Return a refusal document; `more` are members such as `errors`: a list of {field, message}."""
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, **more}
    if detail:
        body["detail"] = str(detail)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def refused_form(errors: dict[str, list[str]]) -> RefusalDocument:
    """Return a 400 that names each field; `errors` as a Django form gives them."""
    rows = [
        {"field": "" if name == "__all__" else name, "message": str(message)}
        for name, messages in errors.items()
        for message in messages
    ]
    return RefusalDocument(400, errors=rows)
