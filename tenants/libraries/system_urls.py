"""Addresses about library systems, on the common host, for the platform administrator."""

from django.urls import path

from tenants.libraries import systems

platform_urls = [
    path("platform/systems/", systems.systems, name="platform_systems"),
    path("platform/systems/<slug:slug>/", systems.system, name="platform_system"),
]
