"""Sends what is odd, and keeps what the server or the framework did wrong.

Each address and field gets a sample of the values: another for each field and person, the same in each run.
SAMENBEHEER_FUZZ=all sends all of them, which takes some minutes. Each request is rolled back, so none sees another's.
"""

import json
import os
import re
from urllib.parse import quote_plus
from zlib import crc32

from django.core.cache import cache
from django.db import transaction

from tenants.web.guard import guarded
from tests.test_error_pages import WORDS

WHOLE = os.environ.get("SAMENBEHEER_FUZZ") == "all"
FORM = "application/x-www-form-urlencoded"
FRAMEWORK = re.compile(
    r"Traceback \(most|<h1>(Bad Request|Not Found|Server Error|403 Forbidden)|DEBUG = True|django\.(core|db|urls)\b"
    r"|psycopg|DisallowedHost|SuspiciousOperation"
)
OURS = "/static/tabler/"  # the look of every page of ours, and of none of the framework's


def some(values: list, least: int, *of: object) -> list:
    """Return `least` of the values, spread over the list, another choice for each `of`."""
    if WHOLE or least >= len(values):
        return values
    start, step = crc32(repr(of).encode()), len(values) / least
    return [values[(start + round(turn * step)) % len(values)] for turn in range(least)]


def octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote_plus(octets(name))}={quote_plus(octets(value))}" for name, value in pairs)


class Sender:
    """Sends requests as one person, each rolled back and with the same cookies, and keeps what went wrong."""

    def __init__(self, client):
        self.client, self.sent, self.wrong = client, 0, []
        client.raise_request_exception = False
        client.handler = guarded(client.handler)  # as config/wsgi.py does
        self.cookies = client.cookies.copy()

    def __call__(self, method: str, path: str, body="", content_type=FORM, **meta):
        self.sent += 1
        if self.sent % 15 == 0:
            cache.clear()  # no limit of attempts stands between
        self.client.cookies = self.cookies.copy()
        before = transaction.savepoint()
        response = self.client.generic(method, path, body, content_type=content_type, **meta)
        transaction.savepoint_rollback(before)
        said = complaint(response, method, path)
        if said:
            self.wrong.append((method, path[:100], str(body)[:200], content_type[:80], str(meta)[:200], said))
        return response

    def ends(self, least: int) -> None:
        """Assert that nothing went wrong, and that the walk was as long as it should be."""
        assert not self.wrong, "\n".join(map(repr, self.wrong))
        assert self.sent >= least, self.sent


def complaint(response, method: str, path: str) -> str:
    status = response.status_code
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode(errors="replace")
    for_machines = path.startswith(("/healthz", "/readyz"))
    if status == 503 and for_machines and text.startswith("{"):
        return ""  # no worker runs beside these tests, and it says so
    if status >= 500:
        return f"{status} {getattr(response, 'exc_info', None)!r}"
    found = FRAMEWORK.search(text)
    if found:
        return f"{status} says {found[0]}"
    if status < 400 or method == "HEAD":
        return ""
    if path.startswith("/api/"):
        ours = response.headers["Content-Type"] == "application/problem+json" and json.loads(text)["status"] == status
    elif status in {400, 413, 429}:
        ours = any(words in text for words in WORDS[status])
    else:
        ours = OURS in text or (status == 405 and for_machines)
    return "" if ours else f"{status} not in our words: {text[:150]}"
