"""Addresses about the clocks of a ticket."""

from django.urls import path

from tickets.clocks import views

urlpatterns = [path("tickets/<str:number>/clocks/", views.clocks, name="ticket_clocks")]
