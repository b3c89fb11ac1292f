"""Contents: addresses of the common work, room by room."""

from agenda.begin.urls import urlpatterns as begin
from agenda.categories.urls import urlpatterns as categories
from agenda.steering.urls import urlpatterns as steering
from agenda.work.urls import urlpatterns as work

urlpatterns = [*work, *steering, *begin, *categories]
