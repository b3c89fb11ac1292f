"""Addresses about one's own API tokens."""

from django.urls import path

from tenants.tokens import views

urlpatterns = [
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<int:pk>/end/", views.end_token, name="end_token"),
]
