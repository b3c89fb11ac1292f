"""Signing in: what is said, and what is kept of it."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.models import OutboxEntry
from tenants.signin.passwords import EverydayPasswordValidator


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
        "authenticate_webauthn": "tenants.signin.keys.AuthenticateForm",
        "reauthenticate_webauthn": "tenants.signin.keys.ReauthenticateForm",
    }
