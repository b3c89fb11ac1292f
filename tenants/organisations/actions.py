"""Verbs on organisations."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg2 import sql

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import inside
from tenants.models import COMMON_SCHEMA, Domain, Organisation
from tenants.roles import Permission


class SchemaExists(ValueError):
    """The schema of a new organisation is there already; it may hold another's data."""


def _schema_exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [name])
        return cursor.fetchone()[0]


def ensure_common(*, domain: str) -> Organisation:
    """Return the row of the common host, made with host name `domain` when it is not there yet."""
    common, made = Organisation.objects.get_or_create(
        schema_name=COMMON_SCHEMA,
        defaults={
            "slug": "samenwerking",
            "name": "Samenwerking",
            "prefix": "SAMEN",
            "colour": "#23395b",
            "ready": True,
        },
    )
    Domain.objects.get_or_create(domain=domain.lower(), defaults={"tenant": common, "is_primary": True})
    return common


def create_organisation(
    *, slug: str, name: str, prefix: str, domain: str, colour: str = "#0b6a6a", by: Actor
) -> Organisation:
    """Make an organisation with its schema, and return it once it is ready to serve.

    The schema name, slug and prefix never change afterwards. Raises SchemaExists when a schema of that name exists
    (nothing is adopted and nothing dropped) and ValidationError for a malformed slug or colour. When making the
    schema fails, only the schema made here is dropped again. Not inside a transaction: migrations make their own.
    Raises NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    organisation = Organisation(
        schema_name=slug, slug=slug, name=name, prefix=prefix.upper(), colour=colour, ready=False
    )
    organisation.full_clean(exclude=["schema_name"], validate_constraints=False)
    with inside(None):
        if _schema_exists(slug) or slug == COMMON_SCHEMA:
            raise SchemaExists(slug)
        organisation.save()
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(slug)))
        try:
            _record_shared_migrations(organisation)
            call_command("migrate_schemas", schema_name=slug, interactive=False, verbosity=0)
        except BaseException:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(slug)))
            Organisation.objects.filter(pk=organisation.pk).delete()
            raise
        with transaction.atomic():
            Domain.objects.create(domain=domain.lower(), tenant=organisation, is_primary=True)
            Organisation.objects.filter(pk=organisation.pk).update(ready=True)
            record(action="organisation.created", by=by, organisation=organisation, object=slug)
    organisation.ready = True
    return organisation


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
