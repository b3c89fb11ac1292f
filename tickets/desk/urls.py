"""Addresses of one ticket."""

from django.urls import path

from tickets.desk import caller, edit_pages, file_pages, parts, views

urlpatterns = [
    path("tickets/new/", views.new_ticket, name="new_ticket"),
    path("tickets/new/callers/", caller.offered, name="callers"),
    path("tickets/preview/", views.preview, name="ticket_preview"),
    path("tickets/<str:number>/", views.ticket, name="ticket"),
    path("tickets/<str:number>/news/", views.news, name="ticket_news"),
    path("tickets/<str:number>/messages/", views.answer, name="ticket_answer"),
    path("tickets/<str:number>/transitions/", views.move, name="ticket_move"),
    path("tickets/<str:number>/pick-up/", views.pick_up, name="ticket_pick_up"),
    path("tickets/<str:number>/edit/", edit_pages.edit, name="ticket_edit"),
    path("tickets/<str:number>/attachments/<str:key>/", file_pages.attachment, name="ticket_attachment"),
    path("tickets/<str:number>/attachments/<str:key>/picture/", file_pages.picture, name="ticket_picture"),
    path("tickets/<str:number>/pictures/<str:key>/", file_pages.picture_page, name="ticket_picture_page"),
    path("tickets/<str:number>/parts/<str:part>/", parts.part, name="ticket_part"),
    path("tickets/<str:number>/undo/", parts.undo, name="undo_ticket"),
    path("libraries/", views.libraries, name="libraries"),
]
