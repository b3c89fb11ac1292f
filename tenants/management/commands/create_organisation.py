"""Make a new organisation with its own schema; safe to repeat."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from tenants.actor import Actor
from tenants.organisations.actions import create_organisation
from tenants.organisations.queries import by_slug
from tenants.organisations.schemas import SchemaExists
from tenants.roles import Permission

BY = Actor.of_system("create_organisation", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = (
        "Make an organisation. Slug, schema and number prefix never change afterwards. Asked again it changes nothing;"
        " what was cut off half-way is made anew."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument("--prefix", required=True, help="Of ticket numbers, such as BISC.")
        parser.add_argument("--colour", default="#0b6a6a")
        parser.add_argument("--from", dest="from_on", default="", help="Takes part from this day (2026-11-30); today.")

    def handle(self, *args, slug, name, prefix, colour, from_on, **options):
        host = f"{slug}.{settings.DOMAIN}"
        found = by_slug(slug)
        if found is not None and found.ready:
            if found.prefix != prefix.upper():
                raise CommandError(f"{found.name} exists with prefix {found.prefix}; nothing was changed")
            self.stdout.write(f"{found.name} exists already; nothing was changed")
            return
        day = _day(from_on)
        try:
            organisation = create_organisation(
                slug=slug, name=name, prefix=prefix, colour=colour, domain=host, from_on=day, by=BY
            )
        except SchemaExists as error:
            raise CommandError(f"the schema {slug} exists already; nothing was changed") from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        before = " (what was begun before was made anew)" if found is not None else ""
        self.stdout.write(f"{organisation.name} is ready on {host}{before}")


def _day(text: str):
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        raise CommandError("--from takes a day such as 2026-11-30")
    return day
