"""The way in: after signing in one stands where one was going, on our hosts alone."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from tenants.context import inside
from tenants.models import Organisation, Person
from tenants.signin.adapters import AccountAdapter
from tenants.signin.mail import password_link
from tests.cast import PASSWORD
from tests.tenants.test_signin import _code

BISC, COMMON = f"http://bisc.{settings.DOMAIN}:8000", f"http://{settings.DOMAIN}:8000"
PAGE = "/tickets/BISC-1/?view=all"


def _signed_in(
    client: Client, path: str = "/account/login/", who: str = "desk@bisc.example", password=PASSWORD, **more
):
    with inside(None):
        return client.post(path, {"login": who, "password": password, **more})


@pytest.mark.parametrize("goal", [PAGE, f"{BISC}/tickets/BISC-1/"])
@pytest.mark.parametrize("at", ["bisc", ""])
def test_a_page_asked_for_is_there_after_the_password(cast, client_of, at, goal):
    answer = _signed_in(client_of(None, at), next=goal)
    assert (answer.status_code, answer["Location"]) == (302, goal)


def test_a_page_asked_for_is_there_after_the_second_step(cast, client_of):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    person = cast.bisc.people["desk"]
    Authenticator.objects.create(user=person, type="totp", data={"secret": secret})
    client = client_of(None, "")
    asked = _signed_in(client, next=f"{BISC}{PAGE}")["Location"]
    assert asked.startswith("/account/2fa/authenticate/")
    with inside(None):
        assert client.post(asked, {"code": "000000"}).status_code == 200  # a wrong one loses nothing
        answer = client.post(asked, {"code": _code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, f"{BISC}{PAGE}")


@pytest.mark.parametrize(
    "goal",
    [
        "http://kwaad.example/",
        "http://kwaad.example:8000/",
        f"http://kwaad.{settings.DOMAIN}:8000/",
        f"https://bisc.{settings.DOMAIN}:8000/",
        f"http://bisc.{settings.DOMAIN}/",
        f"{BISC}@kwaad.example/",
        f"{BISC}.kwaad.example/",
        f"http://bisc.{settings.DOMAIN}:8000\\@kwaad.example/",
        f"http:/\\kwaad.example/?{BISC}/",
        f"\t{BISC}/",
        f"{BISC}/\r\nX: y",
        f"//bisc.{settings.DOMAIN}:8000/",
        "javascript:alert(1)//",
        BISC,
    ],
)
def test_nobody_is_sent_elsewhere(cast, client_of, goal):
    with inside(None):
        assert AccountAdapter().is_safe_url(goal) is False
    assert _signed_in(client_of(None), next=goal)["Location"] == "/"


def test_nobody_is_sent_to_an_organisation_that_left(cast):
    assert AccountAdapter().is_safe_url(f"{BISC}/") is True
    Organisation.objects.filter(slug="bisc").update(from_on="2020-01-01", until_on="2021-01-01")
    assert AccountAdapter().is_safe_url(f"{BISC}/") is False
    assert AccountAdapter().is_safe_url(f"{COMMON}/agenda/") is True


@pytest.mark.parametrize(
    ("who", "at", "goal"),
    [
        ("balie@bisc-een.example", "", f"{BISC}/"),
        ("balie@bisc-een.example", "cubiss", f"{BISC}/"),
        ("balie@bisc-een.example", "bisc", "/"),
        ("desk@bisc.example", "", "/"),  # they have the common host too
        ("niemand@nergens.example", "", "/"),
    ],
)
def test_who_has_one_host_begins_there(cast, client_of, who, at, goal):
    assert _signed_in(client_of(None, at), who=who)["Location"] == goal


def test_who_has_one_host_goes_from_the_common_one_to_it(cast, client_of):
    answer = client_of("bisc colleague", "").get("/")
    assert (answer.status_code, answer["Location"]) == (302, f"{BISC}/")
    assert client_of("bisc colleague", "").get("/agenda/").status_code == 404
    assert client_of("bisc colleague", "cubiss").get("/").status_code == 403
    assert client_of("stranger", "").get("/").status_code == 403


def test_a_forgotten_password_loses_no_page_and_leads_to_the_own_host(cast, client_of):
    person, new = Person.objects.get(email="balie@bisc-een.example"), "vier paarden zwemmen traag"
    with inside(None):
        client = client_of(None)
        page = client.get(f"/account/login/?next={PAGE}").content.decode()
        way = re.search(r'href="(/account/password/reset/\?next=[^"]+)"', page)[1]
        form = re.search(r'action="(/account/password/reset/[^"]*)"', client.get(way).content.decode())[1]
        assert client.post(form, {"email": person.email}).status_code == 302
        common = client_of(None, "")
        common.cookies = client.cookies
        link = common.get(password_link(person).removeprefix(COMMON))["Location"]
        done = common.post(link, {"password1": new, "password2": new}, follow=True).content.decode()
        on = re.search(r'href="(/account/login/[^"]*)"', done)[1]
        page = common.get(on).content.decode()
        goal = re.search(r'name="next" value="([^"]+)"', page)[1]
    assert goal == f"{BISC}{PAGE}"
    answer = _signed_in(common, who=person.email, password=new, next=goal)
    assert answer["Location"] == goal
    assert _signed_in(client_of(None, ""), who=person.email, password=new)["Location"] == f"{BISC}/"


def test_every_page_has_the_way_to_ones_other_hosts(cast, client_of):
    for at, page in (("bisc", "/tickets/"), ("", "/agenda/")):
        text = client_of("cubiss guest", at).get(page).content.decode()
        switcher = re.search(r'<details class="hosts">.*?</details>', text, re.S)[0]
        hrefs = re.findall(r'href="([^"]+)"( aria-current)?', switcher)
        assert [href for href, _now in hrefs] == [f"{BISC}/", BISC.replace("bisc", "cubiss") + "/", f"{COMMON}/"]
        assert [bool(now) for _href, now in hrefs] == [at == "bisc", False, at == ""]
    assert 'class="hosts"' not in client_of("bisc colleague").get("/").content.decode()
    assert 'class="hosts"' not in client_of(None).get("/account/login/").content.decode()
