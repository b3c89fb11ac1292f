"""The first page of the platform administrator, and what it keeps for all: categories, frameworks, seats."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agenda.begin.queries import standings
from agenda.categories.actions import end_category, enter_category
from agenda.categories.models import Category
from agenda.categories.queries import leaf_by_code
from agenda.figures.models import TicketSnapshot
from agenda.steering.actions import end_seat, give_seat
from agenda.steering.models import Seat
from agenda.work.frameworks import enter_framework, enter_goal
from agenda.work.models import PolicyFramework
from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.invitations.actions import invite
from tenants.models import Domain, Library, Location, Membership, Organisation, Platform
from tenants.refusals import NotAllowed
from tests.browsing import form_with, press, send
from tests.cast import COMMAND_LINE

PAGES = [
    "/platform/",
    "/platform/categories/",
    "/platform/categories/6.1/",
    "/platform/frameworks/",
    "/platform/frameworks/1/",
    "/platform/seats/",
]


@pytest.mark.parametrize("page", PAGES)
def test_only_the_platform_administrator_sees_it(page, client_of):
    assert client_of("platform", "").get(page).status_code == 200
    for who in ("manager", "member", "reader", "bisc lead", "cubiss desk"):
        assert client_of(who, "").get(page).status_code == 403, who
        assert client_of(who, "").post(f"{page}").status_code in {403, 405}, who
    assert client_of("stranger", "").get(page).status_code == 404
    assert client_of("platform", "").put(page).status_code == 405


def test_who_keeps_the_platform_begins_there(client_of):
    assert client_of("platform", "").get("/")["Location"] == "/platform/"
    assert client_of("manager", "").get("/")["Location"] == "/agenda/"


def _words(page: str) -> str:
    return " ".join(page.split())


def test_the_next_step_of_who_begins_stands_on_top(cast, client_of):
    made = Organisation.objects.create(schema_name="nieuw", slug="nieuw", name="Nieuw", prefix="N", ready=True)
    page = _words(client_of("platform", "").get("/platform/").content.decode())
    assert "2 organisaties werken, Nieuw is 5 stappen van de eerste melding" in page
    assert "2 van 7 klaar" in page and page.count('aria-current="step"') == 1
    assert page.count("btn btn-primary") == 1 and 'href="/platform/systems/">Verder' in page
    (one,) = [one for one in standings() if one.organisation == made]
    assert [(step.name, step.done, step.now) for step in one.steps] == [
        ("Organisatie en adres", True, False),
        ("Bibliotheeksysteem", False, True),
        ("Bibliotheken en locaties", False, False),
        ("Eerste beheerder", False, False),
        ("Mail", True, False),
        ("Mensen van de servicedesk", False, False),
        ("Eerste melding", False, False),
    ]


def _step(cast, index: int):
    (one,) = [one for one in standings() if one.organisation == cast.bisc.organisation]
    return one.steps[index].done


@pytest.mark.parametrize(
    ("index", "undo"),
    [
        (0, lambda cast: Organisation.objects.filter(slug="bisc").update(ready=False)),
        (1, lambda cast: [one.organisations.clear() for one in Platform.objects.all()]),
        (2, lambda cast: Location.objects.update(until_on="2024-12-31")),
        (3, lambda cast: Membership.objects.filter(role="administrator").delete()),
        (5, lambda cast: Membership.objects.filter(person=cast.bisc.people["lead"], role="desk_lead").delete()),
        (6, lambda cast: TicketSnapshot.objects.all().delete()),
    ],
)
def test_a_step_is_taken_when_it_is_there(cast, index, undo):
    assert _step(cast, index)
    undo(cast)
    if index == 5:
        Membership.objects.filter(person=cast.bisc.people["seated"], role="functional_manager").delete()
    assert not _step(cast, index)


def _one(cast):
    (one,) = [one for one in standings() if one.organisation == cast.bisc.organisation]
    return one


def test_who_is_invited_is_no_administrator_yet(cast):
    rows = Membership.objects.filter(organisation=cast.bisc.organisation, role="administrator")
    invite(
        **{"email": "nieuw@bisc.example", "name": "Nieuw", "role": "administrator"},
        **{"organisation": cast.bisc.organisation, "by": cast.bisc.actor("lead")},
    )
    rows.delete()
    step = _one(cast).steps[3]
    assert (step.done, step.text) == (False, "Uitgenodigd; nog niet aanvaard")


def test_an_organisation_counts_what_it_serves_today_and_what_came_in_this_week(cast, snapshots):
    """Its links go to its first host, whatever else it is served on."""
    bisc, now = cast.bisc, timezone.now()
    TicketSnapshot.objects.all().delete()
    snapshots(bisc, 3, opened_at=now - timedelta(days=6))
    snapshots(bisc, 5, opened_at=now - timedelta(days=8))
    Domain.objects.bulk_create([Domain(domain="aaa.samenbeheer.localhost", tenant=bisc.organisation, is_primary=False)])
    found = _one(cast)
    assert (found.libraries, found.locations, found.tickets, found.host) == (2, 5, 3, bisc.host)
    yesterday = timezone.localdate() - timedelta(days=1)
    Library.objects.filter(pk=bisc.library.pk).update(until_on=yesterday)
    Location.objects.filter(pk=bisc.other_locations[0].pk).update(until_on=yesterday)
    found = _one(cast)
    assert (found.libraries, found.locations) == (1, 1)


def test_where_nobody_works_yet_the_first_that_began_is_on_top(cast, client_of):
    Organisation.objects.exclude(schema_name="public").update(ready=False)
    Organisation.objects.create(schema_name="aaa", slug="aaa", name="Aaa", prefix="A", ready=True)
    heading = client_of("platform", "").get("/platform/").content.decode().partition("<h1>")[2].partition("</h1>")[0]
    assert heading.strip() == "BiSC is 1 stap van de eerste melding"


def test_what_all_hold_together_is_counted_of_today(cast, client_of):
    page = _words(client_of("platform", "").get("/platform/").content.decode())
    assert '<a href="/platform/seats/">Zetels van de stuurgroep</a> <span class="tag ">1</span>' in page
    Seat.objects.update(until_on=timezone.localdate() - timedelta(days=1))
    page = _words(client_of("platform", "").get("/platform/").content.decode())
    assert '<a href="/platform/seats/">Zetels van de stuurgroep</a> <span class="tag amber">nog niet</span>' in page


def test_mail_is_asked_of_a_real_installation(cast, settings):
    settings.DEMO, settings.MAILS = False, False
    assert not _step(cast, 4)
    settings.MAILS = True
    assert _step(cast, 4)


def test_an_empty_installation_says_to_begin(cast, client_of):
    Organisation.objects.exclude(schema_name="public").update(until_on="2024-12-31", from_on="2024-01-01")
    page = _words(client_of("platform", "").get("/platform/").content.decode())
    assert "Nog niemand doet mee: begin met de eerste organisatie" in page
    assert 'class="btn btn-primary" href="/platform/organisations/"' in page


def test_the_page_asks_as_much_of_many_as_of_few(cast, client_of, django_assert_num_queries):
    client = client_of("platform", "")
    client.get("/platform/")
    with django_assert_num_queries(19):
        client.get("/platform/")
    for name in ("a", "b", "c"):
        Organisation.objects.create(schema_name=name * 3, slug=name * 3, name=name, prefix=name, ready=True)
    with django_assert_num_queries(19):
        client.get("/platform/")


def _lines(*actions: str) -> list[tuple[str, str]]:
    rows = AuditEntry.objects.filter(action__in=actions).order_by("pk")
    return [(one.action, one.object) for one in rows]


def test_categories_are_added_renamed_and_ended(cast, client_of):
    client, page = client_of("platform", ""), "/platform/categories/"
    for code, nl, en in (("10", "Nieuws", "News"), ("10.1", "Nieuwsbrief", "Newsletter")):
        assert send(client, page, "Categorie toevoegen", code=code, name_nl=nl, name_en=en).status_code == 302
    leaf = Category.objects.get(code="10.1")
    assert (leaf.parent.code, leaf.position, leaf_by_code("10.1")) == ("10", 1001, leaf)
    one = f"{page}10.1/"
    assert send(client, one, "Opslaan", name_nl="Brief").status_code == 302
    yesterday = timezone.localdate() - timedelta(days=1)
    answer = send(client, one, "Beëindigen", until_on=yesterday.isoformat())
    assert (answer.status_code, list(answer.context["end_form"].errors)) == (422, ["until_on"])
    Category.objects.filter(code__startswith="10").update(from_on="2024-01-01")
    assert send(client, one, "Beëindigen", until_on=yesterday.isoformat(), successor="7.3").status_code == 302
    leaf.refresh_from_db()
    assert (leaf.name_nl, leaf.until_on, leaf.successor.code, leaf_by_code("10.1")) == ("Brief", yesterday, "7.3", None)
    assert _lines("category.made", "category.changed", "category.ended") == [
        ("category.made", "10"),
        ("category.made", "10.1"),
        ("category.changed", "10.1"),
        ("category.ended", "10.1"),
    ]


@pytest.mark.parametrize("code", ["99.1", "0", "6.0", "6.1.1", "zes", "6.100", ""])
def test_a_number_without_a_place_in_the_tree_is_refused(cast, code):
    with pytest.raises(ValidationError) as refused:
        enter_category(code=code, name_nl="x", name_en="x", by=COMMAND_LINE)
    assert list(refused.value.error_dict) == ["code"]


def test_a_group_ends_after_its_categories_and_its_like_comes_after_it(cast):
    group, leaf = Category.objects.get(code="6"), Category.objects.get(code="6.1")
    today = timezone.localdate()
    with pytest.raises(ValidationError) as refused:
        end_category(category=group, until_on=today, successor=leaf, by=COMMAND_LINE)
    assert sorted(refused.value.error_dict) == ["successor", "until_on"]
    for wrong in (leaf, group):
        with pytest.raises(ValidationError):
            end_category(category=leaf, until_on=today, successor=wrong, by=COMMAND_LINE)
    for one in group.children.all():
        end_category(category=one, until_on=today, by=COMMAND_LINE)
    assert end_category(category=group, until_on=today, by=COMMAND_LINE).until_on == today
    end_category(category=group, until_on=today, by=COMMAND_LINE)
    assert _lines("category.ended").count(("category.ended", "6")) == 1


def test_frameworks_and_goals_are_added_and_changed(cast, client_of):
    client, page = client_of("platform", ""), "/platform/frameworks/"
    values = {"name_nl": "Kader 2027", "name_en": "Frame 2027", "from_on": "2027-01-01"}
    assert send(client, page, "Beleidskader toevoegen", **values).status_code == 302
    made = PolicyFramework.objects.get(name_nl="Kader 2027")
    one = f"{page}{made.pk}/"
    assert send(client, one, "Opslaan", until_on="2029-12-31").status_code == 302
    goal = {"code": "lezen", "name_nl": "Lezen", "name_en": "Reading"}
    assert send(client, one, "Opgave opslaan", **goal).status_code == 302
    assert send(client, one, "Opgave opslaan", **goal | {"name_nl": "Lezen en schrijven"}).status_code == 302
    made.refresh_from_db()
    assert made.until_on == date(2029, 12, 31)
    assert [(one.code, one.name_nl) for one in made.goals.all()] == [("lezen", "Lezen en schrijven")]
    answer = client_of("platform", "").post(one, {**values, "until_on": "2026-12-31"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["until_on"])
    assert [what for what, _name in _lines("framework.made", "framework.changed", "goal.made", "goal.changed")] == [
        "framework.made",
        "framework.changed",
        "goal.made",
        "goal.changed",
    ]


def test_seats_are_given_and_ended(cast, client_of):
    client, page = client_of("platform", ""), "/platform/seats/"
    assert send(client, page, "Zetel geven", organisation="cubiss", from_on="2026-01-01").status_code == 302
    assert send(client, page, "Zetel geven", organisation="cubiss", from_on="2026-02-01").status_code == 302
    seat = Seat.objects.get(organisation=cast.cubiss.organisation)
    answer = client_of("platform", "").post(page, {"organisation": "cubiss", "from_on": "2025-01-01"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["from_on"])
    answer = send(client, f"{page}{seat.pk}/", "Zetel beëindigen", until_on="2025-12-31")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["until_on"])
    assert send(client, f"{page}{seat.pk}/", "Zetel beëindigen", until_on="2026-06-30").status_code == 302
    seat.refresh_from_db()
    assert (seat.from_on, seat.until_on) == (date(2026, 1, 1), date(2026, 6, 30))
    assert [what for what, _name in _lines("seat.given", "seat.ended")] == ["seat.given", "seat.ended"]


def test_what_all_hold_in_common_is_the_platforms_to_keep(cast):
    """Not the programme manager's: who keeps the work agenda does not choose who oversees it."""
    manager = Actor.of(standing(cast.people["manager"], cast.common))
    leaf, framework, seat = Category.objects.get(code="6.1"), PolicyFramework.objects.get(), Seat.objects.get()
    day, names = timezone.localdate(), {"name_nl": "x", "name_en": "x"}
    for by in (manager, cast.bisc.actor("lead"), Actor()):
        for verb in (
            lambda by: enter_category(code="11", **names, by=by),
            lambda by: end_category(category=leaf, until_on=day, by=by),
            lambda by: enter_framework(**names, from_on=day, until_on=None, by=by),
            lambda by: enter_goal(framework=framework, code="x", **names, by=by),
            lambda by: give_seat(organisation=cast.cubiss.organisation, from_on=day, by=by),
            lambda by: end_seat(seat=seat, until_on=day, by=by),
        ):
            with pytest.raises(NotAllowed):
                verb(by)


def test_the_last_acts_are_told(cast, client_of):
    client = client_of("platform", "")
    press(client, form_with(client.get("/platform/seats/"), "Zetel geven"), "Zetel geven", organisation="cubiss")
    assert "Platformbeheerder gaf Cubiss een zetel" in _words(client.get("/platform/").content.decode())
    for number in range(7):
        enter_category(code=f"1{number}", name_nl="x", name_en="x", by=COMMAND_LINE)
    acts = client.get("/platform/").context["acts"]
    assert [(one.who, one.what) for one in acts] == [
        ("De opdrachtregel", f"voegde categorie 1{number} toe") for number in (6, 5, 4, 3, 2)
    ]
