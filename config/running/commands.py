"""`manage.py` without the commands of django-tenants: each has one of ours in its place, or cannot be done at all."""

import sys

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand

# What ours do besides: rights for the application's role, rules for names, the audit trail.
INSTEAD = {
    "all_tenants_command": "no command runs in all organisations; a task does (tenants/everywhere.py)",
    "clone_tenant": "an organisation is never copied: it would take along what is another's; use create_organisation",
    "collectstatic_schemas": "use collectstatic: style is the same for all",
    "create_domain": "use create_organisation, which makes its host name",
    "create_missing_schemas": "use upgrade",
    "create_tenant": "use create_organisation",
    "create_tenant_superuser": "use invite; nobody is superuser",
    "createsuperuser": "use invite; nobody is superuser",
    "delete_domain": "an organisation that leaves gets an end date; see docs/operate.md",
    "delete_tenant": "an organisation that leaves gets an end date; see docs/operate.md",
    "migrate": "use upgrade",
    "migrate_schemas": "use upgrade",
    "rename_schema": "the schema of an organisation never changes",
    "tenant_command": "commands that are for one organisation take --organisation",
}


class Commands(ManagementUtility):
    """Django's, that lists and runs only what is meant for an administrator of this installation."""

    def main_help_text(self, commands_only: bool = False) -> str:
        """Return the list of commands, without those that are not to be used."""
        lines = super().main_help_text(commands_only).splitlines()
        return "\n".join(line for line in lines if line.strip() not in INSTEAD)

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return a command; for one that is not to be used, say what is, and end."""
        if subcommand in INSTEAD:
            sys.stderr.write(f"{subcommand} is not for use here: {INSTEAD[subcommand]}.\n")
            sys.exit(2)
        return super().fetch_command(subcommand)
