"""Make the steering group's read model right again, and say what was wrong."""

from django.core.management.base import BaseCommand
from django.db import transaction

from tenants.context import each_organisation, inside
from tickets.snapshots.actions import rebuild


class Command(BaseCommand):
    help = "Compare every snapshot with its ticket and mend what differs. Changes nothing on a healthy database."

    def handle(self, *args, **options):
        changed = 0
        for organisation in each_organisation():
            with inside(organisation), transaction.atomic():
                written, removed = rebuild()
            changed += written + removed
            if written or removed:
                self.stdout.write(f"{organisation.name}: {written} written, {removed} removed")
        if not changed:
            self.stdout.write("All snapshots are right; nothing changed.")
