"""Forms of security keys. What a browser sends is a tree of bytes: one of an odd form is a wrong code and no more."""

import logging

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.forms import Form, HiddenInput, JSONField
from django.forms.fields import InvalidJSONInput

from tenants.web.bodies import whole_json

log = logging.getLogger("samenbeheer.signin")


def _wrong_code(error: Exception) -> ValidationError:
    """The readers of keys raise some twenty kinds (of CBOR, struct, signatures); to a person all mean the same."""
    log.info("a security key of an odd form: %s", type(error).__name__)
    return get_adapter().validation_error("incorrect_code")


class CredentialField(JSONField):
    """What the browser says of a key, as JSON."""

    def __init__(self):
        super().__init__(required=True, widget=HiddenInput)

    def to_python(self, value):
        try:
            return whole_json(value) if value else None
        except (ValueError, RecursionError) as error:
            raise _wrong_code(error) from error

    def bound_data(self, data, initial):
        """Show again what was sent, as it was sent."""
        return InvalidJSONInput(data or "")


class _Reading(Form):
    """Reads the credential of a form that was signed with an existing key."""

    credential = CredentialField()

    def clean_credential(self):
        try:
            return super().clean_credential()
        except (ValidationError, DatabaseError):
            raise
        except Exception as error:
            raise _wrong_code(error) from error


class AuthenticateForm(_Reading, forms.AuthenticateWebAuthnForm):
    """The second step of signing in."""


class ReauthenticateForm(_Reading, forms.ReauthenticateWebAuthnForm):
    """Proving once more who one is."""


class AddForm(forms.AddWebAuthnForm):
    """Adding a key."""

    credential = CredentialField()

    def clean(self):
        try:
            return super().clean()
        except (ValidationError, DatabaseError):
            raise
        except Exception as error:
            raise _wrong_code(error) from error
