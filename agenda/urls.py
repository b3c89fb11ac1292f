"""Addresses of the common work."""

from django.urls import path

from agenda.steering import views as steering
from agenda.work import views as work

urlpatterns = [
    path("agenda/", work.agenda, name="agenda"),
    path("agenda/new/", work.new_item, name="new_agenda_item"),
    path("agenda/<int:number>/", work.item, name="agenda_item"),
    path("agenda/<int:number>/edit/", work.edit_item, name="edit_agenda_item"),
    path("agenda/<int:number>/progress/", work.progress, name="agenda_progress"),
    path("agenda/<int:number>/contributions/<slug:slug>/", work.contribution, name="contribution"),
    path("steering/", steering.steering, name="steering"),
]
