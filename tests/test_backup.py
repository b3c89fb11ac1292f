"""Everything back from a dump and the folder of files, with the words of docs/operate.md: sign in, same figures."""

import http.cookiejar
import json
import os
import re
import shutil
import subprocess
import urllib.parse
import urllib.request

import pytest

from config.running.embedded import postgres_binaries
from tests.running import ROOT, Running, folder_for_data

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("alone")]
NEW = {"type": "incident", "subject": "Met bijlage", "body": "x", "library": "eemland", "category": "6.1"}
WORDS = (
    'pg_dump --format=custom --file samenbeheer.dump "$DATABASE_OWNER_URL"',
    "createdb --owner samenbeheer_owner samenbeheer_try",
    "pg_restore --exit-on-error --dbname samenbeheer_try samenbeheer.dump",
)


def _figures(one: Running, token: str, steering: str):
    """Return what the steering group reads, and what a desk does."""
    status, figures = one.call("", "GET", "/api/v1/steering/figures", steering)
    listed, tickets = one.call("bisc", "GET", "/api/v1/tickets", token)
    assert (status, listed) == (200, 200), (figures, tickets)
    return figures, tickets["count"], [row["number"] for row in tickets["items"]]


def _attach(one: Running, token: str, number: str) -> None:
    edge = "grens"
    body = (
        f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\nheel geheim\r\n--{edge}--\r\n"
    )
    request = urllib.request.Request(
        f"http://127.0.0.1:{one.port}/api/v1/tickets/{number}/attachments",
        data=body.encode(),
        headers={
            "Host": f"bisc.samenbeheer.localhost:{one.port}",
            "Authorization": f"Bearer {token}",
            "Content-Type": f"multipart/form-data; boundary={edge}",
        },
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


def _read(one: Running, number: str) -> str:
    """Sign in as people do, and return the page of a ticket with its file."""
    jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(strict_domain=False))
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    kept: dict[str, str] = {}

    def ask(path: str, form: dict | None = None) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{one.port}{path}",
            data=urllib.parse.urlencode(form).encode() if form else None,
            headers={
                "Host": f"bisc.samenbeheer.localhost:{one.port}",
                "Origin": f"http://bisc.samenbeheer.localhost:{one.port}",
                "Cookie": "; ".join(f"{name}={value}" for name, value in kept.items()),
            },
        )
        with _no_redirect(opener).open(request) as answer:
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                kept[name] = value
            return answer.read().decode()

    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ask("/account/login/"))[1]
    ask("/account/login/", {"csrfmiddlewaretoken": token, "login": "desk@bisc.example", "password": "samenbeheer"})
    page = ask(f"/tickets/{number}/")
    file = re.search(rf'href="(/tickets/{number}/attachments/[^"]+)"', page)[1]
    return ask(file)


def _no_redirect(opener):
    class Stay(urllib.request.HTTPErrorProcessor):
        def http_response(self, request, response):
            return response

    return urllib.request.build_opener(Stay())


def test_a_dump_and_the_folder_of_files_bring_everything_back():
    manual = (ROOT / "docs" / "operate.md").read_text()
    assert all(words in manual for words in WORDS)
    folder = folder_for_data()
    one = Running(folder / "een", SAMENBEHEER_WEB_PROCESSES="1")
    one.start()
    two = None
    try:
        token = one.command("create_token", "desk@bisc.example", "--organisation", "bisc")
        library = one.command("create_token", "balie@eemland.example", "--organisation", "bisc")
        steering = one.command("create_token", "kwartiermaker@samenbeheer.example")
        number = one.call("bisc", "POST", "/api/v1/tickets", library, {**NEW, "urgency": "low"})[1]["number"]
        _attach(one, library, number)
        before = _figures(one, token, steering)
        sockets = json.loads((one.data / "running.json").read_text())["sockets"]
        server = f"postgres://postgres@{sockets.replace('/', '%2F')}"
        environment = {
            "PATH": f"{postgres_binaries()}:{os.environ['PATH']}",
            "DATABASE_OWNER_URL": f"{server}/samenbeheer",
            "PGHOST": sockets,
            "PGUSER": "postgres",
        }
        for words in WORDS:
            subprocess.run(["bash", "-c", words], cwd=folder, env=environment, check=True)
        files = folder / "twee"
        files.mkdir(mode=0o711)
        shutil.copytree(one.data / "files", files / "files")
        rights = {"DATABASE_URL": f"postgres://samenbeheer_app@{sockets.replace('/', '%2F')}/samenbeheer_try"}
        rights["DATABASE_OWNER_URL"] = rights["DATABASE_URL"].replace("_app@", "_owner@")
        key = (one.data / "secret_key").read_text() if (one.data / "secret_key").exists() else ""
        two = Running(files, SAMENBEHEER_WEB_PROCESSES="1", **rights, **({"SECRET_KEY": key} if key else {}))
        two.start()
        assert _figures(two, token, steering) == before
        assert _read(two, number) == "heel geheim"
        new = two.call("bisc", "POST", "/api/v1/tickets", library, {**NEW, "urgency": "low"})[1]["number"]
        assert int(new.rpartition("-")[2]) == int(number.rpartition("-")[2]) + 1
    finally:
        if two is not None:
            two.stop()
        one.stop()
