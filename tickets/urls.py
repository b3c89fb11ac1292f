"""Addresses of the desk, room by room."""

from tickets.desk.urls import urlpatterns as desk
from tickets.lists.urls import urlpatterns as lists

urlpatterns = [*lists, *desk]
