"""Addresses about organisations, on the common host, for the platform administrator."""

from django.urls import path

from tenants.organisations import views

ONE = "platform/organisations/<slug:slug>/"

platform_urls = [
    path("platform/organisations/", views.organisations, name="platform_organisations"),
    path(ONE, views.organisation, name="platform_organisation"),
    path(f"{ONE}make/", views.make_organisation, name="make_organisation"),
    path(f"{ONE}days/", views.organisation_days, name="organisation_days"),
    path(f"{ONE}administrator/", views.invite_administrator, name="invite_administrator"),
    path(f"{ONE}hosts/", views.organisation_hosts, name="organisation_hosts"),
    path(f"{ONE}hosts/<int:pk>/first/", views.first_host, name="first_host"),
    path(f"{ONE}hosts/<int:pk>/remove/", views.remove_host, name="remove_host"),
]
