"""What the API reads from a body: JSON, and only what a database and UTF-8 can hold."""

import json

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

DEEPEST = 32


class NotWhole(ValueError):
    """JSON, but with what no text may hold, or too deep: pairs of a field's name, or "", and what is wrong."""

    def __init__(self, errors: list[tuple[str, str]]):
        super().__init__(errors)
        self.errors = errors


def whole_json(text: str | bytes):
    """Return what `text` says as JSON (RFC 8259). Raises ValueError, or RecursionError, for what nobody can mean."""
    found = json.loads(text, parse_constant=_no_number)
    errors, rest = {}, [("", 1, found)]
    while rest:
        field, depth, one = rest.pop()
        if depth > DEEPEST:
            errors[field] = _("This is nested too deeply.")
        elif isinstance(one, str) and not _is_whole(one):
            errors[field] = _("This holds a character that no text can hold.")
        elif isinstance(one, dict):
            rest += [(field, depth, name) for name in one]
            rest += [(_below(field, name), depth + 1, part) for name, part in one.items() if _is_whole(name)]
        elif isinstance(one, list):
            rest += [(_below(field, str(place)), depth + 1, part) for place, part in enumerate(one)]
    if errors:
        raise NotWhole(sorted(errors.items()))
    return found


class StrictParser(Parser):
    """Reads the body of a request to the API, or refuses it with 400: the one place where it is looked through."""

    def parse_body(self, request: HttpRequest):
        """Return what the body says. Raises NotWhole, or what the reader of JSON raises; ninja makes an error of it."""
        return whole_json(request.body)


def _below(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name


def _no_number(name: str):
    raise ValueError(f"{name} is no number in JSON")


def _is_whole(text: str) -> bool:
    """Is `text` free of NUL and of half characters (lone surrogates), which neither UTF-8 nor a database takes?"""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
