"""Forms of security keys. What a browser sends is a tree of bytes: one of an odd form is a wrong code and no more."""

import logging

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.db import Error as DatabaseError
from django.forms import Form, HiddenInput, JSONField
from django.forms.fields import InvalidJSONInput
from django.utils.translation import gettext_lazy as _

from tenants.web.bodies import whole_json

log = logging.getLogger("samenbeheer.signin")
NO_FIT = _("This security key did not fit. Try again, or take another way.")


def _wrong_code(error: Exception) -> ValidationError:
    """The readers of keys raise some twenty kinds (of CBOR, struct, signatures); to a person all mean the same."""
    log.info("a security key of an odd form: %s", type(error).__name__)
    return get_adapter().validation_error("incorrect_key")


def _about_a_key(error: ValidationError) -> ValidationError:
    """Return what is wrong in words about a key: of a key, too, allauth says that the code is wrong."""
    return get_adapter().validation_error("incorrect_key") if error.code == "incorrect_code" else error


class CredentialField(JSONField):
    """What the browser says of a key, as JSON."""

    def __init__(self):
        super().__init__(required=True, widget=HiddenInput, error_messages={"required": NO_FIT})

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
        except DatabaseError:
            raise
        except ValidationError as error:
            raise _about_a_key(error) from error
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
        except DatabaseError:
            raise
        except ValidationError as error:
            raise _about_a_key(error) from error
        except Exception as error:
            raise _wrong_code(error) from error
