"""One organisation back to what it was in a dump of the whole database, beside which the others go on as they are.

Its schema is taken out of the dump in a scratch database, loaded beside the live one, checked, and swapped with it in
one transaction; the old one is kept under a dated name. Until the swap nothing changes, so that it may be repeated.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from config.running.dumps import CannotRestore, Scratch, Tools, ask, connect, parts
from config.running.upgrading import bring_up_to_date, one_upgrade
from tenants import context
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import Organisation
from tenants.organisations import schemas
from tickets.restoring.actions import CarriedOver, carry_over
from tickets.restoring.queries import PURGED, PURGED_BY, kept_schemas

BY = Actor.of_system("restore_organisation")
SECONDS_FOR_LOCKS = 15
Say = Callable[[str], None]

POINTS_AT_PUBLIC = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
  FROM pg_constraint c
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
  JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
  JOIN pg_class t ON t.oid = c.confrelid
 WHERE c.contype = 'f' AND c.connamespace = %s::regnamespace AND t.relnamespace = 'public'::regnamespace
 ORDER BY 1, 2
"""
# Of indexes and checks the name alone: their words change by being dumped and read again.
MADE_OF = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
  FROM information_schema.columns WHERE table_schema = %(schema)s
UNION ALL SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = %(schema)s
UNION ALL SELECT 'constraint ' || conname || ' ' || convalidated
                 || CASE contype WHEN 'f' THEN ' ' || pg_get_constraintdef(oid) ELSE '' END
  FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace
UNION ALL SELECT 'trigger ' || tgname || ' ' || tgenabled::text || ' ' || pg_get_triggerdef(t.oid)
  FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
 WHERE NOT tgisinternal AND relnamespace = %(schema)s::regnamespace
"""


def _beside(slug: str) -> str:
    """Return the name of the schema while it is loaded; no organisation can have it: a slug begins with a letter."""
    return f"_{slug}_restoring"


def restore(
    *, organisation: Organisation, dump: Path, tools: Tools, scratch: str, dry_run: bool, at: datetime, say: Say
) -> CarriedOver | None:
    """Give `organisation` back what stood in `dump`, and return what came of it; None where it was only tried.

    Raises CannotRestore, in words, and then nothing has changed.
    """
    slug, beside = organisation.schema_name, _beside(organisation.schema_name)
    lines = parts(tools, dump, slug)
    with one_upgrade(say), tempfile.TemporaryDirectory(prefix="samenbeheer-restore-") as folder:
        context.enter_public()
        try:
            with Scratch(scratch) as base:
                say(f"Taking {slug} out of {dump.name}")
                alone = _taken_out(organisation, dump, lines, base, tools, Path(folder))
            say(f"Loading it beside the schema in use, as {beside}")
            _load(beside, alone, tools)
            _bring_up_to_date(organisation, beside, say)
            _refuse_other_tables(slug, beside)
            if dry_run:
                return None
            say("Swapping")
            return _swap(organisation, at)
        finally:
            context.enter_public()
            _drop(beside)


def _taken_out(
    organisation: Organisation, dump: Path, lines: list[str], base: Scratch, tools: Tools, folder: Path
) -> Path:
    """Return a dump of the one schema, under the name it is loaded by."""
    slug = organisation.schema_name
    chosen, alone = folder / "list", folder / "alone.dump"
    chosen.write_text("\n".join(lines) + "\n")
    quiet = ("--no-owner", "--no-privileges", "--exit-on-error")
    tools.run("pg_restore", *quiet, "--use-list", chosen, "--dbname", base.name, dump)
    made = connect(base.name)
    try:
        _refuse_another(organisation, made)
        ask(made, f"ALTER SCHEMA {connection.ops.quote_name(slug)} RENAME TO {_beside(slug)}")
    finally:
        made.close()
    arguments = ("--format=custom", "--no-owner", "--no-privileges", "--schema", _beside(slug), "--file", alone)
    tools.run("pg_dump", *arguments, database=base.name)
    return alone


def _refuse_another(organisation: Organisation, made: Any) -> None:
    """Refuse a dump of another installation, or of a newer version than the code that runs."""
    rows = ask(made, "SELECT id, prefix FROM tenants_organisation WHERE schema_name = %s", organisation.schema_name)
    if rows != [(organisation.pk, organisation.prefix)]:
        raise CannotRestore(f"the {organisation.schema_name} in the dump is another organisation than the one here")
    own = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    known = set(MigrationLoader(None).disk_migrations)
    there = ask(made, f"SELECT app, name FROM {connection.ops.quote_name(organisation.schema_name)}.django_migrations")
    newer = sorted(f"{app}.{name}" for app, name in there if app in own and (app, name) not in known)
    if newer:
        raise CannotRestore(f"the dump is of a newer version than the code that runs: {', '.join(newer)}")


def _load(beside: str, alone: Path, tools: Tools) -> None:
    """Load the dump of one schema; before its constraints are made, say in words what they would refuse."""
    _drop(beside)
    database = connection.settings_dict["NAME"]
    quiet = ("--no-owner", "--no-privileges", "--exit-on-error", "--dbname", database)
    tools.run("pg_restore", *quiet, "--section=pre-data", "--section=data", alone)
    keys = _keys_in(alone, tools, beside)
    missing = [words for words in (_missing(*key) for key in keys) if words]
    if missing:
        raise CannotRestore(f"it points at what is no longer in public: {'; '.join(missing)}")
    tools.run("pg_restore", *quiet, "--section=post-data", alone)
    with connection.cursor() as cursor:
        cursor.execute(POINTS_AT_PUBLIC, [beside])
        made = cursor.fetchall()
    if not made or len(made) != len(keys):
        raise CannotRestore(f"it has {len(made)} foreign keys into public, the dump {len(keys)}")


FOREIGN_KEY = re.compile(
    r"ALTER TABLE ONLY (\S+)\s+ADD CONSTRAINT \S+ FOREIGN KEY \((\w+)\) REFERENCES (public\.\w+)\((\w+)\)"
)


def _keys_in(alone: Path, tools: Tools, beside: str) -> list[tuple[str, str, str, str]]:
    """Return the foreign keys into public that the dump will make: table, column, table and column pointed at."""
    text = tools.run("pg_restore", "--section=post-data", "--file=-", alone)
    return sorted(FOREIGN_KEY.findall(text))


def _missing(table: str, column: str, target: str, key: str) -> str:
    """Return in words which rows point at nothing: a table, a column and up to five keys; no text."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT a.{column} FROM {table} a LEFT JOIN {target} b ON b.{key} = a.{column}"
            f" WHERE a.{column} IS NOT NULL AND b.{key} IS NULL ORDER BY 1 LIMIT 5"
        )
        found = [str(row[0]) for row in cursor.fetchall()]
    return f"{table.rpartition('.')[2]}.{column} at {target} {', '.join(found)}" if found else ""


