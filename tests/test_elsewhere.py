"""Signing in with an organisation's own account, by OpenID Connect: only who was invited comes in."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings

from tenants.models import Person
from tests.oidc import Provider


@pytest.fixture
def provider():
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    with Provider(urlsplit(app["settings"]["server_url"]).port) as found:
        yield found


def _come_back(client, provider, *, email, verified=True, sub="1", process="login"):
    provider.claims = {"sub": sub, "email": email, "email_verified": verified, "name": "Iemand"}
    page = client.get("/account/login/").content.decode()
    assert "Aanmelden met Eigen organisatie" in page or process == "connect"
    away = client.get("/account/oidc/oidc/login/", {"process": process})
    assert away.status_code == 302 and away["Location"].startswith(f"{provider.address}/authorization?")
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["redirect_uri"][0].startswith("http://bisc.")
    return client.get("/account/oidc/oidc/login/callback/", {"code": "c", "state": asked["state"][0]}, follow=True)


def test_an_invited_person_comes_in_by_the_verified_address(cast, client_of, provider):
    client = client_of(None, "bisc")
    page = _come_back(client, provider, email="DESK@bisc.example")
    assert page.status_code == 200 and "Werkvoorraad" in page.content.decode()
    assert provider.asked[0]["code_verifier"]
    assert SocialAccount.objects.get().user == cast.bisc.people["desk"]


@pytest.mark.parametrize(
    ("email", "verified"),
    [
        ("niemand@bisc.example", True),
        ("desk@bisc.example", False),
        ("desk@bisc.example", "false"),
        ("desk@cubiss.example", True),  # of a domain that this provider does not vouch for
    ],
)
def test_who_was_not_invited_or_not_verified_stays_outside(cast, client_of, provider, email, verified):
    before = Person.objects.count()
    client = client_of(None, "bisc")
    page = _come_back(client, provider, email=email, verified=verified)
    assert "U hebt hier nog geen account" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert (Person.objects.count(), SocialAccount.objects.count()) == (before, 0)


def test_somebody_who_left_stays_outside(cast, client_of, provider):
    Person.objects.filter(email="desk@bisc.example").update(is_active=False)
    client = client_of(None, "bisc")
    _come_back(client, provider, email="desk@bisc.example")
    assert "_auth_user_id" not in client.session


def test_a_made_up_answer_is_refused_in_our_words(client_of, provider):
    client = client_of(None, "bisc")
    page = client.get("/account/oidc/oidc/login/callback/", {"code": "c", "state": "gestolen"}, follow=True)
    assert "Aanmelden daar is niet gelukt" in page.content.decode()
    page = client.get("/account/social/login/cancelled/").content.decode()
    assert "U hebt zich daar niet aangemeld" in page
    assert client.get("/account/social/").status_code == client.get("/account/social/signup/").status_code == 404


def test_nobody_ties_an_outside_account_to_the_one_they_are_signed_in_with(client_of, provider):
    client = client_of("bisc desk", "bisc")
    page = _come_back(client, provider, email="kwaad@elders.example", verified=False, sub="kwaad", process="connect")
    assert "Aanmelden daar is niet gelukt" in page.content.decode()
    assert SocialAccount.objects.count() == 0


def test_a_provider_that_is_away_is_said_in_our_words(client_of):
    answer = client_of(None, "bisc").get("/account/oidc/oidc/login/")
    assert answer.status_code == 502 and "Aanmelden daar is niet gelukt" in answer.content.decode()
