"""Addresses about the warnings that an organisation wants."""

from django.urls import path

from tickets.warnings import views

urlpatterns = [
    path("warnings/", views.warnings, name="warnings"),
    path("warnings/new/", views.new_warning, name="new_warning"),
    path("warnings/<int:pk>/", views.warning, name="warning"),
    path("warnings/<int:pk>/end/", views.end_warning, name="end_warning"),
]
