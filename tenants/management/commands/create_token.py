"""Make an API token and print it: only the token, so that a script can take it."""

from django.core.management.base import BaseCommand, CommandError

from tenants.actor import Actor
from tenants.models import Organisation, Person
from tenants.roles import Permission
from tenants.tokens.actions import create_token
from tenants.tokens.models import ApiToken

BY = Actor.of_system("create_token", Permission.TOKENS_MANAGE)


class Command(BaseCommand):
    help = "Make an API token for a person at an organisation; without --organisation it works on the common host only."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--organisation", help="Slug, such as bisc.")
        parser.add_argument("--scope", choices=ApiToken.Scope.values, default=ApiToken.Scope.WRITE)
        parser.add_argument("--name", default="made by create_token")

    def handle(self, *args, email, organisation, scope, name, **options):
        person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
        if person is None:
            raise CommandError(f"there is no active person with address {email}")
        found = None
        if organisation:
            found = Organisation.objects.taking_part().filter(slug=organisation).first()
            if found is None:
                raise CommandError(f"there is no organisation {organisation}")
        self.stdout.write(create_token(person=person, organisation=found, name=name, scope=scope, by=BY))
