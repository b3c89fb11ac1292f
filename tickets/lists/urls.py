"""Addresses of lists of tickets."""

from django.urls import path

from tickets.lists import views

urlpatterns = [
    path("tickets/", views.tickets, name="tickets"),
    path("tickets/pane/", views.pane, name="ticket_pane"),
    path("tickets/<str:number>/next/", views.beside, {"step": 1}, name="next_ticket"),
    path("tickets/<str:number>/messages/next/", views.answer_and_next, name="answer_and_next"),
    path("tickets/<str:number>/previous/", views.beside, {"step": -1}, name="previous_ticket"),
]
