"""Standing: roles by day and place; nothing else opens anything."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as ModelPermission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from tenants.access import hosts_of, is_staff_elsewhere, people_of, staff_of, standing
from tenants.context import inside
from tenants.models import Library, LibraryMembership, Membership, Organisation, Person
from tenants.roles import DESCRIPTIONS, CooperationRole, GuestRole, LibraryRole, OrganisationRole, Permission
from tickets.desk import actions as verbs
from tickets.models import Ticket, TicketGrant


def test_every_role_has_a_description():
    every = {*OrganisationRole.values, *GuestRole.values, *LibraryRole.values, *CooperationRole.values}
    assert {str(role) for role in DESCRIPTIONS} == every


def test_no_role_leaks_to_another_organisation(cast):
    for who in ("desk", "lead", "keyuser", "colleague"):
        assert standing(cast.bisc.people[who], cast.bisc.organisation)
        assert not standing(cast.bisc.people[who], cast.cubiss.organisation)
    for who in ("member", "reader", "manager", "platform"):
        assert not standing(cast.people[who], cast.bisc.organisation)
        assert standing(cast.people[who], cast.common)
    for who in ("keyuser", "colleague"):
        assert not standing(cast.bisc.people[who], cast.common)


def test_superuser_groups_and_model_permissions_open_nothing(cast, client_of):
    stranger = cast.people["stranger"]
    Person.objects.filter(pk=stranger.pk).update(is_superuser=True)
    group = Group.objects.create(name="alles")
    group.permissions.set(ModelPermission.objects.all())
    stranger.groups.add(group)
    stranger.user_permissions.set(ModelPermission.objects.all())
    stranger = Person.objects.get(pk=stranger.pk)
    for organisation in (cast.bisc.organisation, cast.common):
        assert not standing(stranger, organisation)
    with inside(cast.bisc.organisation):
        assert not Ticket.objects.visible_to(standing(stranger, cast.bisc.organisation)).exists()
    assert client_of("stranger").get("/tickets/").status_code == 404
    assert client_of("stranger", "").get("/agenda/").status_code == 404


@pytest.mark.parametrize(
    ("from_days", "until_days", "holds"), [(-9, None, True), (1, None, False), (-9, -1, False), (-9, 0, True)]
)
def test_a_role_counts_from_its_first_to_its_last_day(cast, from_days, until_days, holds):
    today = timezone.localdate()
    Membership.objects.filter(person=cast.bisc.people["desk"]).update(
        from_on=today + timedelta(days=from_days),
        until_on=None if until_days is None else today + timedelta(days=until_days),
    )
    assert standing(cast.bisc.people["desk"], cast.bisc.organisation).is_staff is holds


def test_inactive_and_nobody_have_no_standing(cast):
    desk = cast.bisc.people["desk"]
    assert not standing(None, cast.bisc.organisation)
    assert not standing(Person(pk=desk.pk, is_active=False), cast.bisc.organisation)


def test_an_ended_library_gives_nothing(cast):
    cast.bisc.library.until_on = date(2025, 1, 1)
    cast.bisc.library.save()
    assert not standing(cast.bisc.people["keyuser"], cast.bisc.organisation)
    cast.bisc.library.until_on = None


def _sees(house, who):
    return set(Ticket.objects.visible_to(house.standing(who)).values_list("number", flat=True))


def test_an_organisation_knows_whoever_had_a_role_there_and_has_an_account(cast):
    Person.objects.filter(pk=cast.bisc.people["director"].pk).update(is_active=False)
    known = [*("desk", "lead", "keyuser", "colleague", "colleague2", "neighbour", "seated", "former", "coming")]
    names = {cast.bisc.people[who].name for who in known} | {cast.people["member"].name, "Gast Cubiss"}
    assert set(people_of(cast.bisc.organisation).values_list("name", flat=True)) == names


def test_what_a_colleague_sees(bisc, ticket):
    """Own, the library's, or those of chosen locations: the key user decides."""
    membership = LibraryMembership.objects.get(person=bisc.people["colleague2"])
    assert _sees(bisc, "colleague2") == set()
    LibraryMembership.objects.filter(pk=membership.pk).update(sees="library")
    assert _sees(bisc, "colleague2") == {"BISC-1"}
    LibraryMembership.objects.filter(pk=membership.pk).update(sees="locations")
    assert _sees(bisc, "colleague2") == set()
    membership.locations.set(bisc.locations[1:])
    assert _sees(bisc, "colleague2") == set()
    membership.locations.set(bisc.locations[:1])
    assert _sees(bisc, "colleague2") == {"BISC-1"}
    assert _sees(bisc, "keyuser") == {"BISC-1"}
    assert _sees(bisc, "neighbour") == set()


def test_a_standing_of_another_organisation_sees_nothing_here(bisc, cast):
    assert not Ticket.objects.visible_to(cast.cubiss.standing("desk")).exists()


def test_a_grant_on_ticket_1_here_gives_nothing_on_ticket_1_there(cast):
    """Grants lie in the organisation's schema: the same key in another schema is another ticket."""
    neighbour_there, guest = cast.cubiss.people["neighbour"], cast.cubiss.people["guest"]
    permission = ModelPermission.objects.get(
        codename="view_ticket", content_type=ContentType.objects.get(app_label="tickets", model="ticket")
    )
    with inside(cast.bisc.organisation):
        mine = Ticket.objects.get(number="BISC-1")
        TicketGrant.objects.create(user=neighbour_there, permission=permission, content_object=mine)
        assert set(
            Ticket.objects.visible_to(standing(guest, cast.bisc.organisation)).values_list("number", flat=True)
        ) == {"BISC-1"}
    with inside(cast.cubiss.organisation):
        assert Ticket.objects.get(number="CUBISS-1").pk == mine.pk
        assert TicketGrant.objects.count() == 0
        assert _sees(cast.cubiss, "neighbour") == set()


