"""Addresses of finding."""

from django.urls import path

from tickets.search import views

urlpatterns = [path("palette/", views.palette, name="palette")]
