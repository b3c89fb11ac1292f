"""People and their roles: who may give and end which, and what is kept of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.invitations.actions import invite
from tenants.models import Invitation, LibraryMembership, Membership, Person
from tenants.people import actions
from tenants.refusals import Conflict, NotAllowed
from tenants.roles import Permission
from tests.cast import COMMAND_LINE

STAFF = ("functional_manager", "desk_lead", "administrator")
LIBRARY = ("colleague", "key_user", "director")
COOPERATION = ("steering_member", "steering_reader", "programme_manager", "platform_administrator")
# Who gives which role: in BiSC, at BiSC's first library, at its second one.
GIVES = {
    "bisc lead": ({*STAFF}, {*LIBRARY}, {*LIBRARY}),
    "bisc keyuser": (set(), {"colleague"}, set()),
    "bisc director": (set(), set(), set()),
    "bisc colleague": (set(), set(), set()),
    "bisc desk": (set(), set(), set()),
    "bisc seated": (set(), set(), set()),
    "bisc former": (set(), set(), set()),
    "cubiss lead": (set(), set(), set()),
    "cubiss keyuser": (set(), set(), set()),
    "cubiss guest": (set(), set(), set()),
    "stranger": (set(), set(), set()),
}


def _actor(cast, who, organisation=None):
    return Actor.of(standing(cast.everybody[who], organisation or cast.bisc.organisation), origin="192.0.2.7")


def _may(verb, **values) -> bool:
    try:
        with transaction.atomic():
            verb(**values)
            transaction.set_rollback(True)
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize("who", GIVES)
def test_who_gives_which_role(cast, who):
    bisc, new, by = cast.bisc, cast.people["stranger"], _actor(cast, who)
    in_bisc = {
        role
        for role in (*STAFF, *COOPERATION, *LIBRARY, "guest", "made_up")
        if _may(actions.give_role, person=new, organisation=bisc.organisation, role=role, by=by)
    }
    at_libraries = [
        {
            role
            for role in (*STAFF, *COOPERATION, *LIBRARY, "guest", "made_up")
            if _may(actions.give_library_role, person=new, library=library, role=role, by=by)
        }
        for library in (bisc.library, bisc.other_library)
    ]
    assert (in_bisc, *at_libraries) == GIVES[who]


@pytest.mark.parametrize(
    ("who", "given"),
    [
        ("platform", {*COOPERATION}),
        ("manager", set()),
        ("member", set()),
        ("reader", set()),
        ("bisc lead", set()),
        ("bisc seated", set()),
    ],
)
def test_who_gives_which_role_on_the_common_host(cast, who, given):
    by, new = _actor(cast, who, cast.common), cast.people["stranger"]
    for organisation, nobodys in ((cast.bisc.organisation, set()), (cast.common, {"steering_member"})):
        found = {
            role
            for role in {*STAFF, *COOPERATION} - nobodys
            if _may(actions.give_role, person=new, organisation=organisation, role=role, by=by)
        }
        assert found - {"administrator"} == given - nobodys
        assert ("administrator" in found) == (who == "platform" and organisation == cast.common)


def test_a_member_of_the_steering_group_sits_for_an_organisation_whatever_way_they_come_in(cast):
    by = _actor(cast, "platform", cast.common)
    for verb, who in (
        (actions.give_role, {"person": cast.people["stranger"]}),
        (invite, {"email": "lid@bisc.example", "name": "Nieuw Lid"}),
    ):
        with pytest.raises(ValidationError) as refused:
            verb(**who, organisation=cast.common, role="steering_member", by=by)
        assert refused.value.message_dict == {"organisation": ["Kies de organisatie namens wie deze persoon zit."]}
        verb(**who, organisation=cast.bisc.organisation, role="steering_member", by=by)
    with pytest.raises(NotAllowed):  # who may not give it hears no more than that
        actions.give_role(
            person=cast.people["stranger"], organisation=cast.common, role="steering_member", by=_actor(cast, "manager")
        )


def test_a_platform_administrator_gives_the_first_administrator_and_no_other(cast):
    by, new, bisc = _actor(cast, "platform", cast.common), cast.people["stranger"], cast.bisc.organisation
    with pytest.raises(NotAllowed):
        actions.give_role(person=new, organisation=bisc, role="administrator", by=by)
    Person.objects.filter(pk=cast.bisc.people["lead"].pk).update(is_active=False)
    given = actions.give_role(person=new, organisation=bisc, role="administrator", by=by)
    with pytest.raises(NotAllowed):
        actions.end_role(membership=given, by=by)


@pytest.mark.parametrize(
    ("who", "ends"),
    [
        ("bisc lead", {"functional_manager", "desk_lead"}),
        ("bisc keyuser", set()),
        ("bisc desk", set()),
        ("cubiss lead", set()),
    ],
)
def test_who_ends_which_role(cast, who, ends):
    rows = Membership.objects.filter(organisation=cast.bisc.organisation).current().exclude(role="administrator")
    found = {row.role for row in rows if _may(actions.end_role, membership=row, by=_actor(cast, who))}
    assert found == ends


@pytest.mark.parametrize(
    ("who", "ends"),
    [
        ("bisc lead", {"keyuser", "colleague", "colleague2", "neighbour", "director"}),
        ("bisc keyuser", {"colleague", "colleague2"}),
        ("bisc director", set()),
        ("bisc colleague", set()),
        ("cubiss keyuser", set()),
    ],
)
def test_who_ends_which_role_at_a_library_and_decides_what_is_seen(cast, who, ends):
    names = {person.pk: name for name, person in cast.bisc.people.items()}
    rows = LibraryMembership.objects.filter(library__organisation=cast.bisc.organisation).current()
    by = _actor(cast, who)
    assert {names[row.person_id] for row in rows if _may(actions.end_library_role, membership=row, by=by)} == ends
    decided = {
        names[row.person_id]
        for row in rows.filter(role="colleague")
        if _may(actions.decide_what_colleague_sees, membership=row, sees="library", locations=[], by=by)
    }
    assert decided == ends & {"colleague", "colleague2", "neighbour"}


def test_no_verb_takes_the_role_of_a_key_user_for_a_colleagues(cast):
    row = LibraryMembership.objects.get(person=cast.bisc.people["keyuser"])
    with pytest.raises(Conflict):
        actions.decide_what_colleague_sees(membership=row, sees="own", locations=[], by=_actor(cast, "bisc lead"))


@pytest.mark.parametrize(
    ("sees", "which", "field"),
    [("locations", [], "locations"), ("locations", ["other"], "locations"), ("alles", [], "sees")],
)
def test_what_a_colleague_cannot_see(cast, sees, which, field):
    row = LibraryMembership.objects.get(person=cast.bisc.people["colleague"])
    places = [cast.bisc.other_locations[0]] if which else []
    with pytest.raises(ValidationError) as error:
        actions.decide_what_colleague_sees(membership=row, sees=sees, locations=places, by=_actor(cast, "bisc keyuser"))
    assert list(error.value.message_dict) == [field]


def _lines(count):
    return [
        (row.action, row.actor_id, row.system_actor, row.channel, row.origin, row.object, row.details)
        for row in reversed(AuditEntry.objects.all()[:count])
    ]


def test_what_the_trail_keeps(cast):
    lead, keyuser, new = _actor(cast, "bisc lead"), _actor(cast, "bisc keyuser"), cast.people["stranger"]
    bisc, common = cast.bisc, _actor(cast, "platform", cast.common)
    role = actions.give_role(person=new, organisation=bisc.organisation, role="desk_lead", by=lead)
    actions.give_role(person=new, organisation=bisc.organisation, role="desk_lead", by=lead)
    actions.end_role(membership=role, by=lead)
    actions.end_role(membership=role, by=lead)
    held = actions.give_library_role(person=new, library=bisc.library, role="colleague", by=keyuser)
    actions.decide_what_colleague_sees(membership=held, sees="locations", locations=bisc.locations[:2], by=keyuser)
    actions.end_library_role(membership=held, by=keyuser)
    actions.end_library_role(membership=held, by=keyuser)
    actions.give_role(person=new, organisation=bisc.organisation, role="administrator", by=COMMAND_LINE)
    actions.deactivate_person(person=new, by=common)
    a, b, p, about = lead.person.pk, keyuser.person.pk, common.person.pk, f"person {new.pk}"
    from_page = ("", "page", "192.0.2.7", about)
    assert _lines(7) == [
        ("role.given", a, *from_page, {"role": "desk_lead"}),
        ("role.ended", a, *from_page, {"role": "desk_lead"}),
        ("library_role.given", b, *from_page, {"role": "colleague", "library": "bisc-een"}),
        (
            "library_role.scope",
            b,
            *from_page,
            {"library": "bisc-een", "sees": "locations", "locations": ["bisc-een-1", "bisc-een-2"]},
        ),
        ("library_role.ended", b, *from_page, {"role": "colleague", "library": "bisc-een"}),
        ("role.given", None, "tests", "system", "", about, {"role": "administrator"}),
        ("person.deactivated", p, *from_page, {}),
    ]


def test_roles_do_not_overlap(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            person=cast.bisc.people["desk"], organisation=cast.bisc.organisation, role="functional_manager"
        )
    given = actions.give_role(
        person=cast.bisc.people["desk"], organisation=cast.bisc.organisation, role="functional_manager", by=COMMAND_LINE
    )
    assert given == Membership.objects.get(person=cast.bisc.people["desk"])


def test_a_role_that_ends_has_yesterday_as_its_last_day(cast):
    membership = Membership.objects.get(person=cast.bisc.people["desk"])
    actions.end_role(membership=membership, by=_actor(cast, "bisc lead"))
    membership.refresh_from_db()
    assert membership.until_on == timezone.localdate() - timedelta(days=1)


@pytest.mark.parametrize("other_active", [None, False, True])
def test_the_last_active_administrator_stays(cast, other_active):
    membership = Membership.objects.get(person=cast.bisc.people["lead"], role="administrator")
    if other_active is not None:
        Membership.objects.create(
            person=cast.bisc.people["desk"], organisation=cast.bisc.organisation, role="administrator"
        )
        Person.objects.filter(pk=cast.bisc.people["desk"].pk).update(is_active=other_active)
    platform = _actor(cast, "platform", cast.common)
    if other_active:
        actions.end_role(membership=membership, by=_actor(cast, "bisc lead"))
        return
    with pytest.raises(ValidationError):
        actions.end_role(membership=membership, by=_actor(cast, "bisc lead"))
    with pytest.raises(ValidationError):
        actions.deactivate_person(person=cast.bisc.people["lead"], by=platform)


@pytest.mark.parametrize("role", STAFF)
def test_nobody_is_made_staff_of_the_common_host(cast, role):
    by, new = Actor.of_system("tests", Permission.PEOPLE_MANAGE), cast.people["stranger"]
    assert not _may(actions.give_role, person=new, organisation=cast.common, role=role, by=by)
    assert _may(actions.give_role, person=new, organisation=cast.bisc.organisation, role=role, by=by)


@pytest.mark.parametrize("sees", ["own", "library"])
def test_locations_go_with_the_choice_for_them(cast, sees):
    row = LibraryMembership.objects.get(person=cast.bisc.people["colleague2"])
    by, places = _actor(cast, "bisc keyuser"), cast.bisc.locations[:2]
    for chosen, kept in (("locations", ["bisc-een-1", "bisc-een-2"]), (sees, [])):
        held = actions.decide_what_colleague_sees(membership=row, sees=chosen, locations=places, by=by)
        assert (held.sees, sorted(one.slug for one in held.locations.all())) == (chosen, kept)
        assert AuditEntry.objects.first().details == {"library": "bisc-een", "sees": chosen, "locations": kept}


def test_a_role_at_a_library_begins_on_the_day_that_was_given(cast):
    tomorrow, new = timezone.localdate() + timedelta(days=1), cast.people["stranger"]
    values = {"person": new, "library": cast.bisc.library, "role": "colleague", "by": _actor(cast, "bisc keyuser")}
    actions.give_library_role(**values, from_on=tomorrow)
    held = LibraryMembership.objects.get(person=new)
    assert (held.from_on, held.until_on) == (tomorrow, None)
    assert not standing(new, cast.bisc.organisation)


def test_key_user_decides_only_about_own_library(cast, client_of):
    mine = LibraryMembership.objects.get(person=cast.bisc.people["colleague2"])
    other = LibraryMembership.objects.get(person=cast.bisc.people["neighbour"])
    client = client_of("bisc keyuser")
    assert client.post(f"/colleagues/{mine.pk}/", {"sees": "library"}).status_code == 302
    assert client.post(f"/colleagues/{mine.pk}/", {"sees": "locations"}).status_code == 422
    assert client.get(f"/colleagues/{other.pk}/").status_code == 404
    assert client.post(f"/people/library-roles/{other.pk}/end/").status_code == 404
    mine.refresh_from_db()
    assert mine.sees == "library"


def test_deactivating_closes_everything_and_keeps_the_row(cast, api_of):
    desk, call, by = cast.bisc.people["desk"], api_of("bisc desk"), _actor(cast, "platform", cast.common)
    today = timezone.localdate()
    for organisation, begins in ((cast.cubiss.organisation, 0), (cast.common, 3)):
        role = "functional_manager" if begins == 0 else "steering_reader"
        Membership.objects.create(
            person=desk, organisation=organisation, role=role, from_on=today + timedelta(days=begins)
        )
    here = LibraryMembership.objects.create(person=desk, library=cast.bisc.library, role="colleague", sees="locations")
    here.locations.set(cast.bisc.locations[:1])
    sent = Invitation.objects.create(
        email="x@y.example", name="X", organisation=cast.bisc.organisation, role="desk_lead", invited_by=desk
    )
    actions.deactivate_person(person=desk, by=by)
    assert call("GET", "/me").status_code == 401
    assert not desk.tokens.filter(revoked_at=None).exists()
    assert Person.objects.filter(pk=desk.pk, is_active=False).exists()
    ends = list(Membership.objects.filter(person=desk).values_list("role", "until_on"))
    assert ends == [("functional_manager", today - timedelta(days=1))]
    assert not LibraryMembership.objects.filter(person=desk).exists()
    sent.refresh_from_db()
    assert sent.ended_at is not None
    with pytest.raises(ValidationError):
        actions.give_role(person=desk, organisation=cast.bisc.organisation, role="desk_lead", by=COMMAND_LINE)


@pytest.mark.parametrize("who", ["bisc lead", "manager", "bisc desk"])
def test_only_the_platform_closes_an_account(cast, who):
    for organisation in (cast.bisc.organisation, cast.common):
        with pytest.raises(NotAllowed):
            actions.deactivate_person(person=cast.people["stranger"], by=_actor(cast, who, organisation))


def test_whether_somebody_elsewhere_has_an_account_is_not_told(cast, api_of, client_of):
    answers = [
        api_of("bisc colleague")("GET", f"/tickets?assignee={one}").status_code
        for one in ("desk@cubiss.example", "desk@bisc.example", "x@y.example")
    ]
    assert answers == [400, 400, 400]
    form = {"type": "incident", "subject": "x", "body": "x", "library": "bisc-een", "category": "6.1", "urgency": "low"}
    pages = [
        client_of("bisc desk").post("/tickets/new/", {**form, "reporter": one}).content.decode()
        for one in ("desk@cubiss.example", "x@y.example")
    ]
    assert all("Niemand met dit adres hoort bij deze bibliotheek." in page for page in pages)


def test_a_role_until_the_day_before_one_that_begins_later_stands_beside_it(cast):
    person, today = cast.people["stranger"], timezone.localdate()
    values = {"person": person, "organisation": cast.bisc.organisation, "role": "desk_lead", "by": COMMAND_LINE}
    actions.give_role(**values, from_on=today + timedelta(days=10))
    actions.give_role(**values, until_on=today + timedelta(days=9))
    found = Membership.objects.filter(person=person).order_by("from_on").values_list("from_on", "until_on")
    assert list(found) == [(today, today + timedelta(days=9)), (today + timedelta(days=10), None)]
