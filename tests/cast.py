"""Who plays in the tests: two organisations with colliding keys, and the people of the cooperation."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from agenda.categories.models import Category
from agenda.steering.models import Seat
from agenda.work.actions import create_item
from tenants import context
from tenants.access import standing
from tenants.actor import Actor
from tenants.context import inside
from tenants.models import (
    Library,
    LibraryMembership,
    Location,
    Membership,
    Organisation,
    Person,
    Platform,
    Province,
)
from tenants.organisations.actions import create_organisation, ensure_common
from tenants.roles import Permission
from tickets.desk import actions as verbs
from tickets.guests.actions import open_to
from tickets.models import Ticket
from tickets.states import Visibility

PASSWORD = "een lang wachtwoord"
COMMAND_LINE = Actor.of_system(
    "tests", Permission.PLATFORM_MANAGE, Permission.PEOPLE_MANAGE, Permission.SETTINGS_CHANGE, Permission.TOKENS_MANAGE
)
SECRET = {"bisc": "kwartelzang", "cubiss": "zonnedauw"}


@dataclass
class House:
    """One organisation of the cast, with its people by short name."""

    organisation: Organisation
    library: Library
    other_library: Library
    locations: list[Location]  # three, of the library
    other_locations: list[Location]  # two, of the other library
    people: dict[str, Person]
    ticket: str  # number of its ticket 1, filed by the colleague

    @property
    def host(self) -> str:
        return f"{self.organisation.slug}.{settings.DOMAIN}"

    def standing(self, who: str):
        return standing(self.people[who], self.organisation)

    def actor(self, who: str, channel: str = "page") -> Actor:
        return Actor.of(self.standing(who), channel)


@dataclass
class Cast:
    """Both houses and the people of the cooperation."""

    bisc: House
    cubiss: House
    people: dict[str, Person]
    common: Organisation

    @property
    def everybody(self) -> dict[str, Person]:
        return {
            **{f"bisc {name}": person for name, person in self.bisc.people.items()},
            **{f"cubiss {name}": person for name, person in self.cubiss.people.items()},
            **self.people,
        }


@lru_cache
def _password() -> str:
    return make_password(PASSWORD)


def _person(email: str, name: str) -> Person:
    return Person.objects.create(email=email, name=name, password=_password())


def _house(slug: str, name: str) -> House:
    organisation = create_organisation(
        slug=slug, name=name, prefix=slug, domain=f"{slug}.{settings.DOMAIN}", by=COMMAND_LINE, colour="#0b6a6a"
    )
    platforms = {}
    for word, slug_of, label in (("een", "midden-zuid", "Midden-Zuid"), ("twee", "noord-oost", "Noord-Oost")):
        platforms[word], _ = Platform.objects.get_or_create(
            slug=slug_of, defaults={"name": label, "product": "Wise", "supplier": "OCLC"}
        )
        platforms[word].organisations.add(organisation)
    since = date(2024, 1, 1)
    libraries = [
        Library.objects.create(
            organisation=organisation,
            province=Province.objects.get(slug="utrecht"),
            platform=platforms[word],
            slug=f"{slug}-{word}",
            name=f"Bibliotheek {word} {name}",
            from_on=since,
        )
        for word in ("een", "twee")
    ]
    locations, other_locations = (
        [
            Location.objects.create(
                library=library, slug=f"{library.slug}-{n}", name=f"{word} {n} {name}", kind="branch", from_on=since
            )
            for n in numbers
        ]
        for library, word, numbers in zip(libraries, ("Vestiging", "Filiaal"), ((1, 2, 3), (1, 2)), strict=True)
    )
    people = {
        "desk": _person(f"desk@{slug}.example", f"Desk {name}"),
        "lead": _person(f"lead@{slug}.example", f"Lead {name}"),
        "keyuser": _person(f"keyuser@{slug}-een.example", f"Key-user {name}"),
        "colleague": _person(f"balie@{slug}-een.example", f"Balie {name}"),
        "colleague2": _person(f"balie2@{slug}-een.example", f"Tweede balie {name}"),
        "neighbour": _person(f"balie@{slug}-twee.example", f"Balie twee {name}"),
        "director": _person(f"directie@{slug}-een.example", f"Directie {name}"),
        "seated": _person(f"zetel@{slug}.example", f"Zetel {name}"),  # staff who also sits in the steering group
        "former": _person(f"weg@{slug}.example", f"Weg {name}"),  # staff and key user until yesterday
        "coming": _person(f"straks@{slug}.example", f"Straks {name}"),  # staff and key user from tomorrow
    }
    today = timezone.localdate()
    ended = {"from_on": since, "until_on": today - timedelta(days=1)}
    begins = {"from_on": today + timedelta(days=1)}
    always = {"from_on": since}
    for who, role, when in (
        ("desk", "functional_manager", always),
        ("lead", "desk_lead", always),
        ("lead", "administrator", always),
        ("seated", "functional_manager", always),
        ("seated", "steering_member", always),
        ("former", "functional_manager", ended),
        ("coming", "functional_manager", begins),
    ):
        Membership.objects.create(person=people[who], organisation=organisation, role=role, **when)
    for who, role, library, when in (
        ("keyuser", "key_user", libraries[0], always),
        ("colleague", "colleague", libraries[0], always),
        ("colleague2", "colleague", libraries[0], always),
        ("neighbour", "colleague", libraries[1], always),
        ("director", "director", libraries[0], always),
        ("former", "key_user", libraries[0], ended),
        ("coming", "key_user", libraries[0], begins),
    ):
        LibraryMembership.objects.create(person=people[who], library=library, role=role, **when)
    house = House(organisation, libraries[0], libraries[1], locations, other_locations, people, "")
    with inside(organisation):
        ticket = verbs.create(
            type="incident",
            subject=f"Zelfservice zegt {SECRET[slug]}",
            body=f"Het bericht luidt {SECRET[slug]}.",
            library=libraries[0],
            category=Category.objects.get(code="6.1"),
            urgency="high",
            locations=locations[:1],
            by=house.actor("colleague"),
        )
        verbs.answer(
            ticket=ticket, body=f"Intern {SECRET[slug]}geheim", visibility=Visibility.INTERNAL, by=house.actor("desk")
        )
        house.ticket = ticket.number
    return house


def _guest(host: House, home: House) -> None:
    """Somebody who works at the desk of `home`, to whom the ticket of `host` was opened."""
    guest = home.people["guest"] = _person("gast@cubiss.example", "Gast Cubiss")
    since, until = date(2024, 1, 1), timezone.localdate() + timedelta(days=30)
    Membership.objects.create(person=guest, organisation=home.organisation, role="functional_manager", from_on=since)
    with inside(host.organisation):
        open_to(ticket=Ticket.objects.get(), person=guest, until_on=until, by=host.actor("desk"))


def use(database: str) -> None:
    """Let the process use that database."""
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = database


def make_cast(name: str) -> Cast:
    """Make the test database, both organisations and the cast."""
    creation = connection.creation
    creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
    connection.close()
    use(name)
    call_command("migrate_schemas", schema_name="public", interactive=False, verbosity=0)
    context.enter_public()
    common = ensure_common(domain=settings.DOMAIN)
    houses = {slug: _house(slug, label) for slug, label in (("bisc", "BiSC"), ("cubiss", "Cubiss"))}
    _guest(houses["bisc"], houses["cubiss"])
    people = {
        "member": _person("stuurgroep@bisc.example", "Bestuurder"),
        "reader": _person("directie@cubiss.example", "Directeur"),
        "manager": _person("kwartiermaker@samenbeheer.example", "Kwartiermaker"),
        "platform": _person("platform@samenbeheer.example", "Platformbeheerder"),
        "stranger": _person("niemand@nergens.example", "Niemand"),
    }
    since = date(2024, 1, 1)
    for who, role, organisation in (
        ("member", "steering_member", houses["bisc"].organisation),
        ("reader", "steering_reader", houses["cubiss"].organisation),
        ("manager", "programme_manager", common),
        ("platform", "platform_administrator", common),
    ):
        Membership.objects.create(person=people[who], organisation=organisation, role=role, from_on=since)
    Seat.objects.create(organisation=houses["bisc"].organisation, from_on=since)
    create_item(
        title="Gezamenlijke servicedesk",
        theme="integration",
        lead=houses["bisc"].organisation,
        planned_from=date(2026, 1, 1),
        planned_to=date(2026, 12, 31),
        contributors=[houses["bisc"].organisation, houses["cubiss"].organisation],
        by=Actor.of(standing(people["manager"], common)),
    )
    return Cast(houses["bisc"], houses["cubiss"], people, common)
