"""Addresses about the calendars of an organisation."""

from django.urls import path

from tickets.calendars import views

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/closing/", views.close, name="close_on"),
    path("calendars/closing/<int:pk>/open/", views.open_day, name="open_again"),
    path("calendars/import/", views.import_days, name="import_days"),
    path("calendars/<slug:slug>/", views.calendar, name="calendar"),
    path("calendars/<slug:slug>/<int:pk>/withdraw/", views.withdraw, name="withdraw_hours"),
]
