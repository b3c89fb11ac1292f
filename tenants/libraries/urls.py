"""Addresses about libraries."""

from django.urls import path

from tenants.libraries import views

urlpatterns = [path("libraries/<slug:slug>/", views.library, name="library")]
