"""The API of one organisation's desk, room by room."""

from tickets.agreements import api as agreements
from tickets.calendars import api as calendars
from tickets.clocks import api as clocks
from tickets.contracts import api as contracts
from tickets.desk import api as desk
from tickets.lists import api as lists
from tickets.router import router

__all__ = ["agreements", "calendars", "clocks", "contracts", "desk", "lists", "router"]
