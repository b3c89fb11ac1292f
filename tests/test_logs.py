"""What the log may hold: no key of a mailed link, and nothing of a row."""

import io
import logging
import runpy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client
from gunicorn.config import Config

from tenants.context import inside
from tests.cast import PASSWORD


@pytest.fixture
def lines(caplog):
    """Return a function that gives what was logged, as the root handler of this installation writes it."""
    formatter = next(one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler).formatter
    return lambda: [formatter.format(record).split(" ", 2)[2] for record in caplog.records]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/account/invitation/1-geheim:sleutel/", "/account/invitation/.../"),
        ("/account/password/reset/key/4-abc-def0/", "/account/password/reset/key/.../"),
        ("/account/password/reset/", "/account/password/reset/"),
    ],
)
def test_a_form_without_its_cookie_logs_no_key(cast, path, logged, lines):
    client = Client(enforce_csrf_checks=True, headers={"host": settings.DOMAIN})
    client.post(path, {})
    assert lines() == [f"WARNING django.security.csrf Forbidden (CSRF cookie not set.): {logged}"]


def test_a_failure_logs_neither_key_nor_row(bisc, lines):
    try:
        with inside(None), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            try:
                cursor.execute(
                    "INSERT INTO tenants_person (email, name) VALUES ('wie@eemland.example', 'regel\n\ndrie')"
                )
            except IntegrityError as error:
                raise ValueError("/account/invitation/1-geheim:sleutel/") from error
    except ValueError:
        logging.getLogger("django.request").exception("Error: %s", "/account/invitation/1-geheim:sleutel/")
    text = lines()[0]
    assert ("DETAIL: (left out)\n\nThe above exception was the direct cause" in text, "wie@" in text) == (True, False)
    assert ("drie)" in text, "geheim" in text, PASSWORD in text) == (False, False, False)
    assert text.endswith("\nValueError: /account/invitation/.../")


def test_the_web_server_logs_no_key_either():
    config = Config()
    for name, value in runpy.run_path(str(Path("config/running/gunicorn.py"))).items():
        if name in config.settings:
            config.set(name, value)
    log = config.logger_class(config)
    (handler,) = (one for one in log.error_log.handlers if one.level == logging.NOTSET and hasattr(one, "_gunicorn"))
    written = io.StringIO()
    handler.setStream(written)
    log.error("Error handling request GET %s", "/account/invitation/1-geheim:sleutel/")
    line = written.getvalue().split(" ", 2)[2]
    assert line == "ERROR gunicorn.error Error handling request GET /account/invitation/.../\n"
