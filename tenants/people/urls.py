"""Addresses about people and roles."""

from django.urls import path

from tenants.people import cooperation, views

platform_urls = [
    path("platform/people/", cooperation.people, name="platform_people"),
    path("platform/people/<int:pk>/end/", cooperation.end_role, name="end_cooperation_role"),
    path("platform/people/invitations/<int:pk>/withdraw/", cooperation.withdraw, name="withdraw_for_cooperation"),
]

own_urls = [
    path("me/", views.me, name="me"),
    path("me/shortcuts/", views.shortcuts, name="shortcuts"),
    path("me/theme/", views.choose_theme, name="choose_theme"),
    path("me/rows/", views.rows, name="rows"),
]

urlpatterns = [
    *own_urls,
    path("people/", views.people, name="people"),
    path("people/roles/<int:pk>/end/", views.end_role, name="end_role"),
    path("people/guests/<int:pk>/end/", views.end_guest_role, name="end_guest_role"),
    path("people/library-roles/<int:pk>/end/", views.end_library_role, name="end_library_role"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("colleagues/<int:pk>/", views.colleague, name="colleague"),
]
