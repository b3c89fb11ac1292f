"""Loads the demo, once: the network, the accounts, the example tickets through the verbs, the volume, the agenda."""

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache, partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from agenda.categories.models import Category
from agenda.steering.models import Seat
from agenda.work.actions import change_contribution, create_item, report_progress
from agenda.work.models import PolicyGoal, WorkItem
from config.demo.network import ORGANISATIONS, PLATFORM_OF_PROVINCE, PLATFORMS, DemoLibrary, libraries_of
from config.demo.policy import load_framework
from config.demo.promised import load_promised
from config.demo.told import Told, Turn, steps_of, told, working_day
from config.demo.volume import Builder
from tenants.access import standing
from tenants.actor import Actor
from tenants.context import current_organisation, inside, organisation_by_schema
from tenants.models import (
    Isil,
    Library,
    LibraryMembership,
    Location,
    Membership,
    Organisation,
    Person,
    Platform,
    PlatformCode,
    Province,
)
from tenants.organisations.actions import create_organisation
from tenants.outbox.models import OutboxEntry
from tenants.roles import CooperationRole, LibraryRole, OrganisationRole, Permission
from tickets.desk import actions as desk_actions
from tickets.models import Ticket
from tickets.proposals.actions import count_sorted
from tickets.states import Visibility

HERE = Path(__file__).parent
PASSWORD = "samenbeheer"  # noqa: S105  the demo's, printed at its start
SINCE = date(2021, 10, 1)
WORDS = {"bus_stop": "bushalte", "school": "school", "self_service": "zelfbediening"}
SAYS = {"S": Visibility.PUBLIC, "I": Visibility.INTERNAL, "P": Visibility.PARTNERS}
Step = Callable[[str], None]


class NotInProduction(RuntimeError):
    """The demo has accounts with a known password."""


def is_loaded() -> bool:
    """Was the demo loaded to the end?"""
    return Membership.objects.filter(
        role=CooperationRole.PLATFORM_ADMINISTRATOR, person__email="platform@samenbeheer.example"
    ).exists()


def load(step: Step, volume: float = 1.0) -> None:
    """Load the demo; `step` hears what is being done, `volume` scales the number of tickets (0 to 1).

    Raises NotInProduction outside demo mode. What an interrupted load left is used again.
    """
    if not settings.DEMO:
        raise NotInProduction("the demo does not load in production")
    password = make_password(PASSWORD)
    for demo in ORGANISATIONS:
        step(f"organisation {demo.name}")
        organisation = Organisation.objects.filter(slug=demo.slug, ready=True).first()
        if organisation is None:
            organisation = create_organisation(
                slug=demo.slug,
                name=demo.name,
                prefix=demo.slug,
                colour=demo.colour,
                domain=f"{demo.slug}.{settings.DOMAIN}",
                by=Actor.of_system("load_demo", Permission.PLATFORM_MANAGE),
            )
        Organisation.objects.filter(pk=organisation.pk).update(from_on=SINCE)
        Isil.objects.get_or_create(
            organisation=organisation, defaults={"value": f"NL-0898{ORGANISATIONS.index(demo):02d}0000"}
        )
        organisation.provinces.set(Province.objects.filter(slug__in=demo.provinces))
    for slug, name, served in PLATFORMS:
        platform, _made = Platform.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "product": "Wise",
                "product_version": "8.0.2",
                "supplier": "OCLC",
                "from_on": SINCE,
            },
        )
        platform.organisations.set(Organisation.objects.filter(slug__in=served))
    step("libraries and people")
    for demo in ORGANISATIONS:
        organisation = organisation_by_schema(demo.slug)
        with transaction.atomic():
            for library in libraries_of(demo.slug):
                _load_library(organisation, library, password)
            _load_staff(organisation, password, demo.has_seat)
    for demo in ORGANISATIONS:
        with inside(organisation_by_schema(demo.slug)), transaction.atomic():
            load_promised(demo.slug)
    step("example tickets")
    written = told()
    for demo in ORGANISATIONS:
        with inside(organisation_by_schema(demo.slug)):
            _load_volume(demo.tickets, volume, [one for one in written if not one.is_first])
            step(f"tickets of {demo.name}")
    _load_conversations([one for one in written if one.is_first])
    step("proposals")
    for demo in ORGANISATIONS:
        with inside(organisation_by_schema(demo.slug)):
            count_sorted()
    step("work agenda")
    _load_agenda(password)


def _person(email: str, name: str, password: str) -> Person:
    person, _made = Person.objects.get_or_create(email=email, defaults={"name": name, "password": password})
    return person


