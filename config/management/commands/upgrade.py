"""Bring the database to the code that runs: every schema, the application's rights, the common host."""

import os
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from config.running.health import schemas_behind
from config.running.upgrading import migrate_schemas, one_upgrade
from tenants import context
from tenants.actor import Actor
from tenants.models import COMMON_SCHEMA, Organisation
from tenants.organisations import schemas
from tenants.organisations.actions import ensure_common, make_organisation
from tenants.organisations.queries import begun
from tenants.roles import Permission

BY = Actor.of_system("upgrade", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = (
        "Migrate the public schema and every organisation's, and let the application's role use them. May be run again"
        " after a failure or a kill: it goes on where it was. --check changes nothing and says which schemas lag."
    )

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="Load the demo as well, once.")
        parser.add_argument("--wait", type=int, default=0, metavar="SECONDS", help="For a database that is starting.")

        parser.add_argument("--check", action="store_true", help="Change nothing; exit code 1 when a schema lags.")
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="Schemas at once; one a processor by default."
        )

    def handle(self, *args, **options):
        wait_for_database(options["wait"])
        context.enter_public()
        if options["check"]:
            self._check()
            return
        with one_upgrade(self._say):
            self._upgrade(processes=max(1, options["processes"]), demo=options["demo"])

    def _check(self) -> None:
        behind = schemas_behind()
        if behind:
            raise CommandError(f"{len(behind)} lag, run upgrade: {', '.join(behind)}")
        self._say("No schema lags.")

    def _upgrade(self, *, processes: int, demo: bool) -> None:
        if schemas_behind():
            self._migrate(processes)
        ensure_common(domain=settings.DOMAIN)
        for organisation in begun():
            self.stdout.write(f"Making: {organisation.slug}")
            make_organisation(organisation=organisation, by=BY)
        if demo:
            call_command("load_demo")
        context.enter_public()
        ours = Organisation.objects.filter(ready=True).values_list("schema_name", flat=True)
        schemas.grant(sorted({COMMON_SCHEMA, "extensions", *ours}))

    def _migrate(self, processes: int) -> None:
        self._say(f"Migrating: {COMMON_SCHEMA}")  # always and first: what others hold in it, the others point at
        call_command("migrate_schemas", schema_name=COMMON_SCHEMA, interactive=False, verbosity=0)
        context.enter_public()
        behind = schemas_behind()
        if not behind:
            return
        self._say(f"Migrating: {', '.join(behind)}")
        failed = migrate_schemas(behind, processes=processes, say=self._say)
        if failed:
            names = ", ".join(outcome.schema for outcome in failed)
            raise CommandError(f"{len(failed)} of {len(behind)} schemas stopped: {names}. Run upgrade again.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


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
