"""Dumps of PostgreSQL (pg_dump --format=custom): what is in one, and one schema of it brought under another name."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection
from psycopg2 import sql

from config.running.embedded import CannotStart, postgres_binaries

LINE = re.compile(r"^\d+; \d+ \d+ ((?:[A-Z]+ )+)(\S+) (\S+)")
BESIDE = {"public", "extensions"}  # what the schema of an organisation points at
NOT_NEEDED = {"tenants_session", "tenants_answeredrequest"}  # nothing points at them, and they are secret


class CannotRestore(Exception):
    """Why a dump is not restored, in words."""


class Tools:
    """pg_dump and pg_restore: those of `folder`, or the first found that are as new as our server."""

    def __init__(self, folder: str = ""):
        self.folder = Path(folder) if folder else self._found()

    def _found(self) -> Path:
        on_path = shutil.which("pg_dump")
        folders = [Path(on_path).parent] if on_path else []
        folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        with suppress(CannotStart):
            folders.append(postgres_binaries())
        with connection.cursor():
            needed = connection.pg_version // 10000
        for folder in folders:
            if _version_in(folder) >= needed:
                return folder
        raise CannotRestore(f"pg_dump of PostgreSQL {needed} is not found: install its client, or give --binaries")

    def run(self, name: str, *arguments: str | Path, database: str = "") -> str:
        """Run one against `database` of our server, and return what it printed. Raises CannotRestore with its words."""
        try:
            done = subprocess.run(
                [self.folder / name, *arguments],
                env={**os.environ, **_address(database)},
                capture_output=True,
                text=True,
                errors="replace",
            )
        except OSError as error:
            raise CannotRestore(f"{self.folder / name} does not start ({error.strerror})") from None
        if done.returncode:
            # Without what PostgreSQL says of values in rows.
            lines = [line for line in done.stderr.splitlines() if "error" in line.lower() and "DETAIL" not in line]
            raise CannotRestore(f"{name} stopped: {' / '.join(lines[:3]) or done.returncode}")
        return done.stdout


def _version_in(folder: Path) -> int:
    """Return the version of the programs in `folder`, 0 where there are none."""
    try:
        said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found and (folder / "pg_restore").exists() else 0


def _address(database: str) -> dict[str, str]:
    """Return, for libpq, where our server is and who we are there."""
    given = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    found = {variable: str(given[key]) for variable, key in named.items() if given.get(key)}
    if given.get("OPTIONS", {}).get("sslmode"):
        found["PGSSLMODE"] = given["OPTIONS"]["sslmode"]
    return {**found, "PGDATABASE": database or given["NAME"], "PGCONNECT_TIMEOUT": "10"}


def connect(database: str) -> Any:
    """Return a connection of its own to `database` of our server, in autocommit."""
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGSSLMODE": "sslmode"}
    given = {names[key]: value for key, value in _address(database).items() if key in names}
    made = psycopg2.connect(dbname=database, **given)
    made.autocommit = True
    return made


def ask(made: Any, question: str, *params: object) -> list[tuple]:
    """Return the rows of `question` on a connection of `connect`."""
    with made.cursor() as cursor:
        cursor.execute(question, params or None)
        return cursor.fetchall() if cursor.description else []


def parts(tools: Tools, dump: Path, schema: str) -> list[str]:
    """Return the lines of the dump's contents that one schema needs: its own, and those that it points at.

    Raises CannotRestore for what is no dump of a whole database with that schema.
    """
    if not dump.is_file():
        raise CannotRestore(f"there is no file {dump}")
    try:
        contents = tools.run("pg_restore", "--list", dump).splitlines()
    except CannotRestore as error:
        raise CannotRestore(f"{dump} is no dump made by pg_dump --format=custom ({error})") from None
    found, own, common = [], False, False
    for line in contents:
        match = LINE.match(line)
        if not match:
            continue
        kind, namespace, name = match[1].strip(), match[2], match[3]
        if namespace == "-":
            wanted = kind == "EXTENSION" or (kind == "SCHEMA" and name in {"extensions", schema})
            own = own or (kind == "SCHEMA" and name == schema)
        else:
            wanted = namespace in {*BESIDE, schema} and not (kind == "TABLE DATA" and name in NOT_NEEDED)
            common = common or (kind, namespace, name) == ("TABLE DATA", "public", "tenants_organisation")
        if wanted:
            found.append(line)
    if not common:
        raise CannotRestore(f"{dump} does not hold the public schema with its data: dump the whole database")
    if not own:
        raise CannotRestore(f"{dump} has no schema {schema}: it was made before that organisation was")
    return found


class Scratch:
    """A database for the time of a restore: made here and dropped again, or one that was made for it and is emptied."""

    def __init__(self, name: str = ""):
        self.given = bool(name)
        self.name = name or f"{connection.settings_dict['NAME']}_restoring"

    def __enter__(self) -> "Scratch":
        if self.given:
            if self.name == connection.settings_dict["NAME"]:
                raise CannotRestore("--scratch may not be the database in use")
            self._refuse_what_is_not_empty()
            return self
        self._drop()
        with connection.cursor() as cursor:
            try:
                cursor.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8'").format(sql.Identifier(self.name)))
            except Exception as error:
                if "permission denied" not in str(error):
                    raise
                user = connection.settings_dict["USER"]
                text = f"{user} may not make databases: as a superuser run createdb --owner {user} NAME"
                raise CannotRestore(f"{text}, and give --scratch NAME") from None
        return self

    def __exit__(self, *_: object) -> None:
        if not self.given:
            self._drop()
            return
        made = connect(self.name)
        try:
            for (name,) in ask(made, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)'"):
                ask(made, f"DROP SCHEMA {connection.ops.quote_name(name)} CASCADE")
            ask(made, "CREATE SCHEMA public")
        finally:
            made.close()

    def _refuse_what_is_not_empty(self) -> None:
        made = connect(self.name)
        try:
            if ask(made, "SELECT 1 FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)' LIMIT 1"):
                raise CannotRestore(f"{self.name} is not empty: give a database that was made for this")
        finally:
            made.close()

    def _drop(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))
