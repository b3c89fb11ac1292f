"""Addresses of the desk, room by room."""

from tickets.agreements.urls import urlpatterns as agreements
from tickets.calendars.urls import urlpatterns as calendars
from tickets.clocks.urls import urlpatterns as clocks
from tickets.contracts.urls import urlpatterns as contracts
from tickets.desk.urls import urlpatterns as desk
from tickets.guests.urls import urlpatterns as guests
from tickets.lists.urls import urlpatterns as lists
from tickets.proposals.urls import urlpatterns as proposals
from tickets.reports.urls import urlpatterns as reports
from tickets.search.urls import urlpatterns as search
from tickets.warnings.urls import urlpatterns as warnings

urlpatterns = [
    *lists,
    *search,
    *proposals,
    *desk,
    *guests,
    *calendars,
    *agreements,
    *contracts,
    *clocks,
    *reports,
    *warnings,
]
