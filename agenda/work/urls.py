"""Addresses of the work agenda."""

from django.urls import path

from agenda.work import frameworks_pages, views

urlpatterns = [
    path("agenda/", views.agenda, name="agenda"),
    path("agenda/new/", views.new_item, name="new_agenda_item"),
    path("agenda/<int:number>/", views.item, name="agenda_item"),
    path("agenda/<int:number>/edit/", views.edit_item, name="edit_agenda_item"),
    path("agenda/<int:number>/progress/", views.progress, name="agenda_progress"),
    path("agenda/<int:number>/contributions/<slug:slug>/", views.contribution, name="contribution"),
    path("platform/frameworks/", frameworks_pages.frameworks, name="platform_frameworks"),
    path("platform/frameworks/<int:pk>/", frameworks_pages.framework, name="platform_framework"),
    path("platform/frameworks/<int:pk>/goals/", frameworks_pages.goals, name="framework_goals"),
]
