"""The forms of allauth that change how one signs in, with a choice for one's API tokens; mail goes by the outbox."""

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.forms import DeactivateTOTPForm as AllauthDeactivateTOTPForm
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import ApiToken, Person
from tenants.signin.actions import mail_password_reset
from tenants.signin.keys import AddForm

KEEP = "keep_tokens"
ASKED = "page_asked"  # in the session: where one was going before the password turned out to be forgotten


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


class LoginForm(AllauthLoginForm):
    """Sign in; one can type at once. After a mistake the summary, which stands before it, takes the focus."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True


class ChangePasswordForm(KeepTokens, AllauthChangePasswordForm):
    """Change one's password."""


class ResetPasswordForm(AllauthResetPasswordForm):
    """Asks for the address and says the same whether it is known or not; the mail goes through the outbox."""

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].strip().lower()
        self.users = list(Person.objects.filter(email=email, is_active=True))
        return email

    def save(self, request, **kwargs) -> str:
        for person in self.users:
            mail_password_reset(person)
        goal = get_next_redirect_url(request)
        if goal:
            request.session[ASKED] = request.build_absolute_uri(goal)
        return self.cleaned_data["email"]


class ResetPasswordKeyForm(KeepTokens, AllauthResetPasswordKeyForm):
    """Choose a new password by a link that was mailed."""


class ActivateTOTPForm(KeepTokens, AllauthActivateTOTPForm):
    """Add an authenticator app."""


class DeactivateTOTPForm(KeepTokens, AllauthDeactivateTOTPForm):
    """Take the authenticator app away."""


class AddWebAuthnForm(KeepTokens, AddForm):
    """Add a security key."""
