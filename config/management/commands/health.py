"""Say to the administrator what `/healthz` tells strangers in a word."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.running.health import database_problems, problems
from config.running.security_txt import warning
from tenants.context import inside
from tenants.models import SignOfLife


class Command(BaseCommand):
    help = "Say what is wrong: servers, schemas that lag, who is silent and since when. Ends with 1 when anything is."

    def handle(self, *args, **options):
        wrong = problems()
        for one in wrong:
            self.stdout.write(f"{one}: wrong")
        if "database" not in wrong:
            for schema in database_problems()[1]:
                self.stdout.write(f"schema {schema} lags: run manage.py upgrade")
            with inside(None):
                for sign in SignOfLife.objects.order_by("name") if "migrations" not in wrong else ():
                    age = int((timezone.now() - sign.at).total_seconds())
                    self.stdout.write(f"{sign.name} last showed itself {age} seconds ago")
        soon = warning(timezone.localdate())
        if soon:
            self.stdout.write(soon)
        if wrong:
            raise SystemExit(1)
        self.stdout.write("Nothing is wrong now; see to what is said above." if soon else "All is well.")
