"""The forms of allauth that change how one signs in, with a choice for one's API tokens."""

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.forms import DeactivateTOTPForm as AllauthDeactivateTOTPForm
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import ApiToken
from tenants.signin.keys import AddForm

KEEP = "keep_tokens"


class KeepTokens:
    """Adds the choice to a form with a `user`, for whoever has tokens; not chosen, they all end."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        user = getattr(self, "user", None)
        if user is not None and ApiToken.objects.in_force(timezone.now()).filter(person=user).exists():
            self.fields[KEEP] = forms.BooleanField(
                label=_("Keep my API tokens"),
                required=False,
                help_text=_("Not chosen, they all end now. Choose it only if nobody else can know them."),
            )


class ChangePasswordForm(KeepTokens, AllauthChangePasswordForm):
    """Change one's password."""


class ResetPasswordKeyForm(KeepTokens, AllauthResetPasswordKeyForm):
    """Choose a new password by a link that was mailed."""


class ActivateTOTPForm(KeepTokens, AllauthActivateTOTPForm):
    """Add an authenticator app."""


class DeactivateTOTPForm(KeepTokens, AllauthDeactivateTOTPForm):
    """Take the authenticator app away."""


class AddWebAuthnForm(KeepTokens, AddForm):
    """Add a security key."""
