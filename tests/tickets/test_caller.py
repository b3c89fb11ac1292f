"""A ticket for who calls: a person is found, chosen or entered in the form itself, and what was typed stays."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from tenants.models import AuditEntry, Library, LibraryMembership, OutboxEntry, Person
from tenants.people.actions import deactivate_person
from tenants.people.callers import callers, enter_caller
from tenants.refusals import NotAllowed
from tests.cast import COMMAND_LINE
from tests.tickets.test_views import FORM
from tickets.models import Ticket

NEW = "/tickets/new/"
TYPED = {"subject": "Poort piept", "body": "Bij elke klant.", "type": "incident", "urgency": "medium", "once": "m-1"}


def _found(house, text: str) -> list[tuple[str, str]]:
    return [(one.name, one.slug) for one in callers(text, house.standing("desk"))]


def _outbox(topic: str) -> int:
    return OutboxEntry.objects.filter(topic=topic).count()


def test_callers_are_found_by_name_address_and_library(bisc):
    person = bisc.people["colleague"]
    Person.objects.filter(pk=person.pk).update(name="Zoë van den Berg")
    expected = ("Zoë van den Berg", bisc.library.slug)
    assert _found(bisc, "zoe") == [expected]
    assert expected in _found(bisc, person.email[:6].upper())
    assert expected in _found(bisc, bisc.library.name[:6])
    assert _found(bisc, "zo") == [] and _found(bisc, "%%%") == []
    assert ("Lead BiSC", "") in _found(bisc, "lead")


def test_callers_are_of_this_organisation_and_of_today(cast, bisc):
    assert _found(bisc, "cubiss") == []
    person = bisc.people["colleague"]
    LibraryMembership.objects.filter(person=person).update(
        from_on=timezone.localdate().replace(year=2020), until_on=timezone.localdate().replace(year=2021)
    )
    assert all(name != person.name for name, _slug in _found(bisc, person.name))


def test_nobody_is_offered_of_a_library_that_left_or_whose_account_is_closed(bisc):
    person = bisc.people["colleague"]
    assert (person.name, bisc.library.slug) in _found(bisc, person.name)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert (person.name, bisc.library.slug) not in _found(bisc, person.name)
    neighbour = bisc.people["neighbour"]
    assert _found(bisc, neighbour.name) == [(neighbour.name, bisc.other_library.slug)]
    Library.objects.filter(pk=bisc.other_library.pk).update(until_on=timezone.localdate() - timedelta(days=1))
    assert _found(bisc, neighbour.name) == []


def test_callers_are_told_to_staff_alone(bisc, client_of):
    for who in ("colleague", "keyuser", "director"):
        assert callers("bisc", bisc.standing(who)) == []
        assert client_of(f"bisc {who}").get("/tickets/new/callers/?q=bisc").status_code == 403
        page = client_of(f"bisc {who}").get(f"{NEW}?for={bisc.people['keyuser'].pk}").content.decode()
        assert "id_reporter" not in page and "data-callers" not in page


def test_who_is_picked_brings_the_library_and_what_was_typed_stays(bisc, client_of):
    desk, person = client_of("bisc desk"), bisc.people["colleague"]
    page = desk.post(NEW, {**TYPED, "reporter": person.name[:5], "find": "1"})
    assert page.status_code == 200 and "Poort piept" in page.content.decode()
    assert f'value="{person.pk} {bisc.library.slug}"' in page.content.decode()
    page = desk.post(NEW, {**TYPED, "reporter": person.name[:5], "pick": f"{person.pk} {bisc.library.slug}"})
    text = page.content.decode()
    assert page.status_code == 200 and "Poort piept" in text and person.email in text
    assert f'<option value="{bisc.library.slug}" selected>' in text
    assert bisc.locations[0].name in text and bisc.other_locations[0].name not in text
    assert Ticket.objects.filter(subject="Poort piept").count() == 0


def test_nobody_of_another_organisation_is_picked(cast, bisc, client_of):
    other = cast.cubiss.people["colleague"]
    for page in (
        client_of("bisc desk").post(NEW, {**TYPED, "pick": f"{other.pk} cubiss-een"}),
        client_of("bisc desk").get(f"{NEW}?for={other.pk}"),
    ):
        assert page.status_code == 200
        assert other.email not in page.content.decode() and other.name not in page.content.decode()


@pytest.mark.parametrize("pick", ["", "x y", "999999999999", "-1", "1' "])
def test_an_odd_pick_picks_nobody(bisc, client_of, pick):
    page = client_of("bisc desk").post(NEW, {**TYPED, "pick": pick})
    assert page.status_code == 200 and "chosen-caller" not in page.content.decode()


def test_letters_of_nobody_are_not_sent_as_a_ticket_of_oneself(bisc, client_of):
    page = client_of("bisc desk").post(NEW, {**TYPED, "reporter": "colleague"})
    assert page.status_code == 422
    assert "Kies hieronder wie er belt, of laat dit leeg." in page.content.decode()


def test_a_new_caller_becomes_colleague_of_the_library_without_mail(bisc, client_of):
    new = {"caller-name": "Sanne Smit", "caller-email": "Sanne@Eemland.example", "caller-library": bisc.library.slug}
    page = client_of("bisc desk").post(NEW, {**TYPED, **new, "enter": "1"}).content.decode()
    assert "Sanne Smit" in page and "Poort piept" in page and 'value="sanne@eemland.example"' in page
    role = LibraryMembership.objects.get(person__email="sanne@eemland.example")
    assert (role.library, role.role, role.sees) == (bisc.library, "colleague", "own")
    assert not role.person.has_usable_password() and _outbox("tenants.mail_password_reset") == 0
    assert AuditEntry.objects.filter(action="caller.entered").count() == 1


def test_a_new_caller_is_mailed_a_link_when_that_was_asked(bisc, client_of):
    new = {"caller-name": "Sanne", "caller-email": "s@e.example", "caller-library": bisc.library.slug}
    client_of("bisc desk").post(NEW, {**TYPED, **new, "caller-invite": "on", "enter": "1"})
    assert _outbox("tenants.mail_password_reset") == 1


def test_a_caller_who_has_a_password_gets_no_mail_to_choose_one(bisc, client_of):
    known = bisc.people["neighbour"]
    new = {"caller-name": "Buur", "caller-email": known.email, "caller-library": bisc.library.slug}
    client_of("bisc desk").post(NEW, {**TYPED, **new, "caller-invite": "on", "enter": "1"})
    assert LibraryMembership.objects.filter(person=known, library=bisc.library).exists()
    assert _outbox("tenants.mail_password_reset") == 0


def test_a_caller_entered_at_a_second_library_calls_for_that_one(bisc, client_of):
    """Their first library comes first by name, and is not what was said."""
    known = bisc.people["colleague"]
    new = {"caller-name": "Balie", "caller-email": known.email, "caller-library": bisc.other_library.slug}
    page = client_of("bisc desk").post(NEW, {**TYPED, **new, "library": bisc.library.slug, "enter": "1"})
    text = page.content.decode()
    assert f'<option value="{bisc.other_library.slug}" selected>' in text
    assert bisc.other_locations[0].name in text and bisc.locations[0].name not in text


def test_who_is_found_by_an_address_in_capitals_is_chosen(bisc, client_of):
    person = bisc.people["colleague"]
    page = client_of("bisc desk").post(NEW, {**TYPED, "reporter": person.email.upper(), "find": "1"})
    text = page.content.decode()
    assert "chosen-caller" in text and f'<option value="{bisc.library.slug}" selected>' in text


def test_locations_of_another_library_do_not_stay_chosen(bisc, client_of):
    """They count among those that are chosen, though the caller's library has none of them."""
    person, others = bisc.people["colleague"], [place.slug for place in bisc.other_locations]
    typed = {**TYPED, "library": bisc.other_library.slug, "locations": others}
    page = client_of("bisc desk").post(NEW, {**typed, "pick": f"{person.pk} {bisc.library.slug}"})
    assert page.context["form"].places_chosen == 0


