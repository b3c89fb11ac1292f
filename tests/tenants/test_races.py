"""What two do at once to people, invitations and tokens: one waits for the other, and nobody gets an error of ours."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.imports.actions import import_network
from tenants.invitations import actions as invitations
from tenants.libraries.identify import give_isil
from tenants.models import (
    ApiToken,
    Invitation,
    Isil,
    Library,
    LibraryMembership,
    Membership,
    OutboxEntry,
    Person,
    Province,
)
from tenants.people import actions
from tenants.people.guests import let_in, let_out
from tenants.refusals import Conflict
from tenants.tokens.actions import create_token
from tests import conftest
from tests.cast import COMMAND_LINE
from tests.races import Work, held, until_one_waits

SECRET = "een heel nieuw geheim"


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """The cast without a transaction around the test; what the test made is taken away again."""
    with django_db_blocker.unblock(), inside(None):
        kept = {
            model: set(model.objects.values_list("pk", flat=True)) for model in (Membership, LibraryMembership, Person)
        }
        lines = AuditEntry.objects.count()
        yield conftest.django_db_setup.cast
        ApiToken.objects.all().delete()
        OutboxEntry.objects.filter(topic="tenants.mail_invitation").delete()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL samenbeheer.purge = 'on'")
            made = AuditEntry.objects.order_by("-pk")[: AuditEntry.objects.count() - lines]
            AuditEntry.objects.filter(pk__in=[row.pk for row in made]).delete()
            Isil.objects.all().delete()
        Invitation.objects.all().delete()
        LibraryMembership.objects.exclude(pk__in=kept[LibraryMembership]).delete()
        Membership.objects.exclude(pk__in=kept[Membership]).delete()
        Person.objects.exclude(pk__in=kept[Person])._raw_delete("default")  # delete() would look for tickets in public
    connection.close()


def _second(first, second):
    """Do `first` in a transaction that stays open until `second` waits for it; return what came of `second`."""
    with held(first):
        work = Work(second)
        until_one_waits()
    return work.result()


def _lines(action) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_two_invitations_of_one_address_are_one(committed):
    house = committed.bisc

    def invite(who):
        values = {"email": "samen@bisc.example", "name": "Samen", "role": "colleague"}
        return invitations.invite(
            **values, organisation=house.organisation, library=house.library, by=house.actor(who)
        ).pk

    assert _second(lambda: invite("lead"), lambda: invite("keyuser")) == Invitation.objects.get().pk


def test_two_gifts_of_one_role_are_one(committed):
    values = {"person": committed.people["stranger"], "role": "desk_lead", "by": COMMAND_LINE}
    values["organisation"] = committed.bisc.organisation
    second = _second(lambda: actions.give_role(**values), lambda: actions.give_role(**values))
    assert Membership.objects.get(person=values["person"]) == second and _lines("role.given") == 1


def test_two_gifts_of_one_role_at_a_library_are_one(committed):
    values = {"person": committed.people["stranger"], "role": "colleague", "by": COMMAND_LINE}
    values["library"] = committed.bisc.library
    second = _second(lambda: actions.give_library_role(**values), lambda: actions.give_library_role(**values))
    assert LibraryMembership.objects.get(person=values["person"]) == second and _lines("library_role.given") == 1


@pytest.mark.parametrize("begun", [0, 5])
def test_two_endings_of_one_role_are_one(committed, begun):
    row = Membership.objects.create(
        person=committed.people["stranger"],
        organisation=committed.bisc.organisation,
        role="desk_lead",
        from_on=timezone.localdate() - timedelta(days=begun),
    )
    by = committed.bisc.actor("lead")
    _second(lambda: actions.end_role(membership=row, by=by), lambda: actions.end_role(membership=row, by=by))
    assert _lines("role.ended") == 1 and not Membership.objects.current().filter(person=row.person).exists()


def test_a_role_that_ends_with_the_account_is_not_ended_once_more(committed):
    person, by = committed.people["stranger"], committed.bisc.actor("lead")
    begun = timezone.localdate() - timedelta(days=5)
    values = {"person": person, "organisation": committed.bisc.organisation, "role": "desk_lead", "from_on": begun}
    row = Membership.objects.create(**values)
    try:
        _second(
            lambda: actions.deactivate_person(person=person, by=COMMAND_LINE),
            lambda: actions.end_role(membership=row, by=by),
        )
    finally:
        Person.objects.filter(pk=person.pk).update(is_active=True)
    assert (_lines("person.deactivated"), _lines("role.ended")) == (1, 0)


def test_a_guest_who_is_let_in_twice_is_one_guest(committed):
    house, person = committed.bisc, committed.cubiss.people["desk"]
    values = {"person": person, "organisation": house.organisation, "by": house.actor("desk")}
    day, before = timezone.localdate() + timedelta(days=9), _lines("guest.let_in")
    second = _second(lambda: let_in(**values, until_on=day), lambda: let_in(**values, until_on=day))
    assert Membership.objects.get(person=person, role="guest") == second
    assert _lines("guest.let_in") == before + 1


@pytest.mark.parametrize("begun", [0, 5])
def test_a_guest_who_is_let_out_twice_leaves_once(committed, begun):
    house, person, today = committed.bisc, committed.cubiss.people["desk"], timezone.localdate()
    values = {"person": person, "organisation": house.organisation}
    Membership.objects.create(**values, role="guest", from_on=today - timedelta(days=begun), until_on=today)
    by = house.actor("desk")
    _second(lambda: let_out(**values, by=by), lambda: let_out(**values, by=by))
    assert _lines("guest.let_out") == 1
    assert not Membership.objects.current().filter(person=person, role="guest").exists()


@pytest.fixture
def colleague(committed):
    return LibraryMembership.objects.create(
        person=committed.people["stranger"], library=committed.bisc.library, role="colleague"
    )


def test_two_endings_of_one_role_at_a_library_are_one(committed, colleague):
    by, other = committed.bisc.actor("lead"), committed.bisc.actor("keyuser")
    _second(
        lambda: actions.end_library_role(membership=colleague, by=by),
        lambda: actions.end_library_role(membership=colleague, by=other),
    )
    assert _lines("library_role.ended") == 1


def test_of_two_changes_of_what_a_colleague_sees_the_last_holds(committed, colleague):
    by, places = committed.bisc.actor("keyuser"), committed.bisc.locations

    def decide(chosen):
        return actions.decide_what_colleague_sees(membership=colleague, sees="locations", locations=chosen, by=by)

    _second(lambda: decide(places[:2]), lambda: decide(places[1:]))
    assert set(colleague.locations.all()) == set(places[1:]) and _lines("library_role.scope") == 2


def test_what_a_colleague_sees_is_not_changed_once_the_role_has_ended(committed, colleague):
    by = committed.bisc.actor("keyuser")
    with pytest.raises(Conflict):
        _second(
            lambda: actions.end_library_role(membership=colleague, by=by),
            lambda: actions.decide_what_colleague_sees(membership=colleague, sees="library", locations=[], by=by),
        )


def test_an_invitation_is_accepted_once(committed):
    house = committed.bisc
    values = {"email": "samen@bisc.example", "name": "Samen", "role": "desk_lead", "by": house.actor("lead")}
    key = invitations.key_of(invitations.invite(**values, organisation=house.organisation))

    def accept(name):
        return invitations.accept_as_new(key=key, name=name, password=SECRET, by=Actor())

    with pytest.raises(Conflict):
        _second(lambda: accept("Eerste"), lambda: accept("Tweede"))
    assert Person.objects.get(email="samen@bisc.example").name == "Eerste"


def test_the_twentieth_invitation_is_sent_once(committed):
    house = committed.bisc
    by = house.actor("lead")

    def invite(number):
        values = {"email": f"n{number}@bisc.example", "name": "Samen", "role": "desk_lead", "by": by}
        return invitations.invite(**values, organisation=house.organisation)

    for number in range(19):
        invite(number)
    with pytest.raises(ValidationError):
        _second(lambda: invite(19), lambda: invite(20))
    assert Invitation.objects.count() == 20


def test_the_twentieth_token_is_made_once(committed):
    house = committed.bisc
    values = {"person": house.people["desk"], "organisation": house.organisation, "by": COMMAND_LINE}
    for _ in range(19):
        create_token(**values, name="x")
    with pytest.raises(ValidationError):
        _second(lambda: create_token(**values, name="x"), lambda: create_token(**values, name="y"))
    assert ApiToken.objects.count() == 20


def test_nobody_gets_a_role_while_their_account_is_closed(committed):
    person = committed.people["stranger"]
    values = {"person": person, "organisation": committed.bisc.organisation, "role": "desk_lead", "by": COMMAND_LINE}
    try:
        with pytest.raises(ValidationError):
            _second(
                lambda: actions.deactivate_person(person=person, by=COMMAND_LINE), lambda: actions.give_role(**values)
            )
        assert not Membership.objects.filter(person=person).exists()
    finally:
        Person.objects.filter(pk=person.pk).update(is_active=True)


def _client(person=None, host=settings.DOMAIN) -> Client:
    client = Client(headers={"host": host})
    if person:
        client.force_login(person)
    return client


def _invitation(house, role="desk_lead", email="nieuw@bisc.example", **values):
    whole = {"email": email, "name": "Nieuw", "role": role, "organisation": house.organisation, **values}
    return invitations.invite(**whole, by=house.actor("lead"))


def test_an_invitation_that_is_taken_back_while_it_is_accepted(committed):
    house, person = committed.bisc, committed.people["stranger"]
    new = {"name": "Nieuw", "password1": SECRET, "password2": SECRET}
    for who, email, form in ((None, "nieuw@bisc.example", new), ("stranger", person.email, {})):
        asked = _invitation(house, email=email)
        client, path = _client(who and person), f"/account/invitation/{invitations.key_of(asked)}/"
        answer = _second(
            lambda asked=asked: invitations.withdraw(invitation=asked, by=house.actor("lead")),
            lambda client=client, path=path, form=form: client.post(path, form),
        )
        assert answer.status_code == 409 and "werkt niet meer" in answer.content.decode()
    assert not Membership.objects.filter(person=person).exists()
    assert not Person.objects.filter(email="nieuw@bisc.example").exists()


def test_an_invitation_that_is_accepted_while_it_is_taken_back(committed):
    house, person = committed.bisc, committed.people["stranger"]
    asked = _invitation(house, email=person.email)
    client, key = _client(house.people["lead"], house.host), invitations.key_of(asked)
    answer = _second(
        lambda: invitations.accept(key=key, by=Actor(person=person)),
        lambda: client.post(f"/people/invitations/{asked.pk}/withdraw/"),
    )
    assert answer.status_code == 409 and "intussen aangenomen" in answer.content.decode()
    assert Membership.objects.get(person=person).role == "desk_lead" and _lines("invitation.withdrawn") == 0


def test_an_account_that_is_closed_while_it_accepts(committed):
    person = committed.people["stranger"]
    path = f"/account/invitation/{invitations.key_of(_invitation(committed.bisc, email=person.email))}/"
    client = _client(person)
    try:
        answer = _second(lambda: actions.deactivate_person(person=person, by=COMMAND_LINE), lambda: client.post(path))
    finally:
        Person.objects.filter(pk=person.pk).update(is_active=True)
    assert answer.status_code == 409 and not Membership.objects.filter(person=person).exists()


def test_an_isil_given_to_two_at_once_is_given_to_one(committed):
    ours, theirs = committed.bisc.library, committed.cubiss.library
    with pytest.raises(ValidationError, match="bisc-een"):
        _second(
            lambda: give_isil(value="NL-0800020000", to=ours, by=COMMAND_LINE),
            lambda: give_isil(value="NL-0800020000", to=theirs, by=COMMAND_LINE),
        )
    assert [(one.value, one.library) for one in Isil.objects.all()] == [("NL-0800020000", ours)]


def test_two_isils_given_to_one_at_once_are_one(committed):
    ours = committed.bisc.library
    with pytest.raises(ValidationError):
        _second(
            lambda: give_isil(value="NL-0800020000", to=ours, by=COMMAND_LINE),
            lambda: give_isil(value="NL-0800030000", to=ours, by=COMMAND_LINE),
        )
    assert [one.value for one in Isil.objects.all()] == ["NL-0800020000"]


def test_the_second_of_two_imports_knows_what_the_first_one_made(committed):
    library = committed.cubiss.library

    def imports(**files):
        return lambda: import_network(files=files, by=COMMAND_LINE)

    try:
        report = _second(
            imports(provinces=b"slug;name\nnieuw;Nieuw"), imports(libraries=b"slug;province\ncubiss-een;nieuw")
        )
        assert [one.outcome for one in report.taken] == ["changed"]
        assert Library.objects.get(pk=library.pk).province.slug == "nieuw"
    finally:
        Library.objects.filter(pk=library.pk).update(province=library.province)
        Province.objects.filter(slug="nieuw")._raw_delete("default")
