"""Addresses of proposals."""

from django.urls import path

from tickets.proposals import views

urlpatterns = [
    path("proposals/", views.explained, name="proposals"),
    path("proposals/typed/", views.typed, name="typed_proposals"),
    path("proposals/tickets/<str:number>/", views.of_ticket, name="ticket_proposals"),
]