def test_a_new_caller_that_lacks_something_is_told_and_the_rest_stays(bisc, client_of):
    page = client_of("bisc desk").post(NEW, {**TYPED, "caller-name": "Sanne", "enter": "1"}).content.decode()
    assert "Kies de bibliotheek van wie er belt." in page and "Poort piept" in page and 'value="Sanne"' in page


def test_enter_caller_is_for_staff_of_that_organisation(cast, bisc):
    for actor in (bisc.actor("colleague"), bisc.actor("keyuser"), cast.cubiss.actor("desk")):
        with pytest.raises(NotAllowed):
            enter_caller(name="A", email="a@b.example", library=bisc.library, by=actor)
    assert not Person.objects.filter(email="a@b.example").exists()


def test_enter_caller_twice_is_once_and_a_known_name_stays(bisc):
    known = bisc.people["neighbour"]
    for _time in range(2):
        found = enter_caller(name="Anders", email=known.email, library=bisc.library, by=bisc.actor("desk"))
        assert found == known and Person.objects.get(pk=known.pk).name == known.name
    assert LibraryMembership.objects.filter(person=known, library=bisc.library).count() == 1


@pytest.mark.parametrize(("house", "who"), [("cubiss", "colleague"), ("cubiss", "desk"), ("bisc", "former")])
def test_enter_caller_gives_no_role_to_an_account_that_is_not_known_here(cast, bisc, house, who):
    person = getattr(cast, house).people[who]
    with pytest.raises(ValidationError) as refusal:
        enter_caller(name="Anders", email=person.email.upper(), library=bisc.library, by=bisc.actor("desk"))
    assert list(refusal.value.message_dict) == ["email"]
    assert not LibraryMembership.objects.current().filter(person=person, library=bisc.library).exists()
    assert not AuditEntry.objects.filter(action="caller.entered").exists()


