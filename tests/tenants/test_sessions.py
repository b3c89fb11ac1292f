"""Who is signed in elsewhere, when the way of signing in changes."""

import pytest
from django.test import RequestFactory

from tenants.models import Person
from tenants.refusals import NotAllowed
from tenants.signin.actions import choose_password, end_other_sessions
from tenants.signin.adapters import AccountAdapter
from tests.cast import PASSWORD
from tests.tenants.test_signin import _add_totp, _code, _sign_in

pytestmark = pytest.mark.usefixtures("at_once")
NEW = "een heel nieuw geheim"


def _is_in(client) -> bool:
    return client.get("/me/").status_code == 200


@pytest.fixture
def here(client_of):
    """Somebody who has just given their password."""
    client = client_of(None)
    _sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.fixture
def elsewhere(client_of):
    """The same person, signed in at another place too."""
    client = client_of(None)
    _sign_in(client)
    assert _is_in(client)
    return client


def _change_password(client):
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/account/password/change/", data).status_code == 302


def test_a_second_step_that_is_added_signs_out_elsewhere_and_not_here(cast, here, elsewhere, client_of):
    other = client_of("bisc lead")
    assert _add_totp(here)[0].status_code == 302
    assert (_is_in(here), _is_in(elsewhere), _is_in(other)) == (True, False, True)


def test_a_second_step_that_is_taken_away_signs_out_elsewhere_and_not_here(cast, here, client_of):
    _answer, secret = _add_totp(here)
    elsewhere = client_of(None)
    _sign_in(elsewhere)
    assert _second_step(elsewhere, secret).status_code == 302 and _is_in(elsewhere)
    assert here.post("/account/2fa/totp/deactivate/").status_code == 302
    assert (_is_in(here), _is_in(elsewhere)) == (True, False)


def test_a_changed_password_signs_out_elsewhere_and_not_here(cast, here, elsewhere):
    _change_password(here)
    assert (_is_in(here), _is_in(elsewhere)) == (True, False)


def _second_step(client, secret):
    return client.post("/account/2fa/authenticate/", {"code": _code(secret)})


def _half_way(client_of):
    """Somebody who gave the password and not yet the second step."""
    client = client_of(None)
    assert _sign_in(client)["Location"] == "/account/2fa/authenticate/"
    return client


@pytest.fixture
def secret(here):
    """The secret of a second step that was added a moment ago."""
    return _add_totp(here)[1]


def test_a_sign_in_that_is_half_way_ends_with_the_password_it_began_with(cast, here, secret, client_of):
    half = _half_way(client_of)
    _change_password(here)
    answer = _second_step(half, secret)
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert not _is_in(half)
    assert half.get("/account/2fa/authenticate/")["Location"] == "/account/login/"
    assert "opnieuw" in half.get("/account/login/").content.decode()


def test_a_sign_in_that_is_half_way_ends_when_the_second_step_changes(cast, here, secret, client_of):
    half = _half_way(client_of)
    assert here.post("/account/2fa/totp/deactivate/").status_code == 302
    again = _add_totp(here)[1]
    assert _second_step(half, again)["Location"] == "/account/login/"
    assert not _is_in(half)


def test_a_sign_in_that_is_half_way_goes_on_when_nothing_changed(cast, secret, client_of):
    half = _half_way(client_of)
    assert _second_step(half, secret)["Location"] == "/"
    assert _is_in(half)


def test_who_was_signed_in_before_stays_so(cast, client_of):
    """An upgrade signs nobody out: the hash in their session is of the password alone."""
    person = Person.objects.get(email="desk@bisc.example")
    assert person.get_session_auth_hash() == super(Person, person).get_session_auth_hash()


def test_a_new_password_is_not_written_over_one_that_was_chosen_meanwhile(cast):
    """Who knows the old one asks; before it is kept, the owner chose another, or the account was closed."""
    desk = Person.objects.get(email="desk@bisc.example")
    seen = Person.objects.get(pk=desk.pk)
    choose_password(person=desk, password="van de eigenaar")
    with pytest.raises(NotAllowed):
        choose_password(person=seen, password="van een ander")
    assert Person.objects.get(pk=desk.pk).check_password("van de eigenaar")
    seen = Person.objects.get(pk=desk.pk)
    Person.objects.filter(pk=desk.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        choose_password(person=seen, password="van een ander")
    assert not Person.objects.get(pk=desk.pk).is_active


def test_a_new_password_writes_nothing_else(cast):
    seen = Person.objects.get(email="desk@bisc.example")
    Person.objects.filter(pk=seen.pk).update(name="Andere naam", language="en")
    AccountAdapter().set_password(seen, "een heel nieuw geheim")
    kept = Person.objects.get(pk=seen.pk)
    assert (kept.name, kept.language, kept.check_password("een heel nieuw geheim")) == ("Andere naam", "en", True)


def test_a_session_that_was_ended_ends_no_other(cast, here, elsewhere):
    """The thief passed the door before the owner ended their session, and then ends all others."""
    thief = RequestFactory().post("/")
    thief.session, thief.user = elsewhere.session, Person.objects.get(email="desk@bisc.example")
    assert _add_totp(here)[0].status_code == 302
    end_other_sessions(thief.user, thief)
    assert (_is_in(here), _is_in(elsewhere)) == (True, False)