def test_locations_that_were_chosen_before_do_not_count_any_more(bisc, ticket):
    """Nor when the same person sees chosen locations at another library."""
    colleague = bisc.people["colleague2"]
    LibraryMembership.objects.get(person=colleague).locations.set(bisc.locations[:1])
    elsewhere = LibraryMembership.objects.create(
        person=colleague, library=bisc.other_library, role="colleague", sees="locations", from_on=date(2024, 1, 1)
    )
    elsewhere.locations.set(bisc.other_locations[:1])
    seen = {at.library_id: at.location_ids for at in bisc.standing("colleague2").libraries}
    assert seen == {bisc.library.pk: set(), bisc.other_library.pk: {bisc.other_locations[0].pk}}
    assert _sees(bisc, "colleague2") == set()


def test_an_organisation_that_left_gives_nothing_on_the_common_host(cast):
    today = timezone.localdate()
    who = (cast.people["reader"], cast.cubiss.people["desk"])
    for left, stands, hosts in ((0, True, ["samenwerking"]), (1, False, [])):
        Organisation.objects.filter(slug="cubiss").update(from_on="2024-01-01", until_on=today - timedelta(days=left))
        assert [bool(standing(one, cast.common)) for one in who] == [stands, stands]
        assert [one.slug for one in hosts_of(cast.people["reader"])] == hosts
    assert hosts_of(cast.cubiss.people["desk"]) == []


def test_a_role_of_the_cooperation_is_none_on_the_host_of_an_organisation(cast):
    assert standing(cast.people["member"], cast.bisc.organisation).roles == set()
    assert cast.bisc.standing("seated").roles == {"functional_manager"}
    assert standing(cast.bisc.people["seated"], cast.common).roles == {"functional_manager", "steering_member"}


def test_the_host_of_an_ended_library_is_not_listed(cast):
    today, keyuser = timezone.localdate(), cast.bisc.people["keyuser"]
    for ended, hosts in ((0, ["bisc"]), (1, [])):
        Library.objects.filter(pk=cast.bisc.library.pk).update(until_on=today - timedelta(days=ended))
        assert [one.slug for one in hosts_of(keyuser)] == hosts


def test_hosts_of(cast):
    names = {who: [one.slug for one in hosts_of(person)] for who, person in cast.everybody.items()}
    for who in ("bisc desk", "bisc lead", "bisc seated"):
        assert names[who] == ["bisc", "samenwerking"]
    for who in ("bisc keyuser", "bisc colleague", "bisc neighbour", "bisc director"):
        assert names[who] == ["bisc"]
    assert names["cubiss desk"] == ["cubiss", "samenwerking"]
    assert names["cubiss guest"] == ["bisc", "cubiss", "samenwerking"]
    for who in ("member", "reader", "manager", "platform"):
        assert names[who] == ["samenwerking"]
    for who in ("stranger", "bisc former", "bisc coming", "cubiss former", "cubiss coming"):
        assert names[who] == []
    ends = timezone.localdate() - timedelta(days=1)
    assert [one.slug for one in hosts_of(cast.bisc.people["former"], ends)] == ["bisc", "samenwerking"]


@pytest.mark.parametrize(
    ("who", "seen_from_bisc", "seen_from_cubiss"),
    [
        ("bisc desk", False, True),
        ("bisc lead", False, True),
        ("cubiss desk", True, False),
        ("cubiss guest", True, False),
        ("bisc former", False, False),
        ("bisc coming", False, False),
        ("bisc keyuser", False, False),
        ("bisc director", False, False),
        ("member", False, False),
        ("platform", False, False),
        ("stranger", False, False),
    ],
)
def test_who_works_at_another_desk(cast, who, seen_from_bisc, seen_from_cubiss):
    person = cast.everybody[who]
    assert is_staff_elsewhere(person, cast.bisc.organisation) is seen_from_bisc
    assert is_staff_elsewhere(person, cast.cubiss.organisation) is seen_from_cubiss
    person = Person(pk=person.pk, is_active=False)
    assert not is_staff_elsewhere(person, cast.bisc.organisation)


def test_staff_of(cast):
    emails = [person.email for person in staff_of(cast.bisc.organisation)]
    assert emails == ["desk@bisc.example", "lead@bisc.example", "zetel@bisc.example"]
    Person.objects.filter(email="desk@bisc.example").update(name="Zwaantje")
    Person.objects.filter(email="zetel@bisc.example").update(name="Aaltje")
    emails = [person.email for person in staff_of(cast.bisc.organisation)]
    assert emails == ["zetel@bisc.example", "lead@bisc.example", "desk@bisc.example"]


def test_an_administrator_without_a_desk_role_reads_no_tickets(bisc, ticket, client_of):
    Membership.objects.filter(person=bisc.people["lead"], role="desk_lead").delete()
    assert not bisc.standing("lead").is_staff and bisc.standing("lead").may(Permission.PEOPLE_MANAGE)
    client = client_of("bisc lead")
    statuses = [client.get(path).status_code for path in ("/", "/people/", "/tickets/", "/tickets/BISC-1/")]
    assert statuses == [302, 200, 403, 404]


def test_actor_of_key_user_may_what_the_reporter_may(bisc, ticket):
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    assert verbs.move(ticket=ticket, to="closed", by=bisc.actor("keyuser")).state == "closed"
