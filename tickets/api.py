"""The API of one organisation's desk, room by room."""

from tickets.desk import api as desk
from tickets.lists import api as lists
from tickets.router import router

__all__ = ["desk", "lists", "router"]
