"""No request to either API, however odd, makes the server fail or say what its description does not.

Every operation of the committed descriptions gets the values of tests/fuzz/nasty.py in each of its parameters and
fields, as people of each kind; so a new operation is attacked the day it comes.
"""

import json
import re
from urllib.parse import quote

import pytest
from django.conf import settings

from tenants.context import inside
from tenants.tokens.actions import create_token
from tests.conftest import COMMAND_LINE
from tests.contract import committed, hold
from tests.fuzz.nasty import CONTENT_TYPES, ENCODED, HEADERS, JSON_BODIES, JSON_VALUES, MULTIPART, TEXTS
from tests.fuzz.sending import encoded, octets, some

ROOT = "/api/v1"
GOOD = {
    "library": "bisc-een",
    "category": "6.1",
    "subject": "Een onderwerp",
    "body": "Een tekst",
    "to": "waiting",
    "version": 1,
    "reason": "Een reden",
}


@pytest.mark.parametrize(
    ("who", "at", "least"),
    [
        (None, "bisc", 150),
        ("bisc colleague", "bisc", 300),
        ("bisc desk", "bisc", 300),
        ("bisc lead", "bisc", 300),
        ("member", "", 40),
        ("manager", "", 40),
        ("platform", "", 40),
    ],
)
def test_every_operation(cast, things, sender_of, who, at, least):
    send, document = sender_of(None, at), committed("desk" if at else "cooperation")
    host = f"{at}.{settings.DOMAIN}" if at else settings.DOMAIN
    known = {"number": things.ticket if at else "1", "key": str(things.attachment.key), "id": "library-1"}
    meta = {}
    with inside(None):
        if who:
            house = cast.bisc.organisation if at else None
            token = create_token(
                person=cast.everybody[who], organisation=house, name="x", scope="write", by=COMMAND_LINE
            )
            meta["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        for template, methods in document["paths"].items():
            path = re.sub(r"\{(\w+)\}", lambda match: known[match[1]], template)
            for method, operation in methods.items():
                fuzz = _Operation(send, host, method.upper(), template, path, meta)
                fuzz.parameters(operation, known, who)
                if method != "get":
                    fuzz.bodies(_fields(operation, document), who)
            for method in ("PUT", "DELETE", "OPTIONS", "HEAD", "ODD"):
                send(method, ROOT + path, **meta)
    send.ends(least)


def _fields(operation: dict, document: dict) -> dict:
    """Return a value that may be for each field of an operation's JSON, by name."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return {}
    schema = content["schema"]
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return {name: GOOD[name] for name in schema["properties"] if name in GOOD} | {
        name: None for name in schema["properties"] if name not in GOOD and name not in schema.get("required", [])
    }


class _Operation:
    """One operation of an API, to which odd things are sent; each answer is held against the description."""

    def __init__(self, send, host: str, method: str, template: str, path: str, meta: dict):
        self.send, self.host, self.method, self.template, self.path, self.meta = (
            send,
            host,
            method,
            template,
            path,
            meta,
        )

    def __call__(self, body="", content_type="application/json", path="", **more):
        response = self.send(self.method, ROOT + (path or self.path), body, content_type, **self.meta, **more)
        try:
            hold(self.host, self.method, self.path, response)
        except Exception as error:  # said with what was sent, at the end
            about = f"not as described: {str(error)[:300]}"
            self.send.wrong.append((self.method, path or self.path, str(body)[:200], content_type[:80], about))

    def parameters(self, operation: dict, known: dict[str, str], who: object) -> None:
        """Send odd values in the address."""
        of = (who, self.method, self.template)
        self()
        for parameter in operation.get("parameters", []):
            name = parameter.get("name")
            for value in some(TEXTS, 4, *of, name) if parameter.get("in") == "query" else []:
                self(QUERY_STRING=encoded([(name, value)]))
            for value in some(TEXTS, 4, *of, name) if parameter.get("in") == "path" else []:
                odd = {**known, name: quote(octets(value), safe="") or "x"}
                self(path=re.sub(r"\{(\w+)\}", lambda match, odd=odd: odd[match[1]], self.template))
        for query in some(ENCODED, 2, *of):
            self(QUERY_STRING=query.decode("latin-1"))

    def bodies(self, fields: dict, who: object) -> None:
        """Send odd bodies, and odd values in each field of one that is good otherwise."""
        of = (who, self.method, self.template)
        good = json.dumps(fields)
        for value in some(HEADERS, 3, *of):
            self(good, HTTP_IDEMPOTENCY_KEY=value)
        for body in some(JSON_BODIES, 8, *of):
            self(body)
        for kind in some(CONTENT_TYPES, 4, *of):
            self(good, kind)
        for body in some(MULTIPART, 1 if fields else 12, *of):
            self(body.replace(b"%NAME%", b"files"), "multipart/form-data; boundary=x")
        for name in fields:
            for value in some(JSON_VALUES, 5, *of, name):
                self(json.dumps({**fields, name: value}))
        for value in some(JSON_VALUES, 4, *of):
            self(json.dumps(dict.fromkeys(fields, value)))
