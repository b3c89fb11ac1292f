"""Addresses on the host of an organisation."""

from django.urls import include, path

from config.contract import organisation_addresses
from config.look import errors, parts, views
from tenants.signin.urls import account_urls

urlpatterns = [
    path("", views.start, name="start"),
    path("account/", include(account_urls)),
    path("api/v1/", organisation_addresses),
    path("language/", views.set_language, name="set_language"),
    path("theme/<str:colour>.css", views.theme, name="theme"),
    path("demo/mail/", views.demo_mail, name="demo_mail"),
    path("look/", parts.parts, name="parts"),
    path("empty/", views.empty, name="empty"),
    path("", include("tenants.urls")),
    path("", include("tickets.urls")),
]
handler400, handler403, handler404, handler500 = (
    errors.bad_request,
    errors.forbidden,
    errors.not_found,
    errors.server_error,
)
handler429 = errors.too_many