def _load_library(organisation: Organisation, demo: DemoLibrary, password: str) -> None:
    library, made = Library.objects.get_or_create(
        slug=demo.slug,
        defaults={
            "organisation": organisation,
            "province": Province.objects.get(slug=demo.province),
            "platform": Platform.objects.get(slug=PLATFORM_OF_PROVINCE[demo.province]),
            "name": demo.name,
            "from_on": SINCE,
        },
    )
    if made:
        short = demo.name.removesuffix(" (demo)")
        kinds = [
            *((Location.Kind.BRANCH, "vestiging", index) for index in range(1, demo.branches + 1)),
            *((Location.Kind.SERVICE_POINT, "servicepunt", index) for index in range(1, demo.service_points + 1)),
            *((Location.Kind(kind), WORDS[kind], 1) for kind in demo.others),
        ]
        width = len(str(demo.branches))  # so that 2 comes before 10
        levels = [Location.Level.LARGE, Location.Level.MEDIUM, Location.Level.MEDIUM, Location.Level.SMALL]
        Location.objects.bulk_create(
            Location(
                library=library,
                slug=f"{demo.slug}-{word}-{index}",
                name=f"{short}, {word} {index:0{width}d} (demo)",
                kind=kind,
                level=levels[min(index - 1, 3)] if kind == Location.Kind.BRANCH else Location.Level.SMALL,
                from_on=SINCE,
            )
            for kind, word, index in kinds
        )
        _give_codes(library)
    for account, name, role in (
        ("keyuser", "Key-user", LibraryRole.KEY_USER),
        ("balie", "Medewerker balie", LibraryRole.COLLEAGUE),
    ):
        person = _person(f"{account}@{demo.slug}.example", f"{name} {demo.name.removesuffix(' (demo)')}", password)
        LibraryMembership.objects.get_or_create(
            person=person, library=library, role=role, defaults={"from_on": SINCE, "sees": "own"}
        )


def _give_codes(library: Library) -> None:
    """Give a new library and its locations codes that are made up: NL-0899 and DEMO say so."""
    number = Library.objects.filter(isil__isnull=False).count() + 1
    own, places = f"NL-0899{number:02d}", list(library.locations.order_by("pk"))
    Library.objects.filter(pk=library.pk).update(kvk=f"{number:08d}")
    Isil.objects.create(value=f"{own}0000", library=library)
    PlatformCode.objects.create(platform=library.platform, library=library, code=f"DEMO-{number:02d}")
    Isil.objects.bulk_create(
        Isil(value=f"{own}1{index:03d}", location=place) for index, place in enumerate(places, start=1)
    )
    PlatformCode.objects.bulk_create(
        PlatformCode(platform=library.platform, location=place, code=f"DEMO-{number:02d}-{index:02d}")
        for index, place in enumerate(places, start=1)
    )


def _load_staff(organisation: Organisation, password: str, has_seat: bool) -> None:
    slug, name = organisation.slug, organisation.name
    roles = [
        (f"desk@{slug}.example", f"Functioneel beheerder {name}", [OrganisationRole.FUNCTIONAL_MANAGER]),
        (
            f"lead@{slug}.example",
            f"Desklead {name}",
            [OrganisationRole.DESK_LEAD, OrganisationRole.ADMINISTRATOR],
        ),
    ]
    if has_seat:
        roles.append((f"stuurgroep@{slug}.example", f"Bestuurder {name}", [CooperationRole.STEERING_MEMBER]))
        Seat.objects.get_or_create(organisation=organisation, defaults={"from_on": SINCE})
    else:
        roles.append((f"directie@{slug}.example", f"Directeur {name}", [CooperationRole.STEERING_READER]))
    for email, title, held in roles:
        person = _person(email, title, password)
        for role in held:
            Membership.objects.get_or_create(
                person=person, organisation=organisation, role=role, defaults={"from_on": SINCE}
            )


def _load_volume(count: int, volume: float, written: list[Told]) -> None:
    """Make the closed tickets of long ago, and the written ones among them."""
    if not Ticket.objects.exists():
        here = set(Library.objects.filter(organisation=current_organisation()).values_list("slug", flat=True))
        ours = [one for one in written if one.row["library"] in here]
        Builder(
            count=round(count * volume),
            until=timezone.now() - timedelta(days=1),
            open_at_least=0,
            all_closed=True,
            written=ours,
        ).build()


def _load_conversations(tickets: list[Told]) -> None:
    """Let the people of the demo say the first tickets through the verbs."""
    actor = cache(_actor)
    for one in tickets:
        library = Library.objects.select_related("organisation").get(slug=one.row["library"])
        with inside(organisation_by_schema(library.organisation.schema_name)):
            if not Ticket.objects.filter(subject=one.row["subject"]).exists():
                with transaction.atomic():
                    _converse(one, library, actor)
    # What happened before today is not mailed today.
    OutboxEntry.objects.filter(done_at__isnull=True, topic="tickets.notices").update(done_at=timezone.now())


def _actor(email: str, organisation: Organisation) -> Actor:
    return Actor.of(standing(Person.objects.get(email=email), organisation))


