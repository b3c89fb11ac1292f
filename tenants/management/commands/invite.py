"""Invite somebody from the command line: the first platform administrator, or the first administrator of a POI."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tenants.access import holds
from tenants.actor import Actor
from tenants.invitations.actions import invite
from tenants.invitations.mail import link_of
from tenants.invitations.queries import open_to
from tenants.management.places import place_of
from tenants.refusals import NotAllowed
from tenants.roles import CooperationRole, OrganisationRole, Permission

BY = Actor.of_system("invite", Permission.PLATFORM_MANAGE)


class Command(BaseCommand):
    help = (
        "Mail somebody an invitation for a role of the cooperation, or to be the first administrator of a POI. Asked"
        " again it changes nothing, unless with --again. Where no mail server is set, it prints the link."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("role", choices=[*CooperationRole.values, OrganisationRole.ADMINISTRATOR.value])
        parser.add_argument("--organisation", help="Slug, such as bisc; without it the cooperation itself.")
        parser.add_argument("--again", action="store_true", help="Mail the link anew, and count its 14 days anew.")

    def handle(self, *args, email, name, role, organisation, again, **options):
        place, _library = place_of(organisation)
        if holds(email, role, place):
            self.stdout.write(f"{email} is {role} at {place.name} already; nothing was changed")
            return
        found = open_to(email=email, role=role, organisation=place)
        if found is not None and not again:
            self.stdout.write(f"{email} is invited already; nothing was changed. --again mails the link anew")
        else:
            try:
                found = invite(email=email, name=name, role=role, organisation=place, by=BY)
            except NotAllowed as error:
                raise CommandError(
                    f"{role} cannot be given: {place.name} has an administrator or takes none"
                ) from error
            except ValidationError as error:
                raise CommandError("; ".join(error.messages)) from error
            self.stdout.write(f"{email} is invited; the link in the mail works once, within 14 days")
        if not settings.MAILS:
            self.stdout.write(f"No mail server is set. The link:\n{link_of(found)}")
