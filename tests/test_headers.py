"""Headers, cookies and limits, each equal to the literal: in the demo here, in production in a process of its own."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.templatetags.static import static
from django.test import Client

from tests.running import ROOT
from tests.test_production import KEY

DOMAIN = "samenbeheer.localhost"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';"
    " connect-src 'self'; form-action 'self' http://samenbeheer.localhost:8000 http://*.samenbeheer.localhost:8000;"
    " manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PRODUCTION = ALWAYS | {"Content-Security-Policy": CSP.replace("http:", "https:").replace(":8000", "")}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
KEPT_NOWHERE = {"Cache-Control": "private, no-store"}
DUTCH, HTML = {"Content-Language": "nl"}, {"Content-Type": "text/html; charset=utf-8"}
PROBLEM = {"Content-Type": "application/problem+json"}
UNEVEN = {"Content-Length", "Vary", "Expires", "X-RateLimit-Limit", "API-Version"}


def _sorted_csp(value: str) -> list[str]:
    return sorted(part.strip() for part in value.split(";"))


def _headers(response) -> dict[str, str]:
    """Return the headers of a response but those that differ from page to page, the policy in one order."""
    found = {name: value for name, value in response.headers.items() if name not in UNEVEN}
    return in_order(found)


def in_order(headers: dict[str, str]) -> dict[str, str]:
    name = "Content-Security-Policy"
    return {**headers, **({name: "; ".join(_sorted_csp(headers[name]))} if name in headers else {})}


def _safety(headers) -> dict[str, str]:
    return in_order({name: headers[name] for name in headers if name in ALWAYS or name in HSTS})


PAGES = [
    ("bisc desk", "bisc", "/tickets/", 200, HTML | DUTCH | KEPT_NOWHERE),
    ("bisc desk", "bisc", "/tickets/BISC-1/", 200, HTML | DUTCH | KEPT_NOWHERE),
    ("bisc desk", "bisc", "/nergens/", 404, HTML | DUTCH | KEPT_NOWHERE),
    ("bisc colleague", "bisc", "/people/", 403, HTML | DUTCH | KEPT_NOWHERE),
    ("manager", "", "/agenda/", 200, HTML | DUTCH | KEPT_NOWHERE),
    (None, "bisc", "/tickets/", 302, HTML | DUTCH | KEPT_NOWHERE | {"Location": "/account/login/?next=/tickets/"}),
    (None, "bisc", "/api/v1/tickets", 401, PROBLEM | DUTCH | KEPT_NOWHERE | {"WWW-Authenticate": "Bearer"}),
]


@pytest.mark.parametrize(("who", "at", "path", "status", "own"), PAGES)
def test_headers_of_a_page_in_the_demo(client_of, who, at, path, status, own):
    response = client_of(who, at).get(path)
    assert response.status_code == status
    assert _headers(response) == in_order(ALWAYS) | own


def test_headers_of_a_host_that_is_nobodys(cast):
    response = Client(headers={"host": f"niemand.{DOMAIN}:8000"}).get("/")
    assert response.status_code == 404
    assert _headers(response) == in_order(ALWAYS) | HTML | KEPT_NOWHERE


EARLY = [
    ("bisc", "/healthz", 200),
    ("bisc", "/readyz", 200),
    ("bisc", "/.well-known/security.txt", 200),
    ("niemand", "/.well-known/security.txt", 200),
    ("niemand", "/", 404),
    ("niemand", "/api/v1/me", 404),
    ("bisc", "/theme/0b6a6a.css", 200),
    ("bisc", "/a%00b", 404),
    ("bisc", "/?x=%00", 400),
    ("bisc", "static", 200),
    ("niemand", "static", 200),
    ("bisc", "/static/nergens.css", 404),
]


@pytest.mark.parametrize(("at", "path", "status"), EARLY)
def test_the_headers_of_safety_are_the_same_whoever_answers(cast, all_alive, at, path, status):
    address = static("samenbeheer/samenbeheer.css") if path == "static" else path
    response = Client(headers={"host": f"{at}.{DOMAIN}:8000"}).get(address)
    assert response.status_code == status
    assert _safety(response.headers) == in_order(ALWAYS)


def test_the_policy_has_no_more_and_no_less(client_of):
    policy = client_of(None).get("/account/login/").headers["Content-Security-Policy"]
    assert _sorted_csp(policy) == [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'self' http://samenbeheer.localhost:8000 http://*.samenbeheer.localhost:8000",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "manifest-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
    ]


@pytest.mark.parametrize("colour", ["0b6a6a", "23395b"])
def test_the_theme_is_one_colour_and_may_be_kept(client_of, colour):
    response = client_of(None).get(f"/theme/{colour}.css")
    assert (response.status_code, response.content) == (200, b":root{--sb-own:#%s}\n" % colour.encode())
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "colour",
    ["0B6A6A", "0b6a6", "0b6a6a0", "0b6a6g", "red", "000}body{", "000000;}", "0b6a6a%0a", "%D9%A0b6a6a"],
)
def test_the_theme_takes_nothing_but_six_digits(client_of, colour):
    assert client_of(None).get(f"/theme/{colour}.css").status_code == 404


def _cookie(morsel) -> dict[str, object]:
    """Return what a cookie says of itself, but its value and its end."""
    return {name: morsel[name] for name in ("domain", "path", "secure", "httponly", "samesite")}


def test_cookies_in_the_demo(client_of):
    client = client_of(None)
    client.get("/account/login/")
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "een lang wachtwoord"})
    client.post("/language/", {"language": "en"})
    client.post("/tickets/BISC-1/messages/", {"body": "Hallo", "visibility": "public"})
    common = {"path": "/", "secure": "", "httponly": True, "samesite": "Lax"}
    assert {name: _cookie(morsel) for name, morsel in client.cookies.items()} == {
        "samenbeheer_session": {"domain": DOMAIN, **common},
        "csrftoken": {"domain": "", **common},
        "django_language": {"domain": DOMAIN, **common},
        "flash": {"domain": "", **common},
    }
    assert client.cookies["samenbeheer_session"]["max-age"] in ("", 43200)


LIMITS = {
    "UPLOAD_MAX_BYTES": 26214400,
    "UPLOAD_MAX_FILES": 10,
    "BODY_MAX_BYTES": 62914560,
    "FORM_MAX_BYTES": 2097152,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2097152,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 100,
    "FILE_UPLOAD_MAX_MEMORY_SIZE": 65536,
    "SESSION_COOKIE_AGE": 43200,
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
    "API_REQUESTS_PER_MINUTE": 600,
}


def test_limits_in_the_demo():
    assert {name: getattr(settings, name) for name in LIMITS} == LIMITS
    assert settings.ACCOUNT_RATE_LIMITS == {"login_failed": "5/m/key,100/m/ip"}


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/account/login/", 2097152, 200),
        ("/account/login/", 2097153, 413),
        ("/tickets/BISC-1/edit/", 2097153, 413),
        ("/tickets/new/", 62914561, 413),
        ("/tickets/BISC-1/messages/", 62914561, 413),
        ("/api/v1/tickets", 2097153, 413),
        ("/api/v1/tickets/BISC-1/messages/x/attachments", 62914561, 413),
    ],
)
def test_a_body_is_refused_by_its_length_before_it_is_read(client_of, api_of, path, length, status):
    if path.startswith("/api/"):
        client, kind = Client(headers={"authorization": f"Bearer {api_of('bisc desk').token}"}), "application/json"
    else:
        client = client_of(None if path.startswith("/account/") else "bisc desk")
        kind = "application/x-www-form-urlencoded"
    response = client.generic(
        "POST",
        path,
        b"login=".ljust(length if status == 200 else 9, b"x"),
        content_type=kind,
        headers={"host": f"bisc.{DOMAIN}:8000"},
        CONTENT_LENGTH=str(length),
    )
    assert response.status_code == status


# --- production, in a process of its own on the same database ---

ASK = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.test import Client
found = {}
for name, host, path, secure in json.loads(sys.argv[1]):
    answer = Client(headers={"host": host}, raise_request_exception=False).get(path, secure=secure)
    found[name] = {
        "status": answer.status_code,
        "headers": dict(answer.headers),
        "cookies": {key: dict(one) for key, one in answer.cookies.items()},
        "text": "" if answer.streaming else answer.content.decode(),
    }
found["limits"] = {name: getattr(settings, name) for name in json.loads(sys.argv[2])}
found["limits"]["login"] = settings.ACCOUNT_RATE_LIMITS
found["flags"] = {name: getattr(settings, name) for name in json.loads(sys.argv[3])}
print(json.dumps(found))
"""
FLAGS = {
    "DEBUG": False,
    "DEMO": False,
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_DOMAIN": DOMAIN,
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "LANGUAGE_COOKIE_SECURE": True,
    "LANGUAGE_COOKIE_HTTPONLY": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": None,
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    "USE_X_FORWARDED_HOST": False,
    "SECURE_REDIRECT_EXEMPT": [],
}


