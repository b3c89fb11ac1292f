"""Signing in: what is said, and what is kept of it."""

import base64
import hashlib
import hmac
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import OutboxEntry, Person
from tenants.signin import tasks
from tenants.signin.access import person_vouched_for
from tenants.signin.adapters import AccountAdapter, SocialAccountAdapter
from tenants.signin.passwords import EverydayPasswordValidator
from tests.cast import PASSWORD


def test_reset_says_the_same_for_known_and_unknown(cast, client_of):
    answers = [
        client_of(None).post("/account/password/reset/", {"email": email})
        for email in ("desk@bisc.example", "niemand@bisc.example")
    ]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/account/password/reset/done/")
    ] * 2
    assert OutboxEntry.objects.filter(topic="tenants.mail_password_reset").count() == 1


def test_a_mailbox_gets_five_mails_of_a_new_password_a_minute(cast, client_of):
    statuses = [
        client_of(None).post("/account/password/reset/", {"email": "desk@bisc.example"}).status_code for _ in range(6)
    ]
    assert statuses == [302, 302, 302, 302, 302, 429]


def _code(secret: str, at: float | None = None) -> str:
    """Return the six digits of an authenticator app, by RFC 6238."""
    counter = int((time.time() if at is None else at) // 30).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return str((int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF) % 10**6).zfill(6)


def _sign_in(client, password=PASSWORD, email="desk@bisc.example"):
    return client.post("/account/login/", {"login": email, "password": password})


def _add_totp(client):
    """Open the page, scan its secret, send the code; return the answer and the secret."""
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    return client.post("/account/2fa/totp/activate/", {"code": _code(secret)}), secret


def test_a_reset_that_a_stranger_asks_keeps_nobody_from_a_second_step(cast, client_of, mailoutbox):
    client_of(None).post("/account/password/reset/", {"email": "desk@bisc.example"})
    entry = OutboxEntry.objects.get(topic="tenants.mail_password_reset")
    tasks.mail_password_reset("public", entry.dedupe_key)
    assert ([mail.to for mail in mailoutbox], list(EmailAddress.objects.all())) == ([["desk@bisc.example"]], [])
    # As a database of before has it.
    EmailAddress.objects.create(user=cast.bisc.people["desk"], email="desk@bisc.example", verified=False)
    client = client_of(None)
    _sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/account/2fa/webauthn/add/").status_code == 200
    answer, _secret = _add_totp(client)
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/recovery-codes/")
    kinds = Authenticator.objects.order_by("type").values_list("user__email", "type")
    assert list(kinds) == [("desk@bisc.example", "recovery_codes"), ("desk@bisc.example", "totp")]


def test_signins_are_in_the_trail(cast, client_of):
    client = client_of(None)
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "fout"})
    client.post("/account/login/", {"login": "desk@bisc.example", "password": "een lang wachtwoord"})
    client.post("/account/logout/")
    rows = list(
        AuditEntry.objects.filter(action__startswith="signin")
        .order_by("pk")
        .values_list("action", "result", "organisation__slug")
    )
    assert rows == [
        ("signin.refused", "refused", "bisc"),
        ("signin.done", "done", "bisc"),
        ("signin.ended", "done", "bisc"),
    ]
    assert "fout" not in str(list(AuditEntry.objects.values()))


def _lines_of(*actions):
    return list(
        AuditEntry.objects.filter(action__in=actions)
        .order_by("pk")
        .values_list("action", "actor__email", "origin", "details")
    )


def test_a_changed_password_is_in_the_trail(cast, client_of):
    new = {"oldpassword": PASSWORD, "password1": "een heel nieuw geheim", "password2": "een heel nieuw geheim"}
    client = client_of(None)
    _sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.post("/account/password/change/", new, REMOTE_ADDR="192.0.2.7").status_code == 302
    line = AuditEntry.objects.get(action="signin.password_changed")
    assert (line.actor, line.organisation) == (cast.bisc.people["desk"], cast.bisc.organisation)
    assert (line.origin, line.details) == ("192.0.2.7", {})


def test_a_second_step_that_comes_and_goes_is_in_the_trail(cast, client_of, at_once):
    client = client_of(None)
    _sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    _add_totp(client)
    client.post("/account/2fa/totp/deactivate/", REMOTE_ADDR="192.0.2.7")
    assert _lines_of("signin.factor_added", "signin.factor_removed") == [
        ("signin.factor_added", "desk@bisc.example", "127.0.0.1", {"kind": "totp"}),
        ("signin.factor_added", "desk@bisc.example", "127.0.0.1", {"kind": "recovery_codes"}),
        ("signin.factor_removed", "desk@bisc.example", "192.0.2.7", {"kind": "totp"}),
        ("signin.factor_removed", "desk@bisc.example", "192.0.2.7", {"kind": "recovery_codes"}),
    ]