def test_an_account_elsewhere_is_refused_beside_the_address_and_not_named(cast, bisc, client_of):
    other = cast.cubiss.people["colleague"]
    new = {"caller-name": "Sanne", "caller-email": other.email, "caller-library": bisc.library.slug}
    page = client_of("bisc desk").post(NEW, {**TYPED, **new, "enter": "1"}).content.decode()
    told = "Dit adres heeft al een account. Nodig deze persoon uit bij Mensen; na aanvaarding kiest u die hier."
    assert 'id="id_caller-email_error"' in page and told in page
    assert other.name not in page and "chosen-caller" not in page
    assert "Poort piept" in page and 'value="Sanne"' in page


def test_enter_caller_opens_no_closed_account(bisc):
    person = bisc.people["colleague"]
    deactivate_person(person=person, by=COMMAND_LINE)
    with pytest.raises(ValidationError):
        enter_caller(name="Weer", email=person.email, library=bisc.library, by=bisc.actor("desk"))
    assert not LibraryMembership.objects.current().filter(person=person).exists()


def test_enter_caller_waits_for_the_first_day_of_a_library(bisc):
    for days in ({"from_on": 1}, {"until_on": -1}):
        values = {name: timezone.localdate() + timedelta(days=day) for name, day in days.items()}
        Library.objects.filter(pk=bisc.library.pk).update(**{"from_on": date(2024, 1, 1), "until_on": None, **values})
        with pytest.raises(ValidationError) as refusal:
            library = Library.objects.get(pk=bisc.library.pk)
            enter_caller(name="Sanne", email="s@e.example", library=library, by=bisc.actor("desk"))
        assert list(refusal.value.message_dict) == ["library"]
    assert not Person.objects.filter(email="s@e.example").exists()


def test_enter_caller_stops_at_twenty_an_hour(bisc):
    for number in range(20):
        enter_caller(name="A", email=f"a{number}@b.example", library=bisc.library, by=bisc.actor("desk"))
    with pytest.raises(ValidationError):
        enter_caller(name="A", email="a20@b.example", library=bisc.library, by=bisc.actor("desk"))


def test_enter_caller_counts_and_keeps_each_refusal_of_an_account_elsewhere(cast, bisc):
    """Whoever guesses addresses learns of twenty accounts an hour at most, and it shows afterwards who guessed."""
    account, desk = cast.cubiss.people["colleague"], bisc.actor("desk")
    for told in ["This address has an account already."] * 20 + ["That is 20 new people within an hour."]:
        with translation.override("en"), pytest.raises(ValidationError, match=told):
            enter_caller(name="A", email=account.email, library=bisc.library, by=desk)
    with translation.override("en"), pytest.raises(ValidationError, match="That is 20 new people within an hour."):
        enter_caller(name="A", email="nobody@b.example", library=bisc.library, by=desk)
    lines = AuditEntry.objects.filter(action="caller.refused")
    kept = {(line.actor, line.organisation, line.object, line.result, str(line.details)) for line in lines}
    assert lines.count() == 20
    assert kept == {
        (desk.person, bisc.organisation, f"person {account.pk}", "refused", f"{{'library': '{bisc.library.slug}'}}")
    }


def test_enter_caller_counts_and_keeps_the_refusal_of_a_closed_account(bisc):
    person = bisc.people["colleague"]
    deactivate_person(person=person, by=COMMAND_LINE)
    with pytest.raises(ValidationError):
        enter_caller(name="Weer", email=person.email, library=bisc.library, by=bisc.actor("desk"))
    assert AuditEntry.objects.get(action="caller.refused").object == f"person {person.pk}"
    assert not AuditEntry.objects.filter(action="caller.entered").exists()


def test_the_ticket_is_for_who_was_picked(bisc, client_of):
    person = bisc.people["colleague"]
    answer = client_of("bisc desk").post(NEW, {**FORM, "reporter": person.email, "impact": ""})
    assert answer.status_code == 302
    assert Ticket.objects.latest("pk").reporter == person


def test_the_palette_leads_to_a_new_ticket_for_a_person(bisc, client_of):
    person = bisc.people["colleague"]
    page = client_of("bisc desk").get("/palette/", {"q": person.name}).content.decode()
    assert f'href="/tickets/new/?for={person.pk}"' in page
    page = client_of("bisc desk").get(f"/tickets/new/?for={person.pk}").content.decode()
    assert person.email in page and f'<option value="{bisc.library.slug}" selected>' in page
