"""Contents: addresses of the common work, room by room."""

from agenda.steering.urls import urlpatterns as steering
from agenda.work.urls import urlpatterns as work

urlpatterns = [*work, *steering]
