"""Make somebody's account from the command line, with a role if asked; safe to repeat."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tenants.access import holds
from tenants.actor import Actor
from tenants.management.places import place_of
from tenants.models import Library, Organisation, Person
from tenants.people.actions import create_person, give_library_role, give_role
from tenants.refusals import NotAllowed
from tenants.roles import CooperationRole, LibraryRole, OrganisationRole, Permission
from tenants.signin.actions import mail_password_reset
from tenants.signin.mail import password_link

BY = Actor.of_system("create_person", Permission.PLATFORM_MANAGE, Permission.PEOPLE_MANAGE)


class Command(BaseCommand):
    help = (
        "Make an account, with a role if asked. They choose a password by a link that works once, within three days;"
        " it is mailed, or printed where no mail server is set. Asked again it changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument(
            "--role", choices=[*CooperationRole.values, *OrganisationRole.values, *LibraryRole.values], default=""
        )
        parser.add_argument("--organisation", help="Slug, such as bisc; without it the cooperation itself.")
        parser.add_argument("--library", help="Slug of the library, for a role at a library.")
        parser.add_argument("--language", choices=Person.Language.values, default=Person.Language.DUTCH.value)
        parser.add_argument("--link", action="store_true", help="Print the link, also where mail is sent.")

    def handle(self, *args, email, name, role, organisation, library, language, link, **options):
        if (organisation or library) and not role:
            raise CommandError("say with --role what they are there, or leave the organisation and library out")
        place, branch = place_of(organisation, library)
        known = Person.objects.filter(email=email.strip().lower()).exists()
        try:
            with transaction.atomic():
                person = create_person(email=email, name=name, language=language, by=BY)
                given = bool(role) and self._give(person, role, place, branch)
        except NotAllowed as error:
            raise CommandError(f"{role} cannot be given at {branch or place}") from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(_said(person, role, branch or place, known=known, given=given))
        if person.has_usable_password():
            return
        if link or not settings.MAILS:
            self.stdout.write(f"To choose a password, once, within three days:\n{password_link(person)}")
        elif known:
            self.stdout.write("No password was chosen yet; --link prints a link for it")
        else:
            mail_password_reset(person)
            self.stdout.write("A mail with a link to choose a password is on its way")

    def _give(self, person: Person, role: str, place: Organisation, library: Library | None) -> bool:
        """Give the role where it is not held yet; return whether it was given now."""
        if holds(person.email, role, place, library):
            return False
        if role in LibraryRole.values:
            if library is None:
                raise CommandError(f"{role} is a role at a library: say which with --library")
            give_library_role(person=person, library=library, role=role, by=BY)
        else:
            if library is not None:
                raise CommandError(f"{role} is no role at a library")
            give_role(person=person, organisation=place, role=role, by=BY)
        return True


def _said(person: Person, role: str, place: object, *, known: bool, given: bool) -> str:
    if given:
        return f"{person.email} {'exists and now' if known else 'was made and'} is {role} at {place}"
    if known:
        return f"{person.email} exists already{f' and is {role} at {place}' if role else ''}; nothing was changed"
    return f"{person.email} was made"
