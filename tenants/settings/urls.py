"""Addresses about settings."""

from django.urls import path

from tenants.settings import views

urlpatterns = [path("settings/", views.settings, name="settings")]
