"""Make a new organisation with its own schema."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.actor import Actor
from tenants.organisations.actions import SchemaExists, create_organisation
from tenants.roles import Permission

BY = Actor.of_system("create_organisation", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = "Make an organisation. Slug, schema and number prefix never change afterwards. Run `upgrade` after it."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("--prefix", required=True, help="Of ticket numbers, such as BISC.")
        parser.add_argument("--colour", default="#0b6a6a")

    def handle(self, *args, slug, name, prefix, colour, **options):
        try:
            organisation = create_organisation(
                slug=slug, name=name, prefix=prefix, colour=colour, domain=f"{slug}.{settings.DOMAIN}", by=BY
            )
        except SchemaExists as error:
            raise CommandError(f"the schema {slug} exists already; nothing was changed") from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{organisation.name} is ready on {slug}.{settings.DOMAIN}. Now run: manage.py upgrade")
