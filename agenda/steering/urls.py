"""Addresses of the overview of the steering group, and of its seats."""

from django.urls import path

from agenda.steering import behind, seats, views

urlpatterns = [
    path("steering/", views.steering, name="steering"),
    path("steering/figures/<slug:name>/", behind.figure, name="steering_figure"),
    path("platform/seats/", seats.seats, name="platform_seats"),
    path("platform/seats/<int:pk>/", seats.seat, name="platform_seat"),
]