def _converse(one: Told, library: Library, actor: Callable[[str, Organisation], Actor]) -> None:
    organisation, row = library.organisation, one.row
    account = "keyuser" if one.is_of_key_user else "balie"
    reporter = actor(f"{account}@{library.slug}.example", organisation)
    desk = actor(f"{'lead' if one.is_for_lead else 'desk'}@{organisation.slug}.example", organisation)
    ticket = desk_actions.create(
        type=row["type"],
        subject=row["subject"],
        body=one.turns[0].text,
        library=library,
        category=Category.objects.filter(code=row["category"]).first(),
        urgency=row["urgency"],
        locations=list(library.locations.all()[: row.get("locations", 1)]),
        by=reporter,
        at=one.turns[0].at,
    )
    is_picked_up = one.is_nobodys
    for turn in one.turns[1:]:
        at = turn.at
        if turn.who in SAYS and not is_picked_up:
            desk_actions.pick_up(ticket=ticket, by=desk, at=at - timedelta(minutes=5))
            is_picked_up = True
        if turn.who in SAYS:
            then, level = turn.to or None, SAYS[turn.who]
            desk_actions.answer(
                ticket=ticket, body=turn.text, visibility=level, then=then, fact=_fact(turn), by=desk, at=at
            )
        elif turn.who == ">":
            desk_actions.move(ticket=ticket, to=turn.to, fact=_fact(turn), by=desk, at=at)
        elif turn.who == "L":
            desk_actions.answer(ticket=ticket, body=turn.text, by=reporter, at=at)
        else:
            desk_actions.move(ticket=ticket, to=turn.to, reason=turn.text, by=reporter, at=at)


def _fact(turn: Turn) -> dict[str, object]:
    """Return what a waiting state asks, as the verbs take it."""
    if "partner" in turn.fact:
        return {"partner": Organisation.objects.get(slug=turn.fact["partner"])}
    return turn.fact


def _quarter(offset: int) -> date:
    today = timezone.localdate()
    months = today.year * 12 + (today.month - 1) // 3 * 3 + offset * 3
    return date(months // 12, months % 12 + 1, 1)


def _lead_of(slug: str, common: Organisation) -> Actor:
    """Return the desk lead of an organisation as they act on the common host."""
    return Actor.of(standing(Person.objects.get(email=f"lead@{slug}.example"), common))


def _load_item(row: dict, manager: Actor, index: int) -> None:
    """Let the programme manager put a result on the agenda, each organisation say what it does, and the lead report."""
    common = manager.standing.organisation
    organisations = {one.slug: one for one in Organisation.objects.taking_part()}
    begin, end = _quarter(row["begin"]), _quarter(row["end"] + 1) - timedelta(days=1)
    first = max((report["ago"] for report in row.get("reports", [])), default=10)
    agreed = working_day(max(first + 20, (timezone.localdate() - begin).days * 5 // 7), 10, index * 2)
    item = create_item(
        title=row["title"],
        description=row["description"],
        theme=row["theme"],
        goal=PolicyGoal.objects.get(code=f"{row['goal']}-demo"),
        lead=organisations[row["lead"]],
        planned_from=begin,
        planned_to=end,
        contributors=[organisations[slug] for slug in row["parts"]],
        by=manager,
        at=agreed,
    )
    happened = []
    for part in item.contributions.select_related("item", "organisation"):
        by = _lead_of(part.organisation.slug, common)
        for status, said, at in steps_of(row, part.organisation.slug, agreed):
            changes = {"description": said, "status": status}
            values = {"contribution": part, "changes": changes, "by": by, "at": at + timedelta(minutes=part.pk % 50)}
            happened.append((values["at"], part.pk, partial(change_contribution, **values)))
    for report in row.get("reports", []):
        values = {name: report[name] for name in ("text", "progress", "status")} | {"asked": report.get("asked", "")}
        values["finished_on"] = end if row.get("finished") and report["progress"] == 100 else None
        values |= {"by": _lead_of(row["lead"], common), "at": working_day(report["ago"], 15, index * 2)}
        happened.append((values["at"], 0, partial(report_progress, item=item, **values)))
    for _at, _part, happen in sorted(happened, key=lambda one: one[:2]):
        happen()


def _load_agenda(password: str) -> None:
    common = Organisation.objects.get(schema_name="public")
    manager = _person("kwartiermaker@samenbeheer.example", "Kwartiermaker", password)
    Membership.objects.get_or_create(
        person=manager, organisation=common, role=CooperationRole.PROGRAMME_MANAGER, defaults={"from_on": SINCE}
    )
    load_framework()
    present = set(WorkItem.objects.values_list("title", flat=True))
    for index, row in enumerate(tomllib.loads((HERE / "agenda.toml").read_text())["item"]):
        if row["title"] not in present:
            with transaction.atomic():
                _load_item(row, Actor.of(standing(manager, common)), index)
    platform = _person("platform@samenbeheer.example", "Platformbeheerder", password)
    Membership.objects.get_or_create(
        person=platform, organisation=common, role=CooperationRole.PLATFORM_ADMINISTRATOR, defaults={"from_on": SINCE}
    )
