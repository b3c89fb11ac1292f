"""Bring the database to the code that runs: every schema, the application's rights, the common host."""

import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from config.running.health import schemas_behind
from tenants import context
from tenants.actor import Actor
from tenants.models import COMMON_SCHEMA, Organisation
from tenants.organisations import schemas
from tenants.organisations.actions import ensure_common, make_organisation
from tenants.organisations.queries import begun
from tenants.roles import Permission

BY = Actor.of_system("upgrade", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = "Migrate the public schema and every organisation's, and let the application's role use them."

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="Load the demo as well, once.")
        parser.add_argument("--wait", type=int, default=0, metavar="SECONDS", help="For a database that is starting.")

    def handle(self, *args, **options):
        wait_for_database(options["wait"])
        context.enter_public()
        if schemas_behind():
            self._migrate(COMMON_SCHEMA)  # always and first: what others hold in it, the others point at
            for name in schemas_behind():
                self._migrate(name)
        ensure_common(domain=settings.DOMAIN)
        for organisation in begun():
            self.stdout.write(f"Making: {organisation.slug}")
            make_organisation(organisation=organisation, by=BY)
        if options["demo"]:
            call_command("load_demo")
        context.enter_public()
        ours = Organisation.objects.filter(ready=True).values_list("schema_name", flat=True)
        schemas.grant(sorted({COMMON_SCHEMA, "extensions", *ours}))

    def _migrate(self, name: str) -> None:
        self.stdout.write(f"Migrating: {name}")
        call_command("migrate_schemas", schema_name=name, interactive=False, verbosity=0)
        context.enter_public()


def wait_for_database(seconds: int) -> None:
    """Return when the database lets us in; raises OperationalError when it did not within so many seconds."""
    until = time.monotonic() + seconds
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError:
            if time.monotonic() >= until:
                raise
        time.sleep(1)
