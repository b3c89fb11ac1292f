"""Making an organisation, killed with -9 at a moment that a lock holds fast, and made by the next run after all."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg2
import pytest
from django.db import connection

from tests.running import ROOT

pytestmark = pytest.mark.servers
SLUG = "afgebroken"
COMMAND = ["create_organisation", SLUG, "Afgebroken", "--prefix", "AF"]
WHOLE = """
    SELECT o.ready, o.prefix, (SELECT count(*) FROM public.tenants_domain d WHERE d.tenant_id = o.id),
        (SELECT count(*) FROM public.tenants_auditentry a WHERE a.organisation_id = o.id),
        (SELECT count(*) FROM pg_tables t WHERE t.schemaname = 'afgebroken')
            - (SELECT count(*) FROM pg_tables t WHERE t.schemaname = 'bisc'),
        (SELECT count(*) FROM afgebroken.django_migrations) - (SELECT count(*) FROM bisc.django_migrations)
    FROM public.tenants_organisation o WHERE o.slug = 'afgebroken'
"""


@pytest.fixture
def database(django_db_setup):
    """A connection of our own to the test database, in autocommit; what the commands wrote is taken away afterwards."""
    values = connection.settings_dict
    own = psycopg2.connect(host=values["HOST"], user=values["USER"], dbname=values["TEST"]["NAME"])
    own.autocommit = True
    yield own
    with own.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SLUG} CASCADE")
        cursor.execute("BEGIN; SET LOCAL samenbeheer.purge = 'on'")
        cursor.execute("DELETE FROM tenants_auditentry WHERE object = 'afgebroken'")
        cursor.execute("DELETE FROM tenants_domain WHERE domain LIKE 'afgebroken.%'")
        cursor.execute("DELETE FROM tenants_organisation WHERE slug = 'afgebroken'; COMMIT")
    own.close()


def _start(*command: str) -> subprocess.Popen:
    values = connection.settings_dict
    url = (os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]).rsplit("/", 1)[0]
    environment = {**os.environ, "DATABASE_URL": f"{url}/{values['TEST']['NAME']}", "DATABASE_OWNER_URL": ""}
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def _holding(database, statement: str):
    """Hold what `statement` locks in a transaction of its own."""
    values = database.get_dsn_parameters()
    own = psycopg2.connect(host=values["host"], user=values["user"], dbname=values["dbname"])
    try:
        with own.cursor() as cursor:
            cursor.execute(statement)
        yield
    finally:
        own.close()


def _ask(database, question: str):
    with database.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def _until(database, question: str, process: subprocess.Popen):
    end = time.monotonic() + 60
    while not _ask(database, question)[0][0]:
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < end
        time.sleep(0.02)


WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
MOMENTS = {
    "a row without a schema": "SELECT pg_advisory_lock(hashtextextended('organisation afgebroken', 7))",
    "half of its tables": "LOCK TABLE public.tenants_library IN SHARE ROW EXCLUSIVE MODE",
    "all but the word that it is ready": "LOCK TABLE public.tenants_auditentry IN SHARE MODE",
}


def _killed(database, statement: str) -> None:
    """Start the command, and kill it as soon as it waits for what `statement` holds."""
    if "auditentry" in statement:  # which the beginning writes too
        process = _start(*COMMAND)
        _until(database, "SELECT count(*) FROM pg_namespace WHERE nspname = 'afgebroken'", process)
        hold = _holding(database, statement)
        with hold:
            _until(database, WAITS, process)
            process.send_signal(signal.SIGKILL)
            process.wait()
    else:
        with _holding(database, statement):
            process = _start(*COMMAND)
            _until(database, WAITS, process)
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_run_makes_what_a_kill_left(moment, database):
    _killed(database, MOMENTS[moment])
    schemas = _ask(database, "SELECT count(*) FROM pg_namespace WHERE nspname = 'afgebroken'")[0][0]
    assert _ask(database, "SELECT ready FROM tenants_organisation WHERE slug = 'afgebroken'") == [(False,)]
    assert schemas == (0 if moment == "a row without a schema" else 1)
    process = _start(*COMMAND)
    assert (process.communicate(timeout=120)[0], process.returncode) == (
        "Afgebroken is ready on afgebroken.samenbeheer.localhost (what was begun before was made anew)\n",
        0,
    )
    assert _ask(database, WHOLE) == [(True, "AF", 1, 1, 0, 0)]
    again = _start(*COMMAND)
    assert again.communicate(timeout=60)[0] == "Afgebroken exists already; nothing was changed\n"


def test_an_upgrade_makes_what_a_kill_left(database):
    _killed(database, MOMENTS["half of its tables"])
    process = _start("upgrade")
    assert (process.communicate(timeout=120)[0], process.returncode) == ("Making: afgebroken\n", 0)
    assert _ask(database, WHOLE) == [(True, "AF", 1, 1, 0, 0)]


def test_two_who_make_the_same_at_once_make_it_once(database):
    with _holding(database, MOMENTS["half of its tables"]):
        first = _start(*COMMAND)
        _until(database, WAITS, first)
        second = _start(*COMMAND)
        _until(database, WAITS.replace("count(*)", "count(*) = 2"), second)
    assert [one.communicate(timeout=120)[0] is not None and one.returncode for one in (first, second)] == [0, 0]
    assert _ask(database, WHOLE) == [(True, "AF", 1, 1, 0, 0)]
