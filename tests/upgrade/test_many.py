"""Many schemas at once: by several processes, resumable after a kill, and looked at without a change."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from tests.running import ROOT, wait_for
from tests.upgrade.test_upgrade import NOTED, _enter, _migrate, _run

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("alone")]
MANY = 20
NAMES = [f"huis_{number:02}" for number in range(MANY)]
ORGANISATION = """
INSERT INTO public.tenants_organisation (schema_name, slug, name, prefix, colour, ready, from_on)
VALUES ('{0}', '{0}', '{0}', upper('{0}'), '#0b6a6a', true, '2025-01-01')
"""
# A copy of what makes a schema, without data and foreign keys, which the migrations that lack do not look at.
COPIED = """
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = '{1}' AND tablename <> 'django_migrations' LOOP
    EXECUTE format('CREATE TABLE {0}.%I (LIKE {1}.%I INCLUDING ALL)', one, one);
  END LOOP;
  DELETE FROM {0}.django_migrations;
  INSERT INTO {0}.django_migrations (app, name, applied) SELECT app, name, applied FROM {1}.django_migrations;
END $$
"""


def make_lagging(names: list[str]) -> None:
    """Make, in the database entered, a public schema that is current and these that lack migrations of tickets."""
    _migrate("public")
    first, *others = names
    for name in names:
        _run(ORGANISATION.format(name))
        _run(NOTED.format(name))
    _migrate(first, "tickets", "0001_tables")
    _migrate(first, "guardian")
    for name in others:
        _run(COPIED.format(name, first))


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """A database with 20 schemas that lag, to copy from; its name."""
    usual = connection.settings_dict["NAME"]
    name = f"{usual}_lagging"
    with django_db_blocker.unblock():
        _run(f'DROP DATABASE IF EXISTS "{name}"')
        _run(f'CREATE DATABASE "{name}"')
        _enter(name)
        try:
            make_lagging(NAMES)
            _enter(usual)
            yield name
        finally:
            _enter(usual)
            _run(f'DROP DATABASE "{name}" WITH (FORCE)')
            connection.close()


@pytest.fixture
def lagging(made):
    """A copy of it, entered; yields the variables that lead there."""
    usual = connection.settings_dict["NAME"]
    beside = f"{usual}_many"
    _run(f'DROP DATABASE IF EXISTS "{beside}"')
    _run(f'CREATE DATABASE "{beside}" TEMPLATE "{made}"')
    _enter(beside)
    try:
        urls = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL") if name in os.environ}
        yield {name: re.sub(r"/[^/?]*(\?|$)", rf"/{beside}\1", url, count=1) for name, url in urls.items()}
    finally:
        _enter(usual)
        _run(f'DROP DATABASE "{beside}" WITH (FORCE)')


def _upgrade(addresses: dict[str, str], *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "upgrade", *arguments],
        cwd=ROOT,
        env={**os.environ, **addresses},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _said(process: subprocess.Popen) -> tuple[int, str]:
    text, _nothing = process.communicate(timeout=120)
    return process.returncode, text


def _application() -> str:
    return settings.APPLICATION_ROLE or connection.settings_dict["USER"]


def _done() -> list[str]:
    """Return the schemas that have all of it: its table of events is append-only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.tgname = 'event_append_only' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall() if name in NAMES]


def test_a_check_says_which_lag_and_changes_nothing(lagging):
    code, text = _said(_upgrade(lagging, "--check"))
    assert code == 1 and f"20 lag, run upgrade: {', '.join(NAMES)}" in text and "Traceback" not in text
    assert _done() == []


def test_a_killed_upgrade_goes_on_where_it_was_and_leaves_nobody_at_work(lagging):
    first = _upgrade(lagging, "--processes", "2")
    wait_for(lambda: len(_done()) >= 2, seconds=60)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    def nobody():
        with connection.cursor() as cursor:
            cursor.execute(others)
            return cursor.fetchone() == (0,)

    wait_for(nobody, seconds=10)
    half = _done()
    assert 2 <= len(half) < MANY
    time.sleep(1)
    assert _done() == half  # no child went on
    code, text = _said(_upgrade(lagging, "--check"))
    lag = int(re.search(r"(\d+) lag", text)[1])
    # Each of two processes may have been killed between the migration that `_done` looks at and a later one.
    assert code == 1 and MANY - len(half) <= lag <= MANY - len(half) + 2
    code, text = _said(_upgrade(lagging, "--processes", "2"))
    assert code == 0 and re.search(rf"{lag} of {lag} schemas, \d+ a second", text), text
    assert _done() == NAMES
    assert _said(_upgrade(lagging, "--check")) == (0, "No schema lags.\n")


def test_two_upgrades_at_once_do_not_hurt(lagging):
    both = [_upgrade(lagging, "--processes", "2") for _ in range(2)]
    results = [_said(one) for one in both]
    assert [code for code, _text in results] == [0, 0], results
    assert sorted("20 of 20 schemas" in text for _code, text in results) == [False, True]
    assert _done() == NAMES
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"SELECT count(*), count(DISTINCT (app, name)) FROM {name}.django_migrations")
            count, distinct = cursor.fetchone()
            assert count == distinct
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [_application(), f"{name}.tickets_ticket", right]
                )
                assert cursor.fetchone() == (True,)
    assert _said(_upgrade(lagging)) == (0, "")  # all is granted: that costs nothing any more


def test_a_schema_that_cannot_be_migrated_stops_no_other(lagging):
    _run("DROP TABLE huis_07.tickets_event CASCADE")
    code, text = _said(_upgrade(lagging))
    assert code == 1 and "1 of 20 schemas stopped: huis_07. Run upgrade again." in text
    assert [name for name in NAMES if name not in _done()] == ["huis_07"]
    code, text = _said(_upgrade(lagging, "--check"))
    assert (code, "1 lag, run upgrade: huis_07" in text) == (1, True)
