"""Addresses of invitations; accepting one is done on the common host."""

from django.urls import path

from tenants.invitations import views

account_urls = [path("invitation/<str:key>/", views.invitation, name="account_invitation")]

urlpatterns = [
    path("people/invitations/<int:pk>/withdraw/", views.withdraw, name="withdraw_invitation"),
    path("people/invitations/<int:pk>/again/", views.again, name="invite_again"),
]
