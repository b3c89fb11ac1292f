"""The forms of allauth that change how one signs in, with a choice for one's API tokens; mail goes by the outbox."""

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from allauth.mfa.totp.forms import DeactivateTOTPForm as AllauthDeactivateTOTPForm
from allauth.mfa.webauthn.forms import EditWebAuthnForm as AllauthEditWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
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


class Labelled:
    """Gives fields our labels and no words within them; the first can be typed in at once.

    After a mistake the summary, which stands before it, takes the focus.
    """

    LABELS: dict[str, object] = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number, (name, label) in enumerate(self.LABELS.items()):
            field = self.fields[name]  # type: ignore[attr-defined]
            field.label = label
            field.widget.attrs.pop("placeholder", None)
            if number == 0:
                field.widget.attrs["autofocus"] = True


CODE = {"code": _("Code from the app")}
NEW = {"password1": _("New password"), "password2": _("The same again")}


class LoginForm(Labelled, AllauthLoginForm):
    """Sign in with address and password."""

    LABELS = {"login": _("E-mail address"), "password": _("Password")}

    def clean(self):
        try:
            return super().clean()
        except ValidationError as error:
            if error.code != "email_password_mismatch":
                raise
            self.add_error("password", error)  # the address stays in the form, the password is asked again
        return self.cleaned_data


class ReauthenticateForm(Labelled, AllauthReauthenticateForm):
    """Prove with the password, once more, who one is."""

    LABELS = {"password": _("Password")}


class CodeForm(Labelled):
    """Asks for a code of six digits, or one to recover with."""

    LABELS = CODE

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.help_text = _("Or one of your recovery codes.")


class AuthenticateForm(CodeForm, AllauthAuthenticateForm):
    """The second step of signing in."""


class ReauthenticateByCodeForm(CodeForm, AllauthReauthenticateByCodeForm):
    """Prove with a code, once more, who one is."""


class ChangePasswordForm(KeepTokens, Labelled, AllauthChangePasswordForm):
    """Change one's password."""

    LABELS = {"oldpassword": _("Your password until now"), **NEW}


class ResetPasswordForm(Labelled, AllauthResetPasswordForm):
    """Asks for the address and says the same whether it is known or not; the mail goes through the outbox."""

    LABELS = {"email": _("E-mail address")}

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


class ResetPasswordKeyForm(KeepTokens, Labelled, AllauthResetPasswordKeyForm):
    """Choose a new password by a link that was mailed."""

    LABELS = NEW


class ActivateTOTPForm(KeepTokens, Labelled, AllauthActivateTOTPForm):
    """Add an authenticator app."""

    LABELS = CODE


class DeactivateTOTPForm(KeepTokens, AllauthDeactivateTOTPForm):
    """Take the authenticator app away."""


class AddWebAuthnForm(KeepTokens, Labelled, AddForm):
    """Add a security key."""

    LABELS = {"name": _("Name of the key")}


class EditWebAuthnForm(Labelled, AllauthEditWebAuthnForm):
    """Give a security key another name."""

    LABELS = {"name": _("Name of the key")}
