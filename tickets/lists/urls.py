"""Addresses of lists of tickets."""

from django.urls import path

from tickets.lists import views

urlpatterns = [
    path("tickets/", views.tickets, name="tickets"),
    path("tickets/pane/", views.pane, name="ticket_pane"),
]
