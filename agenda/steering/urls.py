"""Address of the overview of the steering group."""

from django.urls import path

from agenda.steering import views

urlpatterns = [path("steering/", views.steering, name="steering")]