def in_production(asked: list[tuple[str, str, str, bool]], database: str) -> dict[str, dict]:
    """Return what production answers, by name, with its data at an address."""
    environment = {
        **{key: os.environ[key] for key in ("PATH", "HOME", "REDIS_URL") if key in os.environ},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SAMENBEHEER_MODE": "production",
        "SAMENBEHEER_DOMAIN": DOMAIN,
        "SECRET_KEY": KEY,
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "DATABASE_URL": database,
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(asked), json.dumps(list(LIMITS)), json.dumps(list(FLAGS))],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"stderr": done.stderr}


@pytest.fixture(scope="module")
def production(django_db_setup):
    """What production answers, by name."""
    asked = [
        ("page", f"bisc.{DOMAIN}", "/account/login/", True),
        ("closed", f"bisc.{DOMAIN}", "/tickets/", True),
        ("api", f"bisc.{DOMAIN}", "/api/v1/tickets", True),
        ("plain http", f"bisc.{DOMAIN}", "/tickets/?q=x", False),
        ("health", "127.0.0.1", "/healthz", False),
        ("health over https", "127.0.0.1", "/healthz", True),
        ("nobody's", f"niemand.{DOMAIN}", "/", True),
        ("foreign", "evil.example", "/", True),
        ("foreign, plain http", "evil.example", "/", False),
        ("broken host", "bisc.x_y/..", "/", True),
        ("demo mail", f"bisc.{DOMAIN}", "/demo/mail/", True),
        ("theme", f"bisc.{DOMAIN}", "/theme/0b6a6a.css", True),
    ]
    url = os.environ["DATABASE_URL"]
    name = connection.settings_dict["NAME"]
    return in_production(asked, (os.environ.get("DATABASE_OWNER_URL") or url).rsplit("/", 1)[0] + f"/{name}")


