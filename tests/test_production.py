"""What a production start refuses, and what it never tells: the settings run anew, twice in a process of their own."""

import os
import runpy
import subprocess
import sys
import traceback
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from config import environment
from tenants.context import inside
from tests.running import ROOT

SECRET = "geheim-4711"
KEY = "0f6b1d8e2c7a4953b8d0e6f1a2c3948576eda1b2c3d4e5f60718293a4b5c6d7e"
PRODUCTION = {
    "SAMENBEHEER_MODE": "production",
    "SECRET_KEY": KEY,
    "SAMENBEHEER_DOMAIN": "samenbeheer.example",
    "DATABASE_URL": "postgres://x@127.0.0.1/x",
    "REDIS_URL": "redis://127.0.0.1/0",
    "EMAIL_URL": "smtp+tls://x:y@127.0.0.1:587",
}


OURS = ("SAMENBEHEER_", "SECRET_KEY", "DATABASE_", "REDIS_", "EMAIL_", "STORAGE_", "OIDC_", "PORT")


def _start(code: str = "", **changes: str | None) -> subprocess.CompletedProcess:
    """Load the settings in a process of its own, with `changes` to a complete environment, and run `code`."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**keep, **PRODUCTION, **changes, "DJANGO_SETTINGS_MODULE": "config.settings"}
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings; settings.DEBUG; {code}"],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )


@pytest.fixture
def load(monkeypatch):
    """Run the settings module with `changes` to a complete environment; return its names."""

    def loaded(**changes: str | None) -> dict:
        for name in [one for one in os.environ if one.startswith(OURS)]:
            monkeypatch.delenv(name)
        for name, value in {**PRODUCTION, **changes}.items():
            monkeypatch.delenv(name, raising=False)
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "config" / "settings.py"))

    return loaded


def test_production_starts_when_complete():
    done = _start("print(settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS, settings.DEMO, settings.DEBUG)")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "['samenbeheer.example', '.samenbeheer.example'] ['https://*.samenbeheer.example'] False False\n"
    )


def test_secrets_are_read_from_files(load, tmp_path):
    """Nothing of them has to stand in an environment, which any `inspect` of a container shows."""
    for name, words in {"app": "a#/ b", "owner": "o", "mail": "smtp+tls://m:geheim@post.example:587"}.items():
        (tmp_path / name).write_text(f"{words}\n")
    files = {
        "DATABASE_URL": "postgres://app@database:5432/samenbeheer",
        "DATABASE_PASSWORD_FILE": str(tmp_path / "app"),
        "DATABASE_OWNER_URL": "postgres://owner@database:5432/samenbeheer",
        "DATABASE_OWNER_PASSWORD_FILE": str(tmp_path / "owner"),
        "EMAIL_URL": None,
        "EMAIL_URL_FILE": str(tmp_path / "mail"),
    }
    found = load(**files)
    assert found["DATABASES"]["default"]["PASSWORD"] == "a#/ b"
    assert (found["EMAIL_HOST"], found["EMAIL_HOST_PASSWORD"]) == ("post.example", "geheim")
    assert load(**files, SAMENBEHEER_AS_OWNER="1")["DATABASES"]["default"]["PASSWORD"] == "o"


REFUSED = [
    ({"SAMENBEHEER_MODE": "test"}, "SAMENBEHEER_MODE must be one of demo, production, not 'test'"),
    ({"SECRET_KEY": None}, "SECRET_KEY (or SECRET_KEY_FILE) must hold 50 characters or more"),
    ({"SECRET_KEY": KEY[:49]}, "SECRET_KEY (or SECRET_KEY_FILE) must hold 50 characters or more"),
    ({"SECRET_KEY": "k" * 60}, "SECRET_KEY (or SECRET_KEY_FILE) has too little variety; make one at random"),
    ({"SECRET_KEY": "abcdefgh" * 8}, "SECRET_KEY (or SECRET_KEY_FILE) has too little variety; make one at random"),
    ({"SECRET_KEY": KEY[:20] * 3}, "SECRET_KEY (or SECRET_KEY_FILE) has too little variety; make one at random"),
    (
        {"SECRET_KEY": "demo-only-" + KEY},
        "SECRET_KEY (or SECRET_KEY_FILE) is that of a demo; make one of your own",
    ),
    ({"SECRET_KEY_FILE": "/nergens"}, "SECRET_KEY_FILE cannot be read: No such file or directory"),
    ({"DATABASE_PASSWORD_FILE": "/nergens"}, "DATABASE_PASSWORD_FILE cannot be read: No such file or directory"),
    ({"EMAIL_URL": None, "EMAIL_URL_FILE": "/nergens"}, "EMAIL_URL_FILE cannot be read: No such file or directory"),
    ({"SECRET_KEY_FILE": sys.executable}, "SECRET_KEY_FILE cannot be read: it is no text"),
    ({"SAMENBEHEER_DOMAIN": None}, "SAMENBEHEER_DOMAIN must name the domain below which all hosts lie"),
    *(
        (
            {"SAMENBEHEER_DOMAIN": domain},
            "SAMENBEHEER_DOMAIN must be a domain name such as samenbeheer.example, without https://, port, path or *",
        )
        for domain in (
            "*",
            "*.samenbeheer.example",
            "samenbeheer.example:8000",
            "https://samenbeheer.example",
            "samenbeheer.example/",
            ".samenbeheer.example",
            "samenbeheer.example.",
            "samenbeheer_.example",
            "samenbeheer.example,evil.example",
            "localhost",
            "127.0.0.1",
            "[::1]",
        )
    ),
    ({"SAMENBEHEER_HTTPS": "0"}, "SAMENBEHEER_HTTPS cannot be off in production"),
    ({"SAMENBEHEER_HTTPS": "misschien"}, "SAMENBEHEER_HTTPS must be true or false, not 'misschien'"),
    ({"DATABASE_URL": None}, "DATABASE_URL must be set in production"),
    ({"REDIS_URL": None}, "REDIS_URL must be set in production"),
    ({"EMAIL_URL": None}, "EMAIL_URL must be set in production"),
    ({"REDIS_URL": "http://x"}, "REDIS_URL must be an address that begins with redis:// or rediss:// or unix://"),
    ({"STORAGE_URL": "ftp://x"}, "STORAGE_URL must be an address that begins with s3://"),
    ({"STORAGE_URL": "s3://"}, "STORAGE_URL must name a bucket: s3://bucket"),
    ({"PORT": "acht"}, "PORT must be a whole number between 1 and 65535, not 'acht'"),
    ({"PORT": "0"}, "PORT must be a whole number between 1 and 65535, not '0'"),
    ({"PORT": "65536"}, "PORT must be a whole number between 1 and 65535, not '65536'"),
    (
        {"SAMENBEHEER_PUBLIC_PORT": "https"},
        "SAMENBEHEER_PUBLIC_PORT must be a whole number between 1 and 65535, not 'https'",
    ),
    ({"SAMENBEHEER_PROXIES": "-1"}, "SAMENBEHEER_PROXIES must be a whole number between 0 and 2147483647, not '-1'"),
    ({"SAMENBEHEER_BEHIND_PROXY": "ja"}, "SAMENBEHEER_BEHIND_PROXY must be true or false, not 'ja'"),
    (
        {"SAMENBEHEER_LOG_LEVEL": "LUID"},
        "SAMENBEHEER_LOG_LEVEL must be one of CRITICAL, DEBUG, ERROR, INFO, WARNING, not 'LUID'",
    ),
    (
        {"SAMENBEHEER_FROM": "niemand"},
        "SAMENBEHEER_FROM must be a mail address, such as Samenbeheer <noreply@samenbeheer.example>",
    ),
    (
        {"SAMENBEHEER_FROM": "a@b.example\nBcc: c@d.example"},
        "SAMENBEHEER_FROM must be a mail address, such as Samenbeheer <noreply@samenbeheer.example>",
    ),
    (
        {"SAMENBEHEER_SECURITY_CONTACT": "security@samenbeheer.example"},
        f"SAMENBEHEER_SECURITY_EXPIRES must be a date such as {date.today() + timedelta(days=360)}",
    ),
    (
        {"SAMENBEHEER_SECURITY_EXPIRES": "31-1-2027"},
        f"SAMENBEHEER_SECURITY_EXPIRES must be a date such as {date.today() + timedelta(days=360)}",
    ),
    (
        {"SAMENBEHEER_SECURITY_CONTACT": "http://x.example"},
        "SAMENBEHEER_SECURITY_CONTACT must hold mail addresses, or addresses that begin with https://",
    ),
    (
        {"OIDC_SERVER_URL": "http://idp.example", "OIDC_EMAIL_DOMAINS": "bisc.example"},
        "OIDC_SERVER_URL must be an address that begins with https://",
    ),
    (
        {"OIDC_SERVER_URL": "https://idp.example"},
        "OIDC_EMAIL_DOMAINS must name the domains that OIDC_SERVER_URL vouches for",
    ),
    (
        {"OIDC_SERVER_URL": "https://idp.example", "OIDC_EMAIL_DOMAINS": "bisc.example, *"},
        "OIDC_EMAIL_DOMAINS must hold domain names, separated by commas",
    ),
    (
        {"OIDC_SERVER_URL": "https://idp.example", "OIDC_EMAIL_DOMAINS": "bisc.example"},
        "OIDC_CLIENT_ID must be set where OIDC_SERVER_URL is",
    ),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED, ids=lambda one: str(one)[:60])
def test_production_refuses_to_start_and_names_the_variable(load, changes, said):
    with pytest.raises(ImproperlyConfigured) as refused:
        load(**changes)
    assert str(refused.value) == said


STORED = [
    (
        {"SAMENBEHEER_DATA": "/nergens/data"},
        "django.core.files.storage.FileSystemStorage",
        {
            "location": Path("/nergens/data/files"),
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    ),
    (
        {"STORAGE_URL": "s3://bak/een/map?endpoint_url=https://s3.example&region_name=eu&default_acl=public-read"},
        "storages.backends.s3.S3Storage",
        {
            "bucket_name": "bak",
            "location": "een/map",
            "default_acl": "private",
            "file_overwrite": False,
            "endpoint_url": "https://s3.example",
            "region_name": "eu",
        },
    ),
]


@pytest.mark.parametrize(("changes", "backend", "options"), STORED, ids=["folder", "bucket"])
def test_nobody_else_reads_the_files(load, changes, backend, options):
    assert load(**changes)["STORAGES"]["default"] == {"BACKEND": backend, "OPTIONS": options}


def test_a_refused_start_ends_with_what_to_do_and_without_the_secret():
    done = _start(DATABASE_URL=f"postgres://x:{SECRET}/y@127.0.0.1/x")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: DATABASE_URL must be an address that begins with"
        " postgres:// or postgresql://"
    )
    assert SECRET not in done.stdout + done.stderr


def test_a_command_that_is_refused_says_so_in_a_sentence_and_no_traceback():
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**keep, **PRODUCTION, "DATABASE_URL": f"postgres://x:{SECRET}/y@127.0.0.1/x"}
    command = [sys.executable, "manage.py", "health"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=ROOT, timeout=60)
    said = "Samenbeheer: DATABASE_URL must be an address that begins with postgres:// or postgresql://\n"
    assert (done.returncode, done.stderr) == (1, said)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", f"postgres://x:{SECRET}/y@127.0.0.1/x"),
        ("DATABASE_URL", f"postgres://x:y#{SECRET}@127.0.0.1/x"),
        ("DATABASE_URL", f"mysql://x:{SECRET}@127.0.0.1/x"),
        ("DATABASE_URL", f"postgres://x:{SECRET}@127.0.0.1:poort/x"),
        ("DATABASE_URL", f"postgres://x:{SECRET}@127.0.0.1:99999/x"),
        ("DATABASE_URL", f"postgres://x:{SECRET}@[::1/x"),
        ("DATABASE_URL", f"postgres://x:{SECRET}@127.0.0.1"),
        ("DATABASE_URL", f"{SECRET}"),
        ("DATABASE_OWNER_URL", f"postgres://x:{SECRET}/y@127.0.0.1/x"),
        ("REDIS_URL", f"redis://:{SECRET}/y@127.0.0.1:x/0"),
        ("REDIS_URL", f"http://:{SECRET}@127.0.0.1/0"),
        ("EMAIL_URL", f"smtp+tls://x:{SECRET}@127.0.0.1:poort"),
        ("EMAIL_URL", f"gopher://x:{SECRET}@127.0.0.1"),
        ("STORAGE_URL", f"s3://x:{SECRET}@bucket:poort"),
        ("SECRET_KEY", SECRET),
        ("SECRET_KEY", SECRET * 8),
        ("SECRET_KEY_FILE", f"/nergens/{SECRET}"),
    ],
)
def test_no_secret_stands_in_the_traceback_of_a_start(load, name, value):
    with pytest.raises(ImproperlyConfigured) as refused:
        load(**{name: value})
    assert str(refused.value).startswith(f"{name} ")
    assert SECRET not in "".join(traceback.format_exception(refused.value))
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)


def test_a_key_at_random_is_not_refused(monkeypatch):
    for key in (KEY, "kaas-met-Q7!" + KEY[:40], "zRj3kQ9wX2vB8nM5tY7uP1aS4dF6gH0jL-_cVbNqWeRtYuIoPz"):
        monkeypatch.setenv("SECRET_KEY", key)
        assert environment.secret_key(demo=False) == key


@pytest.mark.parametrize("command", [["load_demo"], ["load_volume", "--organisation", "bisc", "--tickets", "1"]])
def test_production_refuses_the_demo(cast, command, settings):
    settings.DEMO = False
    with inside(None), pytest.raises(CommandError, match="production"):
        call_command(*command)


def test_the_demos_mail_page_is_not_there_in_production(client_of, settings):
    assert client_of("bisc desk").get("/demo/mail/").status_code == 200
    settings.DEMO = False
    assert client_of("bisc desk").get("/demo/mail/").status_code == 404
