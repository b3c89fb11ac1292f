"""The cast (tests/cast.py), made once per run; each test rolls back."""

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from agenda.work.models import WorkItem
from tenants import context
from tenants.context import inside
from tenants.signs.actions import sign
from tenants.tokens.actions import create_token
from tenants.web.guard import guarded
from tests import contract
from tests.cast import COMMAND_LINE, Cast, House, make_cast, use
from tests.running import Running, folder_for_data
from tests.servers import WORKER
from tests.visitor import browser, visit  # noqa: F401  fixtures
from tickets.models import Ticket


def pytest_collection_modifyitems(items):
    """The long ones first, so that both cores are busy to the end."""
    items.sort(key=lambda item: item.get_closest_marker("servers") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Make the database with the cast, once; a mutation run finds what its first process made, and kept in a file."""
    kept = Path(os.environ.get("SAMENBEHEER_TEST_CAST", ""))
    with django_db_blocker.unblock():
        name = f"test_{connection.settings_dict['NAME']}{WORKER}"
        connection.settings_dict["TEST"]["NAME"] = name
        if kept.is_file():
            use(name)
            django_db_setup.cast = pickle.loads(kept.read_bytes())
        else:
            django_db_setup.cast = make_cast(name)
            if kept.name:
                kept.write_bytes(pickle.dumps(django_db_setup.cast))
        connection.close()
    yield
    with django_db_blocker.unblock():
        connection.close()
        shutil.rmtree(Path(settings.DATA) / "files", ignore_errors=True)


@pytest.fixture
def cast(db) -> Cast:
    """The cast, in the public schema; the test's work is rolled back."""
    context.enter_public()
    cache.clear()
    yield django_db_setup.cast
    connection.set_schema_to_public()


@pytest.fixture
def bisc(cast) -> House:
    """BiSC, its schema entered."""
    with inside(cast.bisc.organisation):
        yield cast.bisc


@pytest.fixture
def all_alive(cast):
    """Beat and the workers have just shown themselves."""
    for name in ("beat", "worker", "mail"):
        sign(name=name)


@pytest.fixture
def client_of(cast):
    """Return a signed-in test client: client_of("bisc desk"), on the host of `at` ("bisc", "cubiss", "")."""

    def make(who: str | None, at: str = "bisc") -> Client:
        host = f"{at}.{settings.DOMAIN}" if at else settings.DOMAIN
        client = Client(headers={"host": f"{host}:8000"}, raise_request_exception=True)
        if who:
            with inside(None):
                client.force_login(cast.everybody[who])
        return client

    return make


@pytest.fixture
def guarded_of(client_of):
    """As client_of, and as the web server does it: through the outermost door."""

    def make(who, at="bisc"):
        client = client_of(who, at)
        client.handler = GuardedHandler(client.handler.enforce_csrf_checks)
        return client

    return make


class GuardedHandler(ClientHandler):
    """The test client's way in, behind the guard."""

    def __call__(self, environ):
        return guarded(super().__call__)(environ)


@pytest.fixture
def api_of(cast):
    """Return a caller of the API: api_of("bisc desk")("GET", "/tickets")."""

    def make(who: str, at: str = "bisc", scope: str = "write", token_at: str | None = None):
        house = {"bisc": cast.bisc, "cubiss": cast.cubiss}.get(at if token_at is None else token_at)
        with inside(None):
            token = create_token(
                person=cast.everybody[who],
                organisation=house.organisation if house else None,
                name="test",
                scope=scope,
                by=COMMAND_LINE,
            )
        return Api(at, token)

    return make


class Api:
    """Calls the API with a bearer token, and holds each answer against the description."""

    def __init__(self, at: str, token: str):
        self.host = f"{at}.{settings.DOMAIN}" if at else settings.DOMAIN
        self.token = token
        self.client = Client()

    def __call__(self, method: str, path: str, data=None, **headers):
        response = self.client.generic(
            method,
            f"/api/v1{path}",
            data if isinstance(data, (str, bytes)) else self._json(data),
            content_type=headers.pop("content_type", "application/json"),
            headers={"host": f"{self.host}:8000", "authorization": f"Bearer {self.token}", **headers},
        )
        contract.hold(self.host, method, path, response)
        return response

    @staticmethod
    def _json(data) -> str:
        return "" if data is None else json.dumps(data)


@pytest.fixture
def ticket(bisc) -> Ticket:
    """BiSC's ticket 1."""
    return Ticket.objects.get(number=bisc.ticket)


@pytest.fixture
def item(cast) -> WorkItem:
    """The one item of the work agenda."""
    return WorkItem.objects.get(number=1)


@pytest.fixture
def now():
    """This moment."""
    return timezone.now()


@pytest.fixture(scope="session")
def running():
    """One running Samenbeheer, on a data directory with spaces in it and a path of 150 characters."""
    folder = folder_for_data() / "een map met spaties"
    data = folder / ("d" * (149 - len(str(folder))))
    assert len(str(data)) == 150
    one = Running(data)
    one.start()
    yield one
    one.stop()
    assert one.pids() == {}