def test_a_closed_account_gets_no_link_to_choose_a_password(cast, client_of):
    Person.objects.filter(email="desk@bisc.example").update(is_active=False)
    answer = client_of(None).post("/account/password/reset/", {"email": "desk@bisc.example"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/password/reset/done/")
    assert not OutboxEntry.objects.filter(topic="tenants.mail_password_reset").exists()


def test_who_comes_in_by_an_account_elsewhere(cast, settings):
    settings.OIDC_EMAIL_DOMAINS = ["bisc.example"]
    desk = cast.bisc.people["desk"]
    assert person_vouched_for(["x@y.example", "Desk@BISC.example"]) == desk
    assert person_vouched_for(["desk@cubiss.example", "niemand@bisc.example"]) is None
    Person.objects.filter(pk=desk.pk).update(is_active=False)
    assert person_vouched_for(["desk@bisc.example"]) is None


def test_nobody_makes_an_account_for_themselves(rf):
    request = rf.post("/account/signup/")
    assert AccountAdapter().is_open_for_signup(request) is False
    assert SocialAccountAdapter().is_open_for_signup(request, None) is False


def _from_elsewhere(*addresses, process="login"):
    found = SocialLogin(account=SocialAccount(provider="oidc", uid="1"), email_addresses=list(addresses))
    found.state = {"process": process}
    return found


@pytest.mark.parametrize(("verified", "tied"), [(True, True), ("true", True), (False, False), ("false", False)])
def test_only_a_verified_address_ties_an_account_elsewhere(cast, rf, settings, verified, tied):
    settings.OIDC_EMAIL_DOMAINS = ["bisc.example"]
    address = EmailAddress(email="desk@bisc.example", verified=verified)
    SocialAccountAdapter().pre_social_login(rf.get("/"), _from_elsewhere(address))
    tied_to = list(SocialAccount.objects.values_list("user__email", "uid"))
    assert tied_to == ([("desk@bisc.example", "1")] if tied else [])


def test_nobody_ties_an_account_elsewhere_to_the_one_they_are_signed_in_with(cast, rf):
    with pytest.raises(PermissionDenied):
        SocialAccountAdapter().pre_social_login(rf.get("/"), _from_elsewhere(process="connect"))


@pytest.mark.parametrize(
    "password",
    [
        "Welkom2026!!",
        "welkomwelkom",
        "W3lk0m012026",
        "Wachtwoord123",
        "Bibliotheek01",
        "geheim1234567",
        "12345Welkom12345",
        "zomerwinter2026",
        "Samenbeheer2026",
        "We1kom!We1kom!",
        "BISC-Eemland-2026",
    ],
)
def test_everyday_passwords_are_refused(password):
    with pytest.raises(ValidationError) as error:
        EverydayPasswordValidator().validate(password)
    assert error.value.code == "password_everyday"


@pytest.mark.parametrize(
    "password", ["een lang wachtwoord", "paarse kano fluit zacht", "een heel nieuw geheim", "qX7!vRt2#mLp9", "1234"]
)
def test_other_passwords_are_left_to_the_others(password):
    EverydayPasswordValidator().validate(password)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/login/", {"login": "desk@bisc.example", "password": "diep geheim"}),
        ("/account/reauthenticate/", {"password": "diep geheim"}),
        ("/account/password/reset/", {"email": "diep geheim"}),
        ("/account/password/change/", {"oldpassword": "diep geheim", "password1": "diep geheim"}),
        ("/account/2fa/reauthenticate/", {"code": "diep geheim"}),
        (
            "/me/tokens/",
            {"name": "x", "password": "diep geheim", "reset_code": "diep geheim", "secretkey": "diep geheim"},
        ),
    ],
)
def test_a_password_is_never_written_back(cast, path, data):
    origin = {"host": f"bisc.{settings.DOMAIN}:8000", "origin": f"http://bisc.{settings.DOMAIN}:8000"}
    client = Client(headers=origin, enforce_csrf_checks=True)
    with inside(None):
        client.force_login(cast.bisc.people["desk"])
    page = client.post(path, data)
    assert page.status_code == 403 and "diep geheim" not in page.content.decode()


def test_what_was_typed_elsewhere_is_still_kept(cast):
    origin = {"host": f"bisc.{settings.DOMAIN}:8000", "origin": f"http://bisc.{settings.DOMAIN}:8000"}
    client = Client(headers=origin, enforce_csrf_checks=True)
    page = client.post("/tickets/new/", {"subject": "lang verhaal", "postcode": "1234 AB"}).content.decode()
    assert "lang verhaal" in page and "1234 AB" in page


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "a b", "127.0.0.1", "bisc.evil.example"])
def test_a_foreign_host_costs_no_traceback(cast, host, caplog, capfd):
    answer = Client(headers={"host": host}).get("/account/login/")
    assert (answer.status_code, "Op dit adres is geen organisatie" in answer.content.decode()) == (404, True)
    assert "Traceback" not in caplog.text + "".join(capfd.readouterr())
    assert [one for one in caplog.records if one.exc_info or "HTTP_HOST" in one.getMessage()] == []


def test_each_form_of_the_second_step_is_the_one_meant(settings):
    assert settings.MFA_FORMS == {
        "activate_totp": "tenants.signin.forms.ActivateTOTPForm",
        "deactivate_totp": "tenants.signin.forms.DeactivateTOTPForm",
        "add_webauthn": "tenants.signin.forms.AddWebAuthnForm",
        "authenticate": "tenants.signin.forms.AuthenticateForm",
        "reauthenticate": "tenants.signin.forms.ReauthenticateByCodeForm",
        "edit_webauthn": "tenants.signin.forms.EditWebAuthnForm",
        "authenticate_webauthn": "tenants.signin.keys.AuthenticateForm",
        "reauthenticate_webauthn": "tenants.signin.keys.ReauthenticateForm",
    }


@pytest.mark.parametrize(
    ("goal", "safe"),
    [
        ("/tickets/", True),
        ("/tickets/?q=a%20b", True),
        ("", False),
        ("tickets/", False),
        ("//kwaad.example/", False),
        ("/\\kwaad.example/", False),
        ("/\t/kwaad.example/", False),
        ("\x08//kwaad.example/", False),
        ("https://kwaad.example/", False),
        ("http://samenbeheer.localhost/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_after_signing_in_one_stays_on_the_host(goal, safe):
    assert AccountAdapter().is_safe_url(goal) is safe
