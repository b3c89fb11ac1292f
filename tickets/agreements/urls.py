"""Addresses about what is promised."""

from django.urls import path

from tickets.agreements import views

urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/which/", views.which_agreement, name="which_agreement"),
    path("agreements/<slug:slug>/", views.agreement, name="agreement"),
    path("agreements/<slug:slug>/end/", views.end, name="end_agreement"),
    path("agreements/<slug:slug>/<int:pk>/withdraw/", views.withdraw, name="withdraw_agreement"),
]
