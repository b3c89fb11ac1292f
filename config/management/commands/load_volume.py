"""Make tickets in volume for one organisation, for trying and measuring."""

import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.volume import Builder
from tenants.context import NoOrganisation, inside, organisation_by_schema


class Command(BaseCommand):
    help = "Make realistic tickets in volume, by COPY. Only where the demo may run."

    def add_arguments(self, parser):
        parser.add_argument("--organisation", required=True, help="Slug, such as bisc.")
        parser.add_argument("--tickets", type=int, required=True)
        parser.add_argument("--messages", type=int, default=3, help="Messages per ticket (default 3).")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args, organisation, tickets, messages, seed, **options):
        if not settings.DEMO:
            raise CommandError("load_volume does not run in production")
        if not 0 < tickets <= 2_000_000 or not 1 <= messages <= 20:
            raise CommandError("--tickets must lie between 1 and 2,000,000, --messages between 1 and 20")
        try:
            found = organisation_by_schema(organisation)
        except NoOrganisation as error:
            raise CommandError(f"there is no organisation {organisation}") from error
        begin = time.monotonic()
        with inside(found):
            Builder(count=tickets, until=timezone.now(), seed=seed, messages=messages).build()
        self.stdout.write(f"{tickets} tickets for {found.name} in {time.monotonic() - begin:.1f} s")