def _bring_up_to_date(organisation: Organisation, beside: str, say: Say) -> None:
    """Migrate a schema of an older version; the organisation itself is not touched."""
    copy = Organisation(pk=organisation.pk, schema_name=beside, slug=organisation.slug, prefix=organisation.prefix)
    with context.inside(copy):
        count = bring_up_to_date()
    if count:
        say(f"It is of an older version: {count} migrations")


def _refuse_other_tables(slug: str, beside: str) -> None:
    """Refuse what is not made as the schema in use is."""
    made = []
    for schema in (slug, beside):
        with connection.cursor() as cursor:
            cursor.execute(MADE_OF, {"schema": schema})
            made.append({re.sub(rf"(?<!\w){schema}\.", "", text) for (text,) in cursor.fetchall()})
    differ = sorted(made[0] ^ made[1])
    if differ:
        raise CannotRestore(f"its tables differ from those in use, run upgrade first: {'; '.join(differ[:5])}")


def _swap(organisation: Organisation, at: datetime) -> CarriedOver:
    """Let the schema loaded take the place of the one in use; whoever is at work in that one is waited for."""
    slug = organisation.schema_name
    kept = f"_{slug}_kept_{at:%Y%m%d_%H%M%S}"
    with context.inside(organisation):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{SECONDS_FOR_LOCKS}s'")
                for table in _tables(cursor, slug):
                    cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
                for old, new in ((slug, kept), (_beside(slug), slug)):
                    cursor.execute(
                        sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
                    )
                done = carry_over(kept=kept, at=at)
                schemas.grant([slug])
                schemas.take_back(kept, purged=PURGED, by=PURGED_BY)
                record(
                    action="organisation.restored",
                    by=BY,
                    organisation=organisation,
                    object=slug,
                    kept=kept,
                    **vars(done),
                )
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", "") == "55P03":
                text = (
                    f"somebody is at work in {slug} for more than {SECONDS_FOR_LOCKS} seconds, perhaps a mail in hand"
                )
                raise CannotRestore(f"{text}: try again, or stop the workers first; nothing was changed") from None
            raise
    return done


def _tables(cursor: Any, schema: str) -> Iterator[sql.Identifier]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [sql.Identifier(schema, name) for (name,) in cursor.fetchall()]


def _drop(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def drop_kept(organisation: Organisation) -> list[str]:
    """Drop for good what restores of this organisation put aside, and return the names."""
    context.enter_public()
    names = kept_schemas(organisation.schema_name)
    for name in names:
        with transaction.atomic():
            _drop(name)
            record(action="organisation.kept_dropped", by=BY, organisation=organisation, object=name)
    return names
