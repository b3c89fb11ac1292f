"""Addresses about people and settings, on the host of an organisation."""

from django.urls import path

from tenants import views

own_urls = [
    path("me/", views.me, name="me"),
    path("me/shortcuts/", views.shortcuts, name="shortcuts"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<int:pk>/end/", views.end_token, name="end_token"),
]

urlpatterns = [
    *own_urls,
    path("people/", views.people, name="people"),
    path("people/roles/<int:pk>/end/", views.end_role, name="end_role"),
    path("people/library-roles/<int:pk>/end/", views.end_library_role, name="end_library_role"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("colleagues/<int:pk>/", views.colleague, name="colleague"),
    path("settings/", views.settings, name="settings"),
]
