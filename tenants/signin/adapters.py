"""How allauth behaves here: sign-up closed, keys good on every host, wrong passwords counted over all of them."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from tenants.access import hosts_of
from tenants.organisations.queries import address_of, is_own_address
from tenants.signin.access import person_vouched_for
from tenants.signin.actions import choose_password
from tenants.signin.keys import NO_FIT


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; who has an account was invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _(
            "This address and this password do not belong together. Look at both, and try again."
        ),
        "enter_current_password": _("This is not the password you had until now."),
        "incorrect_password": _("This is not your password."),
        "rate_limited": _("Wait a moment: this went too often in a row."),
        "too_many_login_attempts": _("Too many attempts went wrong. Try again in a few minutes."),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """Return allauth's steps between our first and last."""
        return ["tenants.signin.stages.Began", *super().get_login_stages(), "tenants.signin.stages.Unchanged"]

    def _get_login_attempts_cache_key(self, request, **credentials) -> str:
        """Count wrong passwords per address over all hosts; allauth's own key counts each host apart."""
        return str(credentials.get("email") or credentials.get("username") or "").strip().lower()

    def set_password(self, user, password: str) -> None:
        """Keep a new password; allauth would write the whole row as it was when the request began."""
        choose_password(person=user, password=password)

    def is_safe_url(self, url: str) -> bool:
        """Only addresses on the host that is asked or another of ours; a next= to anywhere else is ignored."""
        on_this_host = bool(url) and url.startswith("/") and not url.startswith(("//", "/\\"))
        if not on_this_host:
            return is_own_address(url or "")
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_login_redirect_url(self, request) -> str:
        """Return where one begins who asked for no page: on their one host; with several, or none, on this one."""
        hosts = hosts_of(request.user)
        if len(hosts) == 1 and hosts[0] != request.organisation:
            return address_of(hosts[0])
        return super().get_login_redirect_url(request)

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """Keep allauth's texts about the account, without the e-mail address in them."""
        if message_template in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            return
        super().add_message(request, level, message_template, message_context, extra_tags, message)


class MFAAdapter(DefaultMFAAdapter):
    """Security keys belong to the domain, so that a key made on one host works on all of them."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("This second step cannot be switched off."),
        "cannot_generate_recovery_codes": _("Recovery codes are made once a second step is on."),
        "incorrect_code": _("This code is not right. Type the one that the app shows now."),
        "incorrect_key": NO_FIT,
        "rate_limited": _("Wait a moment: this went too often in a row."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": settings.DOMAIN, "name": "Samenbeheer"}

    def _get_site_name(self) -> str:
        return "Samenbeheer"


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A sign-in by OpenID Connect finds the invited person by their verified address, and makes nobody."""

    def pre_social_login(self, request, sociallogin) -> None:
        """Let in whoever has an account; nobody ties a second account to the one they are signed in with."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise PermissionDenied
        if sociallogin.is_existing:
            return
        verified = [one.email for one in sociallogin.email_addresses if one.verified in (True, "true")]
        person = person_vouched_for(verified)
        if person is not None:
            sociallogin.connect(request, person)
