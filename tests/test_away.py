"""Valkey or PostgreSQL goes away under a running Samenbeheer, as servers of their own do, and comes back."""

import json
import re
import signal
import time
import urllib.parse
from http.client import HTTPConnection

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError

from config.running.away import is_away
from tests.outside import Outside
from tests.running import Running, wait_for
from tests.test_headers import (
    DOMAIN,
    DUTCH,
    HSTS,
    HTML,
    KEPT_NOWHERE,
    PROBLEM,
    PRODUCTION,
    UNEVEN,
    in_order,
    in_production,
)

NEW = {"type": "incident", "subject": "Weg", "body": "x", "library": "eemland", "category": "6.1", "urgency": "low"}
AWAY = re.compile(
    r"ERROR samenbeheer.database database away \((Operational|Interface)Error\); what asks for it is refused until it"
    r" is back"
)
WAITING = "SELECT count(*) FROM tenants_outboxentry WHERE done_at IS NULL"


class Person:
    """Somebody with a browser without scripts: keeps cookies, sends forms, and measures how long it waits."""

    def __init__(self, one: Running, host: str = "bisc.samenbeheer.localhost"):
        self.one, self.host = one, host
        self.cookies: dict[str, str] = {}
        self.slowest = 0.0

    def ask(self, method: str, path: str, fields: dict | None = None, **headers: str):
        """Return (status, headers, text)."""
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._send(method, path, body, headers)

    def api(self, method: str, path: str, token: str, data: dict | None = None, **headers: str):
        """Return (status, what the JSON holds)."""
        headers |= {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, _headers, text = self._send(
            method, f"/api/v1{path}", None if data is None else json.dumps(data), headers
        )
        return status, json.loads(text)

    def _send(self, method, path, body, headers):
        link = HTTPConnection("127.0.0.1", self.one.port, timeout=30)
        origin = f"{self.host}:{self.one.port}"
        headers |= {"Host": origin, "Origin": f"http://{origin}"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        begin = time.monotonic()
        link.request(method, path, body, headers)
        answer = link.getresponse()
        text = answer.read().decode(errors="replace")
        self.slowest = max(self.slowest, time.monotonic() - begin)
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        link.close()
        return answer.status, dict(answer.headers), text

    def form(self, path: str, **fields: str):
        """Open a page and send a form of it; return (status, where to)."""
        page = self.ask("GET", path)[2]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return self.sent(path, csrfmiddlewaretoken=token, **fields)

    def sent(self, path: str, **fields: str):
        """Send a form; return (status, where to)."""
        status, headers, _text = self.ask("POST", path, fields)
        return status, headers.get("Location", "").split("?")[0]

    def sign_in(self, email: str, password: str = "samenbeheer"):
        return self.form("/account/login/", login=email, password=password)


@pytest.fixture(scope="module")
def outside():
    with Outside("postgres", "valkey") as servers:
        yield servers


@pytest.fixture(scope="module")
def one(outside):
    found = Running(outside.folder / "data", volume="0", SAMENBEHEER_WEB_PROCESSES="1", **outside.environment)
    found.start()
    yield found
    assert found.stop() == 0


def _all_done(outside) -> bool:
    return outside.sql(WAITING) == [(0,)]


@pytest.mark.servers
@pytest.mark.xdist_group("alone")
@pytest.mark.parametrize("how", ["killed", "hangs"])
def test_without_valkey_everything_goes_on_and_nothing_is_lost(one, outside, how):
    desk, librarian, other = Person(one), Person(one), Person(one)
    assert desk.sign_in("desk@bisc.example") == (302, "/")
    token = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
    wait_for(lambda: _all_done(outside))
    mails = set((one.data / "mail").glob("*.eml"))
    outside.kill("valkey") if how == "killed" else outside.signal("valkey", signal.SIGSTOP)

    desk.slowest = 0.0
    assert librarian.sign_in("balie@eemland.example") == (302, "/")
    status, where = librarian.form("/tickets/new/", **NEW, once=f"merk-{how}")
    assert status == 302 and where.startswith("/tickets/BISC-")
    assert desk.ask("GET", where)[0] == 200
    page = desk.ask("GET", where)[2]
    mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    said = {"csrfmiddlewaretoken": mark, "body": f"Gezien ({how})", "visibility": "public", "once": how}
    assert desk.sent(f"{where}messages/", **said) == (302, where)
    key = {"Idempotency-Key": f"sleutel-{how}"}
    first, again = (librarian.api("POST", "/tickets", token, NEW, **key) for _ in range(2))
    assert first == again and first[0] == 201
    for _ in range(5):
        assert other.sign_in("keyuser@eemland.example", "fout")[0] == 200
    assert other.sign_in("keyuser@eemland.example")[0] == 200  # locked, as with Valkey
    assert max(desk.slowest, librarian.slowest, other.slowest) < 4
    before = time.monotonic()
    for _ in range(20):
        assert desk.ask("GET", "/tickets/")[0] == 200
    assert time.monotonic() - before < 10  # not seconds for each
    status, _headers, health = desk.ask("GET", "/healthz")
    assert (status, json.loads(health)["wrong"]) == (503, ["cache", "broker"])
    assert outside.sql(WAITING)[0][0] >= 3
    assert set((one.data / "mail").glob("*.eml")) == mails

    outside.start_again("valkey") if how == "killed" else outside.signal("valkey", signal.SIGCONT)
    wait_for(lambda: _all_done(outside), 60)
    new = [path.read_text() for path in set((one.data / "mail").glob("*.eml")) - mails]
    number = where.split("/")[2]
    assert len([text for text in new if f"Gezien ({how})" in text]) == 1, [number, len(new)]
    wait_for(lambda: desk.ask("GET", "/healthz")[0] == 200, 30)
    assert librarian.ask("GET", where)[0] == 200


@pytest.mark.servers
@pytest.mark.xdist_group("alone")
def test_without_postgresql_pages_say_so_and_it_comes_back_by_itself(one, outside):
    desk, stranger = Person(one), Person(one)
    # The tests before this one gave ten wrong passwords from here: for a minute nobody signs in from here any more.
    assert wait_for(lambda: desk.sign_in("desk@bisc.example")[0] == 302 or time.sleep(5), 150)
    token = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
    number = desk.api("POST", "/tickets", token, NEW)[1]["number"]
    mark = one.log.stat().st_size
    outside.kill("postgres")
    desk.slowest = 0.0
    for language, words in (("nl", "We kunnen even niet bij onze gegevens"), ("en", "We cannot reach our data")):
        stranger.cookies["django_language"] = language
        for who in (desk, stranger):
            who.cookies["django_language"] = language
            for path in ("/tickets/", "/", "/account/login/", "/nergens/"):
                status, headers, text = who.ask("GET", path)
                assert (status, headers["Retry-After"], headers["Content-Language"]) == (503, "30", language)
                assert words in text and "<header" in text and "stylesheet" in text
                assert "sql" not in text.lower() and "Traceback" not in text
    assert desk.ask("POST", f"/tickets/{number}/messages/", {"body": "x"})[0] == 503
    status, headers, text = desk.ask("GET", "/api/v1/tickets", Authorization=f"Bearer {token}")
    assert (status, headers["Content-Type"], headers["Retry-After"]) == (503, "application/problem+json", "30")
    assert json.loads(text) == {
        "type": "about:blank",
        "title": "Even weg",
        "status": 503,
        "detail": "We kunnen even niet bij onze gegevens; er is niets gedaan. Probeer het zo weer.",
    }
    style = re.search(r'href="(/static/[^"]+\.css)"', stranger.ask("GET", "/")[2])[1]
    assert stranger.ask("GET", style)[0] == 200
    assert max(desk.slowest, stranger.slowest) < 4
    said = one.log.read_bytes()[mark:].decode()
    web = [line for line in said.splitlines() if "samenbeheer.database" in line or "django.request" in line]
    assert all(AWAY.fullmatch(line.split(" ", 2)[2]) for line in web) and 1 <= len(web) <= 4  # each process one
    assert "Traceback" not in said and "Service Unavailable" not in said

    outside.start_again("postgres")
    assert wait_for(lambda: desk.ask("GET", f"/tickets/{number}/")[0] == 200, 90)  # it recovers from a kill first
    mails = set((one.data / "mail").glob("*.eml"))
    desk_token = one.command("create_token", "desk@bisc.example", "--organisation", "bisc")
    assert desk.api("POST", f"/tickets/{number}/messages", desk_token, {"body": "Terug"})[0] == 201
    wait_for(lambda: set((one.data / "mail").glob("*.eml")) - mails, 40)
    wait_for(lambda: _all_done(outside), 40)
    wait_for(lambda: desk.ask("GET", "/healthz")[0] == 200, 30)


def test_headers_while_the_database_is_away():
    asked = [
        ("page", f"bisc.{DOMAIN}", "/tickets/", True),
        ("sign-in", f"bisc.{DOMAIN}", "/account/login/", True),
        ("nobody's", f"niemand.{DOMAIN}", "/", True),
        ("api", f"bisc.{DOMAIN}", "/api/v1/tickets", True),
    ]
    found = in_production(asked, "postgres://niemand@127.0.0.1:1/niets")
    always = in_order(PRODUCTION) | HSTS | DUTCH | KEPT_NOWHERE | {"Retry-After": "30"}
    for name, own in (("page", HTML), ("sign-in", HTML), ("nobody's", HTML), ("api", PROBLEM)):
        headers = {key: value for key, value in found[name]["headers"].items() if key not in UNEVEN}
        assert (name, found[name]["status"], in_order(headers)) == (name, 503, always | own)
        assert found[name]["cookies"] == {}
    assert "Traceback" not in found["stderr"]


# What a request meets, with the code that PostgreSQL gives it: none where there was no answer at all.
MET = [
    (OperationalError, None, True),
    (OperationalError, "57P01", True),
    (OperationalError, "57P03", True),
    (OperationalError, "53300", True),
    (OperationalError, "08006", True),
    (OperationalError, "57014", False),  # it took too long
    (OperationalError, "40P01", False),  # two waited for each other
    (OperationalError, "53100", False),  # its disk is full
    (ProgrammingError, None, False),
    (ValueError, None, False),
]


@pytest.mark.parametrize(("kind", "code", "away"), MET)
def test_away_is_what_no_question_of_ours_can_cause(kind, code, away):
    class Answer(Exception):
        pgcode = code

    error = kind("x")
    error.__cause__ = Answer()
    assert is_away(error) is away


def test_away_is_a_connection_that_was_closed_and_no_cursor_that_was():
    assert is_away(InterfaceError("connection already closed"))
    assert not is_away(InterfaceError("cursor already closed"))
    assert not is_away(None)
