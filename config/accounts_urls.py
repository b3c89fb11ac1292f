"""Addresses of signing in. What we do not offer (sign-up, changing the address) is 404."""

from allauth.account import views as account
from django.conf import settings
from django.http import Http404
from django.urls import include, path, re_path


def closed(request, *args, **kwargs):
    """Not offered here."""
    raise Http404


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
    path("2fa/", include("allauth.mfa.urls")),
]
# With OIDC_SERVER_URL: signing in elsewhere. Who was not invited stays outside; connecting by hand is not offered.
if settings.SOCIALACCOUNT_PROVIDERS:
    account_urls += [
        path("social/signup/", closed, name="socialaccount_signup"),
        path("social/", closed, name="socialaccount_connections"),
        path("social/", include("allauth.socialaccount.urls")),
        path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    ]
