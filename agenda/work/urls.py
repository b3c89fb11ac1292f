"""Addresses of the work agenda."""

from django.urls import path

from agenda.work import views

urlpatterns = [
    path("agenda/", views.agenda, name="agenda"),
    path("agenda/new/", views.new_item, name="new_agenda_item"),
    path("agenda/<int:number>/", views.item, name="agenda_item"),
    path("agenda/<int:number>/edit/", views.edit_item, name="edit_agenda_item"),
    path("agenda/<int:number>/progress/", views.progress, name="agenda_progress"),
    path("agenda/<int:number>/contributions/<slug:slug>/", views.contribution, name="contribution"),
]
