"""Invite somebody from the command line: the first platform administrator, or the first administrator of a POI."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.actor import Actor
from tenants.context import common_organisation
from tenants.invitations.actions import invite
from tenants.models import Organisation
from tenants.refusals import NotAllowed
from tenants.roles import CooperationRole, OrganisationRole, Permission

BY = Actor.of_system("invite", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = "Mail somebody an invitation for a role of the cooperation, or to be the first administrator of a POI."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("role", choices=[*CooperationRole.values, OrganisationRole.ADMINISTRATOR.value])
        parser.add_argument("--organisation", help="Slug, such as bisc; without it the cooperation itself.")

    def handle(self, *args, email, name, role, organisation, **options):
        found = common_organisation()
        if organisation:
            found = Organisation.objects.taking_part().filter(slug=organisation).first()
            if found is None:
                raise CommandError(f"there is no organisation {organisation}")
        try:
            invite(email=email, name=name, role=role, organisation=found, by=BY)
        except NotAllowed as error:
            raise CommandError(f"{role} cannot be given: {found.name} has an administrator or takes none") from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{email} is invited; the link in the mail works once, within 14 days")
