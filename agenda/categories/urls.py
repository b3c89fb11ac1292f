"""Addresses about the common tree of categories."""

from django.urls import path

from agenda.categories import views

urlpatterns = [
    path("platform/categories/", views.categories, name="platform_categories"),
    path("platform/categories/<str:code>/", views.category, name="platform_category"),
    path("platform/categories/<str:code>/end/", views.end, name="end_category"),
]
