"""Nothing that is sent, however odd, makes the server fail or the framework speak for us.

Every route of both kinds of host, every form on its page, cookies, headers and queries get the values of
tests/nasty.py, as people of several kinds. What is known of addresses, forms and fields is read from the
resolver and from the pages, so that a new page is attacked the day it comes.

Each address and field gets a sample of the values: another for each field and person, the same in each run.
SAMENBEHEER_FUZZ=all sends all of them, which takes some minutes. Each request is rolled back, so none sees another's.
"""

import json
import os
import re
import time
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import quote_plus, urlsplit
from zlib import crc32

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLResolver, get_resolver

from tenants.context import inside
from tenants.files import actions as files
from tenants.invitations.actions import invite, key_of
from tenants.models import LibraryMembership, Membership
from tenants.web.guard import guarded
from tests.nasty import (
    CONTENT_TYPES,
    ENCODED,
    HEADERS,
    IN_PATH,
    MULTIPART,
    NAMES_OF_HEADERS,
    TEXTS,
)
from tests.test_error_pages import WORDS
from tickets.desk import actions as verbs
from tickets.models import Attachment, Ticket, TicketGrant

WHOLE = os.environ.get("SAMENBEHEER_FUZZ") == "all"
FORM = "application/x-www-form-urlencoded"
PEOPLE = [(None, "bisc"), ("bisc desk", "bisc"), (None, ""), ("manager", "")]
FRAMEWORK = re.compile(
    r"Traceback \(most|<h1>(Bad Request|Not Found|Server Error|403 Forbidden)|DEBUG = True|django\.(core|db|urls)\b"
    r"|psycopg|DisallowedHost|SuspiciousOperation"
)
OURS = "/static/tabler/"  # the look of every page of ours, and of none of the framework's
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>.*?\)(?=[-/])")


def _some(values: list, least: int, *of: object) -> list:
    """Return `least` of the values, spread over the list, another choice for each `of`."""
    if WHOLE or least >= len(values):
        return values
    start, step = crc32(repr(of).encode()), len(values) / least
    return [values[(start + round(turn * step)) % len(values)] for turn in range(least)]


def _octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote_plus(_octets(name))}={quote_plus(_octets(value))}" for name, value in pairs)


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
        said = _complaint(response, method, path)
        if said:
            self.wrong.append((method, path[:100], str(body)[:200], content_type[:80], str(meta)[:200], said))
        return response

    def ends(self, least: int) -> None:
        """Assert that nothing went wrong, and that the walk was as long as it should be."""
        assert not self.wrong, "\n".join(map(repr, self.wrong))
        assert self.sent >= least


def _complaint(response, method: str, path: str) -> str:
    status = response.status_code
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode(errors="replace")
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
        ours = OURS in text or (status == 405 and path.startswith("/healthz"))  # that one is for machines
    return "" if ours else f"{status} not in our words: {text[:150]}"


@pytest.fixture
def things(bisc, settings, tmp_path):
    """One of each thing that an address may name, by the name of the route or of the parameter."""
    settings.EMAIL_FILE_PATH = str(tmp_path)
    ticket, lead = Ticket.objects.get(number=bisc.ticket), bisc.actor("lead")
    verbs.answer(ticket=ticket, body="a", uploads=[SimpleUploadedFile("a.txt", b"a")], by=bisc.actor("colleague"))
    attachment = Attachment.objects.get(message__ticket=ticket)
    invitation = invite(
        email="nieuw@bisc.example", name="Nieuw", role="desk_lead", organisation=bisc.organisation, by=lead
    )
    colleague = LibraryMembership.objects.get(person=bisc.people["colleague"], library=bisc.library)
    role = Membership.objects.get(person=bisc.people["desk"], organisation=bisc.organisation)
    grant = TicketGrant.objects.first()
    yield SimpleNamespace(
        by_route={
            "end_role": role.pk,
            "end_library_role": colleague.pk,
            "colleague": colleague.pk,
            "withdraw_invitation": invitation.pk,
            "end_ticket_guest": grant.pk if grant else 1,
            "account_invitation": key_of(invitation),
            "ticket_attachment": attachment.key,
        },
        by_parameter={
            "provider_id": "nergens",
            "pk": 1,
            "key": attachment.key,
            "slug": "bisc",
            "colour": "0b6a6a",
            "uidb36": "1",
        },
        ticket=ticket.number,
        attachment=attachment,
    )
    files.forget(attachment.storage_name)


@pytest.fixture
def sender_of(client_of, things):
    """Return a sender for a person on a host, who gave the password just now."""

    def make(who: str | None, at: str) -> Sender:
        client = client_of(who, at)
        if who:
            with inside(None):
                session = client.session
                session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
                session.save()
        return Sender(client)

    return make


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
            send("GET", action, QUERY_STRING=_encoded(pairs))
        else:
            send(method, action, _encoded(pairs))

    post(list(fields.items()))
    for name in fields:
        for value in _some(TEXTS, 3, who, action, name):
            post([*((n, v) for n, v in fields.items() if n != name), (name, value)])
    for value in _some(TEXTS, 4, who, action):
        post([(name, value) for name in fields])
    post([])
    post([(name, value) for name in fields for value in (fields[name], "x", "")])
    post([(f"{name}[]", "x") for name in fields])
    if method == "POST":
        for body in _some(ENCODED, 2, who, action):
            send("POST", action, body)
        name = (form.files or ["body"])[0]
        for body in _some(MULTIPART, len(MULTIPART) // 2 if form.files else 1, who, action):
            send("POST", action, body.replace(b"%NAME%", name.encode()), "multipart/form-data; boundary=x")


@pytest.mark.parametrize(("who", "at"), PEOPLE)
def test_every_page_and_each_field_of_its_forms(who, at, sender_of, things):
    send, seen, fields = sender_of(who, at), set(), 0
    with inside(None):
        for name, pattern in _routes(at):
            path = _path(name, pattern, things)
            response = send("GET", path)
            for method in _some(["POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ODD"], 2, who, path):
                send(method, path)
            for query in _some(ENCODED, 1, who, path):
                send("GET", path, QUERY_STRING=query.decode("latin-1"))
            for value in _some(IN_PATH, 2, who, path) if path != pattern else []:
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
    texts = [_octets(one).decode("latin-1") for one in TEXTS if len(one) < 10_000]
    with inside(None):
        for name in names:
            for value in _some(texts, 16, who, at, name):
                cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {name}={value}"
                send("GET", "/me/", HTTP_COOKIE=cookie)
                send("POST", "/language/", "language=en&next=/", HTTP_COOKIE=cookie)
        for value in _some(texts, 16, who, at):
            send("GET", "/account/login/", HTTP_COOKIE=value)
    send.ends(150)


@pytest.mark.parametrize(("who", "at"), [("bisc desk", "bisc"), (None, "")])
def test_headers(who, at, sender_of):
    send = sender_of(who, at)
    paths = ["/", "/account/login/", "/api/v1/me", "/me/", "/tickets/" if at else "/agenda/", "/healthz"]
    with inside(None):
        for name in NAMES_OF_HEADERS:
            for turn, value in enumerate(_some(HEADERS, 8, who, at, name)):
                send("GET", paths[turn % len(paths)], **{name: value})
        for kind in CONTENT_TYPES:
            for path in _some(["/account/login/", "/api/v1/tickets", "/language/", "/healthz"], 2, who, at, kind):
                send("POST", path, "a=b", kind)
    send.ends(200)
