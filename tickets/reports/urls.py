"""Addresses of reports."""

from django.urls import path

from tickets.reports import views

urlpatterns = [
    path("reports/promises/", views.promises, name="promises_report"),
    path("reports/promises/csv/", views.promises_file, {"form": "csv"}, name="promises_csv"),
    path("reports/promises/xlsx/", views.promises_file, {"form": "xlsx"}, name="promises_xlsx"),
]
