"""Run the whole of Samenbeheer on this machine; what `make run` calls."""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand

from config.running.supervisor import Supervisor


class Command(BaseCommand):
    help = "Start servers, migrate, load the demo once, serve web, worker and beat until stopped."
    requires_system_checks = []

    def handle(self, *args, **options):
        def say(text: str) -> None:
            self.stdout.write(text)
            self.stdout.flush()

        sys.exit(Supervisor(settings.PORT, say).run())
