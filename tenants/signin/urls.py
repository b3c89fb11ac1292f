"""Addresses of signing in. What we do not offer (sign-up, changing the address) is 404."""

import logging
from functools import wraps

from allauth.account import views as account
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import include, path, re_path
from requests import RequestException

from tenants.signin.views import ReauthenticateByKey

logger = logging.getLogger(__name__)


def closed(request, *args, **kwargs):
    """Not offered here."""
    raise Http404


def reachable(view):
    """Wrap a view that asks a provider of sign-in: when that one is away or answers nonsense, say so in our words."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except (RequestException, KeyError, ValueError) as error:
            logger.warning("the provider of sign-in does not answer as it should: %r", error)
            return render(request, "socialaccount/authentication_error.html", status=502)

    return wrapped


account_urls = [
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("confirm-email/", closed, name="account_email_verification_sent"),
    path("confirm-email/<str:key>/", closed, name="account_confirm_email"),
    path("password/set/", closed, name="account_set_password"),
    path("login/", account.login, name="account_login"),
    path("login/code/confirm/", closed, name="account_confirm_login_code"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/webauthn/reauthenticate/", ReauthenticateByKey.as_view(), name="mfa_reauthenticate_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
]
# With OIDC_SERVER_URL: signing in elsewhere. Who was not invited stays outside; connecting by hand is not offered.
if settings.SOCIALACCOUNT_PROVIDERS:
    account_urls += [
        path("social/signup/", closed, name="socialaccount_signup"),
        path("social/", closed, name="socialaccount_connections"),
        path("social/", include("allauth.socialaccount.urls")),
        path("oidc/<str:provider_id>/login/", reachable(openid_connect.login), name="openid_connect_login"),
        path(
            "oidc/<str:provider_id>/login/callback/", reachable(openid_connect.callback), name="openid_connect_callback"
        ),
    ]
