"""Make the organisations that were begun, on the page or by a run that was cut off; safe to repeat."""

from django.core.management.base import BaseCommand

from tenants.actor import Actor
from tenants.context import inside
from tenants.organisations.actions import make_organisation
from tenants.organisations.queries import begun
from tenants.roles import Permission

BY = Actor.of_system("make_organisations", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = (
        "Make the schemas of organisations that were begun; `upgrade` does that too. As the role that owns the tables."
    )

    def handle(self, *args, **options):
        with inside(None):
            waiting = begun()
            for organisation in waiting:
                make_organisation(organisation=organisation, by=BY)
                self.stdout.write(f"{organisation.name} is ready")
        if not waiting:
            self.stdout.write("nothing was begun; nothing was changed")
