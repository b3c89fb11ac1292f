"""Addresses of who elsewhere may see a ticket."""

from django.urls import path

from tickets.guests import views

urlpatterns = [
    path("tickets/<str:number>/guests/", views.guests, name="ticket_guests"),
    path("tickets/<str:number>/guests/<int:pk>/end/", views.end_guest, name="end_ticket_guest"),
]
