"""No page, form, cookie or header, however odd, makes the server fail or the framework speak for us.

Every route of both kinds of host and every form on its page get the values of tests/fuzz/nasty.py, as people of each
kind. What is known of addresses, forms and fields is read from the resolver and from the pages, so that a new page is
attacked the day it comes.
"""

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

from tenants.context import inside
from tests.fuzz.nasty import CONTENT_TYPES, ENCODED, HEADERS, IN_PATH, MULTIPART, NAMES_OF_HEADERS, TEXTS
from tests.fuzz.sending import Sender, encoded, octets, some

PEOPLE = [
    *((who, "bisc") for who in (None, "bisc keyuser", "bisc desk", "bisc lead")),
    *((who, "") for who in (None, "member", "manager", "platform")),
]
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>.*?\)(?=[-/])")


def _routes(at: str) -> list[tuple[str, str]]:
    """Return name and pattern of each route of a kind of host, without those of the API."""
    found = []

    def walk(patterns, before):
        for pattern in patterns:
            here = before + str(pattern.pattern).removeprefix("^").removesuffix("$").replace("\\Z", "")
            if not isinstance(pattern, URLResolver):
                found.append((pattern.name, here))
            elif not pattern.namespace:
                walk(pattern.url_patterns, here)

    walk(get_resolver("config.urls" if at else "config.urls_common").url_patterns, "/")
    return found


def _path(name: str, pattern: str, things, value: str | None = None) -> str:
    """Return the address of a thing that is there, or with `value` in the place of each parameter."""

    def argument(match) -> str:
        kind, parameter = match[1], match[2] or match[3]
        if value is not None:
            return value
        if parameter == "number":
            return "1" if kind == "int" else things.ticket
        if parameter in {"pk", "key"} and name in things.by_route:
            return str(things.by_route[name])
        return str(things.by_parameter[parameter])

    return PARAMETER.sub(argument, pattern)


class _Forms(HTMLParser):
    """The forms of a page: action, method and fields with a value that may be."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list = []
        self.select = self.area = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        at = dict(attributes)
        if tag == "form":
            self.forms.append(
                SimpleNamespace(
                    action=at.get("action"), method=(at.get("method") or "get").lower(), fields={}, files=[]
                )
            )
        form = self.forms[-1] if self.forms else None
        if form is None:
            return
        name, kind, value = at.get("name"), at.get("type", "text"), at.get("value")
        if tag == "select":
            self.select = name
            form.fields[name] = ""
        elif tag == "option" and self.select and (not form.fields[self.select] or "selected" in at):
            form.fields[self.select] = value or form.fields[self.select]
        elif tag == "textarea":
            self.area = name
            form.fields[name] = "Een tekst"
        elif tag == "input" and name and kind == "file":
            form.files.append(name)
        elif tag in {"input", "button"} and name:
            fill = {"email": "iemand@bisc.example", "date": "2030-01-01", "number": "1", "password": "lang en geheim!"}
            form.fields.setdefault(name, value or fill.get(kind, "woord"))

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = ""


def _fuzz_form(send: Sender, form, action: str, who: object) -> None:
    fields = {name: value for name, value in form.fields.items() if name and name != "csrfmiddlewaretoken"}
    method = form.method.upper()

    def post(pairs):
        if method == "GET":
            send("GET", action, QUERY_STRING=encoded(pairs))
        else:
            send(method, action, encoded(pairs))

    post(list(fields.items()))
    for name in fields:
        for value in some(TEXTS, 3, who, action, name):
            post([*((n, v) for n, v in fields.items() if n != name), (name, value)])
    for value in some(TEXTS, 4, who, action):
        post([(name, value) for name in fields])
    post([])
    post([(name, value) for name in fields for value in (fields[name], "x", "")])
    post([(f"{name}[]", "x") for name in fields])
    if method == "POST":
        for body in some(ENCODED, 2, who, action):
            send("POST", action, body)
        name = (form.files or ["body"])[0]
        for body in some(MULTIPART, len(MULTIPART) // 2 if form.files else 1, who, action):
            send("POST", action, body.replace(b"%NAME%", name.encode()), "multipart/form-data; boundary=x")


@pytest.mark.parametrize(("who", "at"), PEOPLE)
def test_every_page_and_each_field_of_its_forms(who, at, sender_of, things):
    send, seen, fields = sender_of(who, at), set(), 0
    with inside(None):
        for name, pattern in _routes(at):
            path = _path(name, pattern, things)
            response = send("GET", path)
            for method in some(["POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD"], 2, who, path):
                send(method, path)
            for query in some(ENCODED, 1, who, path):
                send("GET", path, QUERY_STRING=query.decode("latin-1"))
            for value in some(IN_PATH, 2, who, path) if path != pattern else []:
                send("GET", _path(name, pattern, things, value))
                send("POST", _path(name, pattern, things, value))
            if response.streaming or "html" not in response.headers.get("Content-Type", ""):
                continue
            for form in _Forms(response.content.decode()).forms:
                action = urlsplit(form.action or path).path
                mark = (action, *sorted(map(str, form.fields)))
                if mark not in seen:
                    seen.add(mark)
                    fields += len(form.fields)
                    _fuzz_form(send, form, action, who)
    send.ends(250 if who else 200)
    assert len(seen) >= (5 if who else 3) and fields >= (12 if who else 6)


@pytest.mark.parametrize(("who", "at"), [("bisc desk", "bisc"), (None, "")])
def test_cookies(who, at, sender_of):
    send = sender_of(who, at)
    session = send.cookies[settings.SESSION_COOKIE_NAME].value if who else "x" * 32
    names = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, "messages", "odd"]
    texts = [octets(one).decode("latin-1") for one in TEXTS if len(one) < 10_000]
    with inside(None):
        for name in names:
            for value in some(texts, 16, who, at, name):
                cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {name}={value}"
                send("GET", "/me/", HTTP_COOKIE=cookie)
                send("POST", "/language/", "language=en&next=/", HTTP_COOKIE=cookie)
        for value in some(texts, 16, who, at):
            send("GET", "/account/login/", HTTP_COOKIE=value)
    send.ends(150)


@pytest.mark.parametrize(("who", "at"), [("bisc desk", "bisc"), (None, "")])
def test_headers(who, at, sender_of):
    send = sender_of(who, at)
    paths = ["/", "/account/login/", "/api/v1/me", "/me/", "/tickets/" if at else "/agenda/", "/healthz"]
    with inside(None):
        for name in NAMES_OF_HEADERS:
            for turn, value in enumerate(some(HEADERS, 8, who, at, name)):
                send("GET", paths[turn % len(paths)], **{name: value})
        for kind in CONTENT_TYPES:
            for path in some(["/account/login/", "/api/v1/tickets", "/language/", "/healthz"], 2, who, at, kind):
                send("POST", path, "a=b", kind)
    send.ends(200)
