"""The pages of signing in, one by one: our sentences in both languages, and no link that leads nowhere."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings

from tenants.context import inside
from tests.cast import PASSWORD
from tests.tenants.test_way_in import password_link
from tests.test_odd_keys import KEY

HALF_WAY = "2fa/authenticate/"  # seen after the password, before the code
# Address -> what is sent that is wrong, and the field each link of the summary leads to.
FORMS = {
    "login/": [
        ({}, ["id_login", "id_password"]),
        ({"login": "desk", "password": "x"}, ["id_login"]),
        ({"login": "niemand@bisc.example", "password": "fout"}, ["id_password"]),
    ],
    "password/reset/": [({"email": ""}, ["id_email"]), ({"email": "desk"}, ["id_email"])],
    "reset by link": [
        ({}, ["id_password1", "id_password2"]),
        ({"password1": "vier paarden zwemmen traag", "password2": "drie"}, ["id_password2"]),
        ({"password1": "kort", "password2": "kort"}, ["id_password1"]),
        ({"password1": "desk@bisc.example", "password2": "desk@bisc.example"}, ["id_password1"]),
    ],
    HALF_WAY: [({"code": ""}, ["id_code"]), ({"code": "123456"}, ["id_code"]), ({"credential": "{}"}, [])],
    "reauthenticate/": [({}, ["id_password"]), ({"password": "fout"}, ["id_password"])],
    "2fa/reauthenticate/": [({}, ["id_code"]), ({"code": "123456"}, ["id_code"])],
    "2fa/webauthn/reauthenticate/": [({"credential": "{}"}, [])],
    "password/change/": [
        ({}, ["id_oldpassword", "id_password1", "id_password2"]),
        (
            {"oldpassword": "fout", "password1": "wachtwoord123", "password2": "wachtwoord123"},
            ["id_oldpassword", "id_password1"],
        ),
    ],
    "2fa/totp/activate/": [({}, ["id_code"]), ({"code": "123456"}, ["id_code"])],
    "2fa/webauthn/add/": [({"name": "Sleutel", "credential": "{}"}, [])],
    "2fa/webauthn/keys/KEY/edit/": [({"name": ""}, ["id_name"])],
}
PAGES = [
    *("password/reset/done/", "password/reset/key/1-x/", "password/reset/key/done/", "inactive/"),
    *("logout/", "2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/"),
    *("2fa/webauthn/", "2fa/webauthn/keys/KEY/remove/"),
]
GUEST = {"login/", "password/reset/", "reset by link", HALF_WAY, *PAGES[:4]}
# What is the same word in Dutch, and what nobody translates.
SAME = {"BiSC", "Sleutel", "·", "*"}


@pytest.fixture
def opened(cast, client_of):
    """Return a client that has that page open, in that language, and its address."""

    def make(path: str, language: str):
        person, where = cast.bisc.people["desk"], path
        person.language = language
        person.save()
        if "totp/activate" not in path:
            TOTP.activate(person, "A" * 32)
        RecoveryCodes.activate(person)
        key = WebAuthn.add(person, "Sleutel", KEY).instance
        client = client_of(None)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        if path in {HALF_WAY} or path not in GUEST:
            if path not in GUEST:
                Authenticator.objects.filter(user=person).update(user=cast.bisc.people["lead"])
            client.post("/account/login/", {"login": person.email, "password": PASSWORD})
        if path not in GUEST:
            Authenticator.objects.filter(user=cast.bisc.people["lead"]).update(user=person)
            client.post("/account/reauthenticate/", {"password": PASSWORD})
        if path == "reset by link":
            client = client_of(None, "")
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            where = urlsplit(client.get(urlsplit(password_link(person)).path)["Location"]).path
            return client, where
        return client, f"/account/{where}".replace("KEY", str(key.pk))

    return make


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def _said(page: str) -> set[str]:
    """Return the texts of the middle, those of attributes that are read out included."""
    main = re.sub(r"<(script|style|svg|code).*?</\1>", "", _main(page), flags=re.S)
    found = re.findall(r'(?:title|alt|placeholder|aria-label)="([^"]+)"', main)
    found += re.sub(r"<[^>]+>", "\n", main.partition(">")[2]).split("\n")
    title = re.search(r"<title>(.*?)</title>", page, flags=re.S)[1].split("·")[0]
    return {" ".join(unescape(one).split()) for one in [*found, title]} - {""}


def _english_in_dutch(opened, path: str, data: dict | None) -> set[str]:
    said = []
    for language in ("nl", "en"):
        with inside(None):
            client, where = opened(path, language)
            answer = client.get(where) if data is None else client.post(where, data)
        assert answer.status_code == 200, (path, answer.status_code)
        said.append(_said(answer.content.decode()))
        Authenticator.objects.all().delete()
    found = {one for one in said[0] & said[1] if re.search(r"[^\W\d]", one)} - SAME
    return {one for one in found if "@" not in one and one not in ("Nederlands", "English")}


@pytest.mark.parametrize("path", [*FORMS, *PAGES])
def test_a_page_of_signing_in_is_ours_in_both_languages(opened, path):
    """No template of allauth's is shown, and no sentence stands in English on a Dutch page."""
    client, where = opened(path, "nl")
    with inside(None):
        answer = client.get(where)
    assert answer.status_code == 200
    drawn = {str(one.origin) for one in answer.templates if one.origin}
    assert [one for one in drawn if "allauth" in one and "/look/templates/" not in one] == []
    Authenticator.objects.all().delete()
    assert _english_in_dutch(opened, path, None) == set()


@pytest.mark.parametrize(("path", "data", "goals"), [(path, *one) for path, many in FORMS.items() for one in many])
def test_what_is_wrong_is_told_at_the_top_with_a_link_to_its_field(opened, path, data, goals):
    """The summary takes the focus; what is wrong of a security key, which has no field, it says itself."""
    client, where = opened(path, "nl")
    with inside(None):
        page = client.post(where, data).content.decode()
    main = _main(page)
    summary = main.partition('<div class="problems" role="alert" tabindex="-1" autofocus>')[2].partition("</div>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == goals
    assert all(f'id="{goal}"' in main for goal in goals)
    if not goals:
        assert "Deze beveiligingssleutel past niet." in summary
    Authenticator.objects.all().delete()
    assert _english_in_dutch(opened, path, data) == set()


@pytest.mark.parametrize("path", [*FORMS, *PAGES])
def test_no_link_of_a_page_of_signing_in_leads_nowhere(opened, path):
    client, where = opened(path, "nl")
    with inside(None):
        main = _main(client.get(where).content.decode())
        links = [unescape(one) for one in re.findall(r'href="([^"#]+)"', main) if "/oidc/" not in one]
        found = {one: client.get(one, follow=True).status_code for one in links}
    assert set(found.values()) <= {200}, found


def test_after_the_password_a_key_is_offered_to_who_has_one(opened, cast):
    client, where = opened(HALF_WAY, "nl")
    with inside(None):
        assert "Beveiligingssleutel gebruiken" in client.get(where).content.decode()
        Authenticator.objects.filter(type="webauthn").delete()
        page = client.get(where).content.decode()
    assert "Beveiligingssleutel" not in page and "Code uit de app" in page and "Of een van uw herstelcodes." in page
