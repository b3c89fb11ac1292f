"""Security keys of an odd form: never added, never a way in, never an error of ours."""

import json
from hashlib import sha256

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from tests.cast import PASSWORD


def _key() -> dict:
    """Return a security key as a browser registers it; nobody holds its other half."""
    public = {1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32}
    data = AuthenticatorData.create(
        b"r" * 32,
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(b"a" * 16, b"key", ES256(public)),
    )
    response = {
        "clientDataJSON": websafe_encode(
            b'{"type": "webauthn.create", "challenge": "eA", "origin": "https://x.example"}'
        ),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    key = websafe_encode(b"key")
    return {"id": key, "rawId": key, "type": "public-key", "response": response, "clientExtensionResults": {}}


KEY = _key()


def _said(challenge: str) -> bytes:
    return json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": "https://x.example"}).encode()


def _signed_with_nonsense() -> str:
    """Return an answer of the right form for that key, with a signature that is none."""
    response = {
        "clientDataJSON": websafe_encode(_said("eA")),
        "authenticatorData": websafe_encode(
            AuthenticatorData.create(sha256(settings.DOMAIN.encode()).digest(), AuthenticatorData.FLAG.UP, 1)
        ),
        "signature": websafe_encode(b"nonsense"),
        "userHandle": "MQ",
    }
    return json.dumps({**KEY, "response": response})


CREDENTIALS = [
    *("1", '"x"', "[]", "[1]", "true", "{}", '{"id": 1}', '{"response": 1}', '{"response": null}', "null", "{"),
    '{"response": {"userHandle": "\\ud800"}}',
    '{"response": {"userHandle": 5}}',
    '{"response": []}',
    json.dumps({"id": "é", "rawId": "é", "type": "public-key", "response": {"userHandle": "MQ"}}),
    json.dumps(
        {
            **{"id": "YQ", "rawId": "YQ", "type": "public-key", "clientExtensionResults": {}},
            "response": {
                **{"clientDataJSON": "YQ", "authenticatorData": "YQ", "signature": "YQ", "userHandle": "MQ"},
                "attestationObject": "oWNmbXQ",
            },
        }
    ),
    _signed_with_nonsense(),
    json.dumps(KEY),
    "[" * 5000,
    json.dumps({"response": {"userHandle": "MQ", "clientDataJSON": {"a": ["b"]}}, "id": [], "type": {}}),
]


@pytest.fixture
def signed_in(cast, guarded_of):
    """The desk of BiSC, signed in by password a moment ago."""
    client = guarded_of("bisc desk")
    assert client.post("/account/reauthenticate/?next=/me/", {"password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize("credential", CREDENTIALS, ids=range(len(CREDENTIALS)))
def test_an_odd_key_is_not_added(signed_in, credential):
    """The form comes back with an error on it, also when the challenge was given out before."""
    page = signed_in.get("/account/2fa/webauthn/add/")
    assert page.status_code == 200
    back = signed_in.post("/account/2fa/webauthn/add/", {"name": "sleutel", "credential": credential})
    assert (back.status_code, back.context["form"].is_valid()) == (200, False)
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", CREDENTIALS, ids=range(len(CREDENTIALS)))
def test_an_odd_key_lets_nobody_in(cast, guarded_of, credential):
    """The second step of signing in, and proving oneself again, with a person who has a key."""
    Authenticator.objects.create(
        user=cast.bisc.people["desk"], type=Authenticator.Type.WEBAUTHN, data={"name": "sleutel", "credential": KEY}
    )
    client = guarded_of(None)
    client.post("/account/login/", {"login": "desk@bisc.example", "password": PASSWORD})
    assert client.get("/account/2fa/authenticate/").status_code == 200
    back = client.post("/account/2fa/authenticate/", {"credential": credential})
    assert (back.status_code, back.context["webauthn_form"].is_valid()) == (200, False)
    assert client.get("/tickets/").status_code == 302
    client = guarded_of("bisc desk")
    assert client.get("/account/2fa/webauthn/reauthenticate/").status_code == 200
    back = client.post("/account/2fa/webauthn/reauthenticate/", {"credential": credential})
    assert (back.status_code, back.context["form"].is_valid()) == (200, False)
    assert "account_authentication_methods" not in client.session


def test_a_wrong_signature_is_a_wrong_code(cast, guarded_of):
    """An answer to the very challenge, of the right form, whose signature was not made with the key."""
    Authenticator.objects.create(
        user=cast.bisc.people["desk"], type=Authenticator.Type.WEBAUTHN, data={"name": "sleutel", "credential": KEY}
    )
    client = guarded_of(None)
    client.post("/account/login/", {"login": "desk@bisc.example", "password": PASSWORD})
    page = client.get("/account/2fa/authenticate/")
    challenge = page.context["js_data"]["request_options"]["publicKey"]["challenge"]
    answer = _signed_with_nonsense().replace(websafe_encode(_said("eA")), websafe_encode(_said(challenge)))
    back = client.post("/account/2fa/authenticate/", {"credential": answer})
    assert (back.status_code, back.context["webauthn_form"].is_valid()) == (200, False)
    assert client.get("/tickets/").status_code == 302
