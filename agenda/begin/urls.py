"""Address of the first page of the platform administrator."""

from django.urls import path

from agenda.begin import views

urlpatterns = [path("platform/", views.begin, name="platform")]
