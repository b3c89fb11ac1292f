"""Invitations: a role begins when it is accepted, and the inviter learns nothing about an account."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenants.access import standing
from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.invitations import actions
from tenants.models import Invitation, LibraryMembership, Membership, OutboxEntry, Person
from tenants.refusals import Conflict, NotAllowed
from tenants.tasks import mail_invitation

NEW = {"email": "Nieuw@BISC.example", "name": "Nieuwe collega", "language": "nl", "role": "functional_manager"}
SECRET = "een heel nieuw geheim"


def _invite(house, who="lead", **changes):
    values = {"email": "nieuw@bisc.example", "name": "Nieuwe collega", "role": "functional_manager", **changes}
    return actions.invite(**values, organisation=house.organisation, by=house.actor(who))


def _path(invitation) -> str:
    return f"/account/invitation/{actions.key_of(invitation)}/"


def test_somebody_new_accepts_by_a_link_that_works_once(cast, client_of):
    assert client_of("bisc lead").post("/people/", NEW).status_code == 302
    assert not Person.objects.filter(email="nieuw@bisc.example").exists()
    entry = OutboxEntry.objects.get(topic="tenants.mail_invitation")
    mail_invitation("public", entry.dedupe_key)
    mail_invitation("public", entry.dedupe_key)
    (message,) = mail.outbox
    assert message.to == ["nieuw@bisc.example"] and "BiSC" not in message.body
    link = next(word for word in message.body.split() if word.startswith("http://samenbeheer.localhost"))
    path = "/" + link.split("/", 3)[3]
    client = client_of(None, "")
    page = client.get(path).content.decode()
    assert "functioneel beheerder" in page and "BiSC" in page and 'value="Nieuwe collega"' in page
    answer = client.post(path, {"name": "Ik Zelf", "password1": SECRET, "password2": SECRET})
    assert answer.status_code == 200 and "http://bisc.samenbeheer.localhost" in answer.content.decode()
    person = Person.objects.get(email="nieuw@bisc.example")
    assert (person.name, person.check_password(SECRET)) == ("Ik Zelf", True)
    assert standing(person, cast.bisc.organisation).roles == {"functional_manager"}
    for again in (client.get(path), client.post(path, {"name": "x", "password1": SECRET, "password2": SECRET})):
        assert again.status_code == 404 and "werkt niet meer" in again.content.decode()


@pytest.mark.parametrize(
    ("password", "again", "name", "field"),
    [
        ("kort", "kort", "Ik Zelf", "password1"),
        ("welkom2026!!", "welkom2026!!", "Ik Zelf", "password1"),
        (SECRET, "iets heel anders", "Ik Zelf", "password2"),
        (SECRET, SECRET, "kijk op www.kwaad.example", "name"),
        (SECRET, SECRET, "", "name"),
    ],
)
def test_what_somebody_new_may_not_choose(cast, client_of, password, again, name, field):
    path = _path(_invite(cast.bisc))
    page = client_of(None, "").post(path, {"name": name, "password1": password, "password2": again})
    assert page.status_code == 422 and list(page.context["form"].errors) == [field]
    assert SECRET not in page.content.decode() and not Person.objects.filter(email="nieuw@bisc.example").exists()


def test_somebody_who_has_an_account_signs_in_and_accepts(cast, client_of):
    home = cast.cubiss.people["desk"]
    path = _path(_invite(cast.bisc, email="DESK@cubiss.example", name="Verzonnen naam"))
    assert "aan" in client_of(None, "").get(path).content.decode()
    assert client_of(None, "").post(path, {"name": "x", "password1": SECRET, "password2": SECRET}).status_code == 405
    assert client_of("bisc desk", "").post(path).status_code == 405
    assert standing(home, cast.bisc.organisation).roles == set()
    client = client_of("cubiss desk", "")
    assert client.get(path).status_code == 200
    assert standing(home, cast.bisc.organisation).roles == set()
    assert client.post(path).status_code == 200
    home.refresh_from_db()
    assert (home.name, home.check_password("een lang wachtwoord")) == ("Desk Cubiss", True)
    assert standing(home, cast.bisc.organisation).roles == {"functional_manager"}


def test_the_inviter_learns_nothing_about_an_account(cast, client_of):
    client, said = client_of("bisc lead"), []
    Person.objects.filter(pk=cast.cubiss.people["former"].pk).update(is_active=False)
    for address in ("desk@cubiss.example", "niemand@nergens.example", "weg@cubiss.example", "x@y.example"):
        answer = client.post("/people/", {**NEW, "email": address}, follow=True)
        page = answer.content.decode()
        said.append((answer.redirect_chain, page.count(address), "Klaar. Zij krijgen een mail" in page))
    assert said == [([("/people/?of=invited", 302)], 1, True)] * 4
    assert OutboxEntry.objects.filter(topic="tenants.mail_invitation").count() == 4


def test_both_ask_the_database_the_same(cast, django_assert_num_queries):
    for address in ("x@y.example", "desk@cubiss.example"):
        by = cast.bisc.actor("lead")
        with django_assert_num_queries(12):
            actions.invite(email=address, name="X Y", role="desk_lead", organisation=cast.bisc.organisation, by=by)


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"ended_at": timezone.now()},
        {"secret": "anders"},
    ],
)
def test_a_link_that_ended_opens_nothing(cast, client_of, change):
    invitation = _invite(cast.bisc)
    path, key = _path(invitation), actions.key_of(invitation)
    Invitation.objects.update(**change)
    assert client_of(None, "").get(path).status_code == 404
    with pytest.raises(Conflict):
        actions.accept_as_new(key=key, name="X Y", password=SECRET, by=Actor())


@pytest.mark.parametrize("key", ["", "1", "1-", "1-x:y", "x-y:z"])
def test_a_forged_key_opens_nothing(cast, key):
    assert actions.invitation_of(key) is None
    assert actions.invitation_of(actions.signer.sign("1-")) is None


def test_a_link_lives_14_days_and_only_on_the_common_host(cast, client_of):
    invitation = _invite(cast.bisc)
    assert invitation.expires_at - invitation.created_at == timedelta(days=14)
    assert client_of(None, "").get(_path(invitation)).status_code == 200
    assert client_of(None, "bisc").get(_path(invitation)).status_code == 404


def test_an_invitation_for_another_is_not_accepted(cast):
    invitation = _invite(cast.bisc)
    by = Actor(person=cast.people["stranger"])
    with pytest.raises(NotAllowed):
        actions.accept(key=actions.key_of(invitation), by=by)
    assert not Membership.objects.filter(person=by.person).exists()


def test_the_same_invitation_again_is_one_and_mails_once_a_minute(cast):
    first, second = _invite(cast.bisc), _invite(cast.bisc, name="Andere naam")
    assert (first.pk, second.name) == (second.pk, "Nieuwe collega")
    assert OutboxEntry.objects.filter(topic="tenants.mail_invitation").count() <= 2
    Invitation.objects.update(expires_at=timezone.now())
    third = _invite(cast.bisc)
    assert third.pk != first.pk and actions.invitation_of(actions.key_of(first)) is None


@pytest.mark.parametrize(
    ("who", "role", "library", "allowed"),
    [
        ("lead", "administrator", None, True),
        ("lead", "steering_member", None, False),
        ("lead", "platform_administrator", None, False),
        ("lead", "director", "library", True),
        ("keyuser", "colleague", "library", True),
        ("keyuser", "colleague", "other_library", False),
        ("keyuser", "key_user", "library", False),
        ("keyuser", "desk_lead", None, False),
        ("desk", "colleague", "library", False),
    ],
)
def test_who_invites_for_which_role(cast, who, role, library, allowed):
    place = getattr(cast.bisc, library) if library else None
    try:
        _invite(cast.bisc, who, role=role, library=place)
    except NotAllowed:
        assert not allowed
    else:
        assert allowed
    assert Invitation.objects.count() == (1 if allowed else 0)


def test_an_administrator_invites_for_no_library_of_another(cast):
    with pytest.raises(NotAllowed):
        _invite(cast.bisc, role="colleague", library=cast.cubiss.library)


@pytest.mark.parametrize(
    "name",
    [
        "Jan\nBcc: x@y.example",
        "Jan\r\nPietersen",
        "jan@kwaad.example",
        "Win op https://kwaad.example",
        "Ga naar www.kwaad",
        "kwaad.example wint",
        "t.co",
        "Kijk op T.Co",
        "ab.nl",
        "пример.рф",
        "evil\u3002com",
        "evil\uff0ecom",
        "203.0.113.9",
        "Jan/../Piet",
        "<b>Jan</b>",
        "Jan\u2028Piet",
        "x" * 121,
        "  ",
    ],
)
def test_a_name_has_no_line_breaks_or_addresses(cast, name):
    with pytest.raises(ValidationError) as error:
        _invite(cast.bisc, name=name)
    assert list(error.value.message_dict) == ["name"] and OutboxEntry.objects.filter(topic__contains="inv").count() == 0


@pytest.mark.parametrize("name", ["J.P. van der Meer-d'Hondt", "Thérèse Łukasz", "mr. dr. A. de Vries", "Chr. Jansen"])
def test_names_of_people_are_taken(cast, name):
    assert _invite(cast.bisc, name=name).name == name


def test_twenty_invitations_an_hour(cast):
    for number in range(20):
        _invite(cast.bisc, email=f"n{number}@bisc.example")
    with pytest.raises(ValidationError):
        _invite(cast.bisc, email="n20@bisc.example")
    with pytest.raises(ValidationError):
        _invite(cast.bisc, email="n1@bisc.example")
    actions.invite(
        email="x@cubiss.example",
        name="X Y",
        role="desk_lead",
        organisation=cast.cubiss.organisation,
        by=cast.cubiss.actor("lead"),
    )
    assert Invitation.objects.count() == 21


def test_taking_back(cast, client_of):
    invitation = _invite(cast.bisc)
    other = _invite(cast.bisc, email="k@bisc.example", role="key_user", library=cast.bisc.library)
    colleague = _invite(cast.bisc, "keyuser", email="c@bisc.example", role="colleague", library=cast.bisc.library)
    key_user = client_of("bisc keyuser")
    for one, status in ((invitation, 404), (other, 404), (colleague, 302)):
        assert key_user.post(f"/people/invitations/{one.pk}/withdraw/").status_code == status
    assert client_of("cubiss lead", "cubiss").post(f"/people/invitations/{invitation.pk}/withdraw/").status_code == 404
    assert client_of("bisc lead").post(f"/people/invitations/{invitation.pk}/withdraw/").status_code == 302
    assert client_of(None, "").get(_path(invitation)).status_code == 404
    assert list(Invitation.objects.open(timezone.now())) == [other]


def test_nobody_takes_back_what_they_may_not_give(cast):
    invitation = _invite(cast.bisc)
    others = (cast.bisc.actor("keyuser"), cast.bisc.actor("desk"), cast.cubiss.actor("lead"), Actor())
    for by in others:
        with pytest.raises(NotAllowed):
            actions.withdraw(invitation=invitation, by=by)
    assert list(Invitation.objects.open(timezone.now())) == [invitation]
    assert not AuditEntry.objects.filter(action="invitation.withdrawn").exists()


def test_an_address_that_has_an_account_by_now_makes_no_second_one(cast):
    invitation = _invite(cast.bisc)
    Person.objects.create(email="nieuw@bisc.example", name="Al Hier")
    with pytest.raises(Conflict) as error:
        actions.accept_as_new(key=actions.key_of(invitation), name="Ik Zelf", password=SECRET, by=Actor())
    assert str(error.value) == "Er is een account met dit adres. Meld u aan om de uitnodiging aan te nemen."
    assert Person.objects.get(email="nieuw@bisc.example").name == "Al Hier"
    assert list(Invitation.objects.open(timezone.now())) == [invitation]


def test_what_the_trail_keeps(cast):
    invitation = _invite(cast.bisc, "keyuser", role="colleague", library=cast.bisc.library)
    by = Actor(origin="192.0.2.9")
    person = actions.accept_as_new(key=actions.key_of(invitation), name="Ik Zelf", password=SECRET, by=by)
    rows = [(row.action, row.actor_id, row.origin, row.object, row.details) for row in AuditEntry.objects.all()[:3]]
    about, place = f"invitation {invitation.pk}", {"role": "colleague", "library": "bisc-een"}
    assert rows[::-1] == [
        ("person.invited", cast.bisc.people["keyuser"].pk, "", about, place),
        ("invitation.accepted", person.pk, "192.0.2.9", about, {**place, "person": person.pk}),
        ("library_role.given", person.pk, "192.0.2.9", f"person {person.pk}", place),
    ]
    assert LibraryMembership.objects.get(person=person).sees == "own"


def test_a_closed_account_accepts_nothing(cast, client_of):
    path = _path(_invite(cast.bisc, email="desk@cubiss.example"))
    Person.objects.filter(pk=cast.cubiss.people["desk"].pk).update(is_active=False)
    assert client_of(None, "").get(path).status_code == 404


def test_the_first_people_come_by_the_command_line(cast, capsys):
    with inside(None):
        call_command("invite", "eerste@platform.example", "Eerste Beheerder", "platform_administrator")
        with pytest.raises(CommandError, match="BiSC has an administrator"):
            call_command("invite", "x@bisc.example", "Ik Zelf", "administrator", organisation="bisc")
        Membership.objects.filter(role="administrator", organisation=cast.bisc.organisation).delete()
        call_command("invite", "x@bisc.example", "Ik Zelf", "administrator", organisation="bisc")
    found = list(Invitation.objects.order_by("pk").values_list("email", "role", "organisation__slug", "invited_by"))
    assert found == [
        ("eerste@platform.example", "platform_administrator", "samenwerking", None),
        ("x@bisc.example", "administrator", "bisc", None),
    ]
    assert AuditEntry.objects.first().system_actor == "invite"


def test_an_invitation_ends_with_the_right_of_whoever_sent_it(cast, client_of):
    invitation = _invite(cast.bisc)
    Membership.objects.filter(person=cast.bisc.people["lead"]).update(until_on=timezone.localdate() - timedelta(days=1))
    assert actions.invitation_of(actions.key_of(invitation)) is None
    answer = client_of(None, "").post(_path(invitation), {"name": "Ik", "password1": SECRET, "password2": SECRET})
    assert answer.status_code == 404 and "werkt niet meer" in answer.content.decode()
    assert not Person.objects.filter(email="nieuw@bisc.example").exists()


def test_an_invitation_ends_with_the_account_of_whoever_sent_it(cast):
    invitation = _invite(cast.bisc)
    Person.objects.filter(pk=cast.bisc.people["lead"].pk).update(is_active=False)
    assert actions.invitation_of(actions.key_of(invitation)) is None


def test_what_the_platform_sent_is_accepted_while_there_is_no_administrator(cast):
    Membership.objects.filter(organisation=cast.bisc.organisation, role="administrator").delete()
    platform = cast.people["platform"]
    by = Actor.of(standing(platform, cast.common))
    invitation = actions.invite(
        email="eerste@bisc.example", name="Eerste", role="administrator", organisation=cast.bisc.organisation, by=by
    )
    assert actions.invitation_of(actions.key_of(invitation)) == invitation


@pytest.mark.parametrize("name", ["J.P. de Vries", "Drs. A.B. Jansen-Smit", "Jan Jr.", "Zoë d'Hondt", "李小龙"])
def test_a_name_as_people_have_it(cast, name):
    assert _invite(cast.bisc, name=name).name == name


def test_an_address_that_grows_in_small_letters_is_told_to_be_too_long(cast):
    address = "a@" + ".".join(["İ" * 20] * 6) + ".example"
    with pytest.raises(ValidationError) as error:
        _invite(cast.bisc, email=address)
    assert list(error.value.message_dict) == ["email"]


@pytest.mark.parametrize(("role", "at_library"), [("functional_manager", False), ("key_user", True)])
def test_a_role_that_begins_tomorrow_begins_when_it_is_accepted(cast, role, at_library):
    person, house = cast.people["stranger"], cast.bisc
    tomorrow = timezone.localdate() + timedelta(days=1)
    rows = LibraryMembership if at_library else Membership
    place = {"library": house.library} if at_library else {"organisation": house.organisation}
    rows.objects.create(person=person, role=role, from_on=tomorrow, **place)
    asked = _invite(house, email=person.email, role=role, library=house.library if at_library else None)
    actions.accept(key=actions.key_of(asked), by=Actor(person=person))
    held = rows.objects.get(person=person, role=role)
    assert (held.from_on, held.until_on) == (timezone.localdate(), None)
    assert AuditEntry.objects.filter(action="library_role.given" if at_library else "role.given").count() == 1
