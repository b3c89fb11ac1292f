"""Addresses on the common host."""

from django.urls import include, path

from config.contract import common_addresses
from config.look import errors, parts, views
from tenants.signin.urls import account_urls
from tenants.urls import account_urls as invitation_urls
from tenants.urls import own_urls, platform_urls

urlpatterns = [
    path("", views.start_common, name="start"),
    path("account/", include(account_urls)),
    path("account/", include(invitation_urls)),
    path("api/v1/", common_addresses),
    path("language/", views.set_language, name="set_language"),
    path("theme/<str:colour>.css", views.theme, name="theme"),
    path("demo/mail/", views.demo_mail, name="demo_mail"),
    path("look/", parts.parts, name="parts"),
    path("empty/", views.empty, name="empty"),
    path("", include(own_urls)),
    path("", include(platform_urls)),
    path("", include("agenda.urls")),
]
handler400, handler403, handler404, handler500 = (
    errors.bad_request,
    errors.forbidden,
    errors.not_found,
    errors.server_error,
)
handler429 = errors.too_many
