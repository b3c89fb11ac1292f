"""The cast: two organisations with colliding keys, made once per run; each test rolls back."""

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from agenda.categories.models import Category
from agenda.steering.models import Seat
from agenda.work.actions import create_item
from agenda.work.models import WorkItem
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
from tenants.tokens.actions import create_token
from tests.running import Running, folder_for_data
from tests.servers import WORKER
from tickets.desk import actions as verbs
from tickets.models import Ticket
from tickets.states import Visibility

PASSWORD = "een lang wachtwoord"
SECRET = {"bisc": "kwartelzang", "cubiss": "zonnedauw"}


def pytest_collection_modifyitems(items):
    """The long ones first, so that both cores are busy to the end."""
    items.sort(key=lambda item: item.get_closest_marker("servers") is None)


@dataclass
class House:
    """One organisation of the cast, with its people by short name."""

    organisation: Organisation
    library: Library
    other_library: Library
    locations: list[Location]
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


def _person(email: str, name: str) -> Person:
    person = Person(email=email, name=name)
    person.set_password(PASSWORD)
    person.save()
    return person


def _house(slug: str, name: str) -> House:
    organisation = create_organisation(
        slug=slug, name=name, prefix=slug, domain=f"{slug}.{settings.DOMAIN}", by=None, colour="#0b6a6a"
    )
    platform, _ = Platform.objects.get_or_create(
        slug="midden-zuid", defaults={"name": "Midden-Zuid", "product": "Wise", "supplier": "OCLC"}
    )
    platform.organisations.add(organisation)
    since = date(2024, 1, 1)
    libraries = [
        Library.objects.create(
            organisation=organisation,
            province=Province.objects.get(slug="utrecht"),
            platform=platform,
            slug=f"{slug}-{word}",
            name=f"Bibliotheek {word} {name}",
            from_on=since,
        )
        for word in ("een", "twee")
    ]
    locations = [
        Location.objects.create(
            library=libraries[0], slug=f"{slug}-een-{n}", name=f"Vestiging {n} {name}", kind="branch", from_on=since
        )
        for n in (1, 2, 3)
    ]
    people = {
        "desk": _person(f"desk@{slug}.example", f"Desk {name}"),
        "lead": _person(f"lead@{slug}.example", f"Lead {name}"),
        "keyuser": _person(f"keyuser@{slug}-een.example", f"Key-user {name}"),
        "colleague": _person(f"balie@{slug}-een.example", f"Balie {name}"),
        "colleague2": _person(f"balie2@{slug}-een.example", f"Tweede balie {name}"),
        "neighbour": _person(f"balie@{slug}-twee.example", f"Balie twee {name}"),
    }
    for who, role in (
        ("desk", "functional_manager"),
        ("lead", "desk_lead"),
        ("lead", "administrator"),
    ):
        Membership.objects.create(person=people[who], organisation=organisation, role=role, from_on=since)
    for who, role, library in (
        ("keyuser", "key_user", libraries[0]),
        ("colleague", "colleague", libraries[0]),
        ("colleague2", "colleague", libraries[0]),
        ("neighbour", "colleague", libraries[1]),
    ):
        LibraryMembership.objects.create(person=people[who], library=library, role=role, from_on=since)
    house = House(organisation, libraries[0], libraries[1], locations, people, "")
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


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Make the test database, both organisations and the cast, once."""
    with django_db_blocker.unblock():
        name = f"test_{connection.settings_dict['NAME']}{WORKER}"
        connection.settings_dict["TEST"]["NAME"] = name
        creation = connection.creation
        creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
        connection.close()
        settings.DATABASES["default"]["NAME"] = name
        connection.settings_dict["NAME"] = name
        call_command("migrate_schemas", schema_name="public", interactive=False, verbosity=0)
        context.enter_public()
        common = ensure_common(domain=settings.DOMAIN)
        houses = {slug: _house(slug, label) for slug, label in (("bisc", "BiSC"), ("cubiss", "Cubiss"))}
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
            by=standing(people["manager"], common),
        )
        django_db_setup.cast = Cast(houses["bisc"], houses["cubiss"], people, common)
        connection.close()
    yield
    with django_db_blocker.unblock():
        connection.close()
        shutil.rmtree(Path(settings.DATA) / "files", ignore_errors=True)


@pytest.fixture
def cast(db) -> Cast:
    """The cast, in the public schema; the test's work is rolled back."""
    context.enter_public()
    cache.clear()
    yield django_db_setup.cast
    connection.set_schema_to_public()


@pytest.fixture
def bisc(cast) -> House:
    """BiSC, its schema entered."""
    with inside(cast.bisc.organisation):
        yield cast.bisc


@pytest.fixture
def client_of(cast):
    """Return a signed-in test client: client_of("bisc desk"), on the host of `at` ("bisc", "cubiss", "")."""

    def make(who: str | None, at: str = "bisc") -> Client:
        host = f"{at}.{settings.DOMAIN}" if at else settings.DOMAIN
        client = Client(headers={"host": f"{host}:8000"}, raise_request_exception=True)
        if who:
            with inside(None):
                client.force_login(cast.everybody[who])
        return client

    return make


@pytest.fixture
def api_of(cast):
    """Return a caller of the API: api_of("bisc desk")("GET", "/tickets")."""

    def make(who: str, at: str = "bisc", scope: str = "write", token_at: str | None = None):
        house = {"bisc": cast.bisc, "cubiss": cast.cubiss}.get(at if token_at is None else token_at)
        with inside(None):
            token = create_token(
                person=cast.everybody[who],
                organisation=house.organisation if house else None,
                name="test",
                scope=scope,
                by=None,
            )
        return Api(at, token)

    return make


class Api:
    """Calls the API with a bearer token."""

    def __init__(self, at: str, token: str):
        self.host = f"{at}.{settings.DOMAIN}" if at else settings.DOMAIN
        self.token = token
        self.client = Client()

    def __call__(self, method: str, path: str, data=None, **headers):
        return self.client.generic(
            method,
            f"/api/v1{path}",
            data if isinstance(data, (str, bytes)) else self._json(data),
            content_type=headers.pop("content_type", "application/json"),
            headers={"host": f"{self.host}:8000", "authorization": f"Bearer {self.token}", **headers},
        )

    @staticmethod
    def _json(data) -> str:
        return "" if data is None else json.dumps(data)


@pytest.fixture
def ticket(bisc) -> Ticket:
    """BiSC's ticket 1."""
    return Ticket.objects.get(number=bisc.ticket)


@pytest.fixture
def item(cast) -> WorkItem:
    """The one item of the work agenda."""
    return WorkItem.objects.get(number=1)


@pytest.fixture
def now():
    """This moment."""
    return timezone.now()


@pytest.fixture(scope="session")
def running():
    """One running Samenbeheer, on a data directory with spaces in it and a path of 150 characters."""
    folder = folder_for_data() / "een map met spaties"
    data = folder / ("d" * (149 - len(str(folder))))
    assert len(str(data)) == 150
    one = Running(data)
    one.start()
    yield one
    one.stop()
    assert one.pids() == {}