@pytest.mark.parametrize(
    ("name", "status", "own"),
    [
        ("page", 200, HTML | DUTCH),
        ("closed", 302, HTML | DUTCH | KEPT_NOWHERE | {"Location": "/account/login/?next=/tickets/"}),
        ("api", 401, PROBLEM | DUTCH | KEPT_NOWHERE | {"WWW-Authenticate": "Bearer"}),
        ("nobody's", 404, HTML | KEPT_NOWHERE),
        ("foreign", 404, HTML | KEPT_NOWHERE),
        ("broken host", 404, HTML | KEPT_NOWHERE),
        ("theme", 200, {"Content-Type": "text/css; charset=utf-8"} | DUTCH),
    ],
)
def test_headers_in_production(production, name, status, own):
    found = production[name]
    headers = {key: value for key, value in found["headers"].items() if key not in UNEVEN}
    if "Cache-Control" not in own:
        headers.pop("Cache-Control", None)
    assert found["status"] == status
    assert in_order(headers) == in_order(PRODUCTION) | HSTS | own


def test_production_sends_plain_http_to_https(production):
    found = production["plain http"]
    assert (found["status"], found["headers"]["Location"]) == (301, f"https://bisc.{DOMAIN}/tickets/?q=x")
    assert production["health"]["status"] in (200, 503) and "Location" not in production["health"]["headers"]


def test_a_foreign_host_gets_a_page_in_our_words_and_costs_no_traceback(production):
    for name in ("nobody's", "foreign", "broken host"):
        assert "Op dit adres is geen organisatie" in production[name]["text"]
    found = production["foreign, plain http"]
    assert found["status"] == 400 and "Dat konden we niet lezen" in found["text"]
    assert _safety(found["headers"]) == in_order(PRODUCTION) and "Location" not in found["headers"]
    for plain in ("health", "plain http"):  # which has no HSTS
        assert _safety(production[plain]["headers"]) == in_order(PRODUCTION)
    assert _safety(production["health over https"]["headers"]) == in_order(PRODUCTION | HSTS)
    assert "Traceback" not in production["stderr"] and "Invalid HTTP_HOST" not in production["stderr"]


def test_cookies_and_flags_in_production(production):
    token = production["page"]["cookies"]["csrftoken"]
    assert {key: token[key] for key in ("domain", "path", "secure", "httponly", "samesite")} == {
        "domain": "",
        "path": "/",
        "secure": True,
        "httponly": True,
        "samesite": "Lax",
    }
    assert production["flags"] == FLAGS


def test_limits_in_production(production):
    assert production["limits"] == LIMITS | {"login": {"login_failed": "5/m/key,20/m/ip"}}


def test_production_has_no_page_of_the_demo(production):
    assert production["demo mail"]["status"] == 302  # asks to sign in, as any address does
    assert "demo" not in production["page"]["text"]
