"""The schema of a new organisation: made by one at a time, and made anew when the making was cut off.

Django notes a migration a moment after its tables are there; who was killed between the two cannot go on from where it
was. As nobody is served from a schema before all of it is there, one that is half made is dropped and begun again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg2 import sql

from tenants.audit.queries import entries_of
from tenants.context import enter_public, inside
from tenants.models import Organisation

CREATED = "organisation.created"  # what the trail says of a schema that was handed over: never made anew
GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
)


# Which schemas the application may not use in full. To grant what was granted takes as long as to do it anew.
WITHOUT_RIGHTS = """
SELECT n.nspname FROM pg_namespace n
 WHERE n.nspname = ANY(%(names)s) AND (
       NOT has_schema_privilege(%(role)s, n.oid, 'USAGE')
       OR EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND CASE
              WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(%(role)s, c.oid, 'USAGE')
              WHEN c.relkind IN ('r', 'p', 'v', 'm') THEN NOT (
                  has_table_privilege(%(role)s, c.oid, 'SELECT') AND has_table_privilege(%(role)s, c.oid, 'INSERT')
                  AND has_table_privilege(%(role)s, c.oid, 'UPDATE') AND has_table_privilege(%(role)s, c.oid, 'DELETE'))
              ELSE false END)
       OR EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = n.oid
                  AND NOT has_function_privilege(%(role)s, p.oid, 'EXECUTE')))
 ORDER BY 1
"""


class SchemaExists(ValueError):
    """The schema of a new organisation is there already; it may hold another's data."""


def schema_exists(name: str) -> bool:
    """Is there a schema of that name?"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [name])
        return cursor.fetchone()[0]


def may_make() -> bool:
    """May the role with which we are connected make a schema? That of the application alone may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'CREATE')")
        return cursor.fetchone()[0]


def tables(name: str) -> tuple[int, int]:
    """Return how many tables the schema of that name has, and how many it will have."""
    models = [model for label in settings.TENANT_APPS for model in apps.get_app_config(label).get_models()]
    wanted = {model._meta.db_table for model in models}
    wanted |= {field.m2m_db_table() for model in models for field in model._meta.local_many_to_many}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relname = ANY(%s) AND c.relkind = 'r'",
            [name, sorted(wanted)],
        )
        return cursor.fetchone()[0], len(wanted)


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let nobody else make the schema of that name meanwhile; a second one waits.

    The lock has a connection of its own, as migrating closes ours, and ends with the process that holds it.
    """
    own = connection.copy()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 7))", [f"organisation {name}"])
        yield
    finally:
        own.close()


def make(organisation: Organisation) -> None:
    """Make the schema of an organisation that is not ready, with all tables; one that is half made is made anew.

    In the public schema, not inside a transaction, and while nobody else does it. Raises SchemaExists, and drops
    nothing, when that schema was handed over once.
    """
    name = organisation.schema_name
    if schema_exists(name):
        if entries_of(CREATED, organisation).exists():
            raise SchemaExists(name)
        drop(name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    _record_shared_migrations(organisation)
    call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)
    enter_public()
    grant([name])


def drop(name: str) -> None:
    """Drop the schema of that name with all that is in it; only for one that nobody was served from."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def grant(names: Iterable[str]) -> None:
    """Give the role of the application its rights on these schemas, when another role owns them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if settings.APPLICATION_ROLE in ("", cursor.fetchone()[0]):
            return
        cursor.execute(WITHOUT_RIGHTS, {"role": settings.APPLICATION_ROLE, "names": list(names)})
        for (name,) in cursor.fetchall():
            for statement in GRANTS:
                role, schema = sql.Identifier(settings.APPLICATION_ROLE), sql.Identifier(name)
                cursor.execute(sql.SQL(statement).format(schema=schema, role=role))


def take_back(name: str, *, purged: str, by: tuple[str, ...]) -> None:
    """Leave the role of the application nothing in a schema, when another role owns it, but to purge one table.

    Of the table `purged` it may read the columns `by` which it goes, and delete.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if settings.APPLICATION_ROLE not in ("", cursor.fetchone()[0]):
            role, schema = sql.Identifier(settings.APPLICATION_ROLE), sql.Identifier(name)
            for statement in (
                "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
                "REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}",
                "GRANT SELECT ({columns}), DELETE ON {schema}.{table} TO {role}",
            ):
                cursor.execute(
                    sql.SQL(statement).format(
                        schema=schema,
                        role=role,
                        table=sql.Identifier(purged),
                        columns=sql.SQL(", ").join(map(sql.Identifier, by)),
                    )
                )


def _record_shared_migrations(organisation: Organisation) -> None:
    """Note in a new schema that the migrations of the shared apps are done: the router leaves them nothing to do there.

    Running them all the same takes most of the time of making a schema.
    """
    own = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    with inside(organisation):
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        shared = [key for key in MigrationLoader(None).disk_migrations if key[0] not in own]
        recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in sorted(shared))
