"""From an empty database to the first ticket, in production: the very lines of docs/operate.md, one after another."""

import os
import re
import secrets
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import psycopg2
import pytest
from django.db import connection

from tests.browsing import form_with
from tests.running import ROOT, free_port, wait_for
from tests.test_production import KEY

pytestmark = pytest.mark.servers
DOMAIN = "samenbeheer.example"
PASSWORD = "een heel nieuw geheim"


def _lines() -> list[list[str]]:
    """Return the commands of that part of docs/operate.md."""
    text = (ROOT / "docs" / "operate.md").read_text()
    part = text.split("## From an empty machine to the first ticket")[1].split("\n## ")[0]
    return [shlex.split(line) for line in re.findall(r"^    (python manage\.py .+)$", part, flags=re.M)]


class Answer:
    """What came back, as the tests of forms read it."""

    def __init__(self, status: int, content: bytes, location: str):
        self.status_code, self.content, self.location = status, content, location


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Let a redirect be an answer."""

    def redirect_request(self, *args):
        return None


class Browser:
    """Somebody with cookies behind the proxy, which says that the request came by HTTPS."""

    def __init__(self, port: int, host: str):
        self.port, self.host, self.cookies = port, host, {}
        self.opener = urllib.request.build_opener(NoRedirect)

    def ask(self, path: str, data: list | None = None) -> Answer:
        headers = {
            "Host": self.host,
            "X-Forwarded-Proto": "https",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": f"https://{self.host}/",
        }
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=body, headers=headers)
        try:
            came = self.opener.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            came = error
        for line in came.headers.get_all("Set-Cookie") or ():
            name, _is, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(came.status, came.read(), came.headers.get("Location", ""))

    def send(self, path: str, button: str, **filled) -> Answer:
        """GET a page, following where it leads, fill in its form with that button, and send what a browser sends."""
        page = self.ask(path)
        while page.location:
            path = re.sub(r"^https?://[^/]+", "", page.location)
            page = self.ask(path)
        assert page.status_code == 200, (path, page.status_code)
        form = form_with(page, button, path)
        for name, value in filled.items():
            form.fill(name, value)
        pairs = [(name, value) for name, value in form.sends(button) if isinstance(value, str)]
        return self.ask(form.action.split("#")[0], pairs)


@pytest.fixture
def installation():
    """An empty database with its two roles, and the environment of a production installation on it."""
    values, name = connection.settings_dict, f"begin_{secrets.token_hex(4)}"
    owner, application = f"{name}_owner", f"{name}_app"
    admin = psycopg2.connect(host=values["HOST"], user="postgres", dbname="postgres")
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'x'; CREATE ROLE {application} LOGIN PASSWORD 'x'")
        cursor.execute(f"CREATE DATABASE {name} OWNER {owner} ENCODING 'UTF8'")
    host = values["HOST"].replace("/", "%2F")
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "REDIS_URL", "SAMENBEHEER_DATA") if key in os.environ}
    yield {
        **kept,
        "SAMENBEHEER_MODE": "production",
        "SAMENBEHEER_DOMAIN": DOMAIN,
        "SAMENBEHEER_BEHIND_PROXY": "1",
        "SAMENBEHEER_PROXIES": "1",
        "SAMENBEHEER_PROXY_ADDRESSES": "*",
        "SECRET_KEY": KEY,
        "DATABASE_URL": f"postgres://{application}:x@{host}/{name}",
        "DATABASE_OWNER_URL": f"postgres://{owner}:x@{host}/{name}",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE {owner}; DROP ROLE {application}")
    admin.close()


def _run(line: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *line[1:]], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, (line, done.stdout, done.stderr)
    return done.stdout


def test_the_lines_of_the_handbook_lead_to_the_first_ticket(installation):
    links, again = {}, {"create_organisation", "create_person"}  # each of them once more, which changes nothing
    for line in _lines():
        said = _run(line, installation)
        if "create_person" in line:
            (links[line[3]],) = re.findall(rf"https://{DOMAIN}(/account/password/reset/key/\S+)", said)
        if line[2] in again:
            again.remove(line[2])
            assert "nothing was changed" in _run(line, installation), line
    assert again == set()
    assert list(links) == [
        "platform@samenbeheer.example",
        "baas@bisc.example",
        "desk@bisc.example",
        "lead@bisc.example",
        "key@noord.example",
    ]
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "config/running/gunicorn.py", "config.wsgi"],
        cwd=ROOT,
        env={**installation, "PORT": str(port), "SAMENBEHEER_WEB_PROCESSES": "1"},
    )
    try:
        wait_for(lambda: _answers(port), 60)
        _use(port, links)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).status == 200
    except OSError:
        time.sleep(0.2)
        return False


def _signed_in(port: int, host: str, email: str, link: str) -> Browser:
    """Choose a password by the printed link, and sign in with it."""
    Browser(port, DOMAIN).send(link, "Wachtwoord opslaan", password1=PASSWORD, password2=PASSWORD)
    browser = Browser(port, host)
    assert browser.send("/account/login/", "Aanmelden", login=email, password=PASSWORD).status_code == 302
    return browser


def _use(port: int, links: dict[str, str]) -> None:
    platform = _signed_in(port, DOMAIN, "platform@samenbeheer.example", links["platform@samenbeheer.example"])
    assert "BiSC is 1 stap van de eerste melding" in platform.ask("/platform/").content.decode()
    key_user = _signed_in(port, f"bisc.{DOMAIN}", "key@noord.example", links["key@noord.example"])
    answer = key_user.send(
        "/tickets/new/",
        "Verstuur naar BiSC",
        subject="De eerste melding",
        body="Het werkt.",
        type="incident",
        urgency="low",
        category="6",
    )
    assert answer.status_code == 302, re.findall(r'class="errorlist".*?</ul>', answer.content.decode(), flags=re.S)
    desk = _signed_in(port, f"bisc.{DOMAIN}", "desk@bisc.example", links["desk@bisc.example"])
    assert "De eerste melding" in desk.ask("/tickets/?view=unassigned").content.decode()
    assert "Cubiss is" in platform.ask("/platform/").content.decode()
