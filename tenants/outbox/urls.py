"""Addresses about what waits in the outbox: of one organisation on its host, of all on the common host."""

from django.urls import path

from tenants.outbox import views

urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/send/", views.send_all, name="outbox_send_all"),
    path("outbox/<int:pk>/send/", views.send_again, name="outbox_send"),
    path("outbox/<int:pk>/drop/", views.drop, name="outbox_drop"),
]
platform_urls = [path(f"platform/{one.pattern}", one.callback, name=one.name) for one in urlpatterns]
