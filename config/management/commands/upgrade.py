"""Bring the database to the code that runs: every schema, the application's rights, the common host."""

import os

import environ
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from psycopg2 import sql

from config.running.health import schemas_behind
from tenants import context
from tenants.organisations.actions import ensure_common


class Command(BaseCommand):
    help = "Migrate the public schema and every organisation's, and let the application's role use them."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="Load the demo as well, once.")

    def handle(self, *args, **options):
        context.enter_public()
        behind = schemas_behind()
        if behind:
            self.stdout.write(f"Migrating: {', '.join(behind)}")
            call_command("migrate_schemas", interactive=False, verbosity=0)
        context.enter_public()
        ensure_common(domain=settings.DOMAIN)
        if options["demo"]:
            call_command("load_demo")
        grant_to_application()


def grant_to_application() -> None:
    """Give the role of DATABASE_URL its rights on every schema, when another role owns them."""
    application = environ.Env.db_url_config(os.environ.get("DATABASE_URL", "")).get("USER")
    context.enter_public()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if not application or cursor.fetchone()[0] == application:
            return
        cursor.execute(
            "SELECT schema_name FROM public.tenants_organisation"
            " UNION SELECT 'extensions' UNION SELECT 'public' ORDER BY 1"
        )
        role = sql.Identifier(application)
        for (name,) in cursor.fetchall():
            schema = sql.Identifier(name)
            for grant in (
                "GRANT USAGE ON SCHEMA {schema} TO {role}",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
                "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
                "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
            ):
                cursor.execute(sql.SQL(grant).format(schema=schema, role=role))
