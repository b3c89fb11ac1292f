"""The API of one organisation's desk, room by room."""

from django.http import HttpRequest

from agenda.categories.queries import leaves
from tenants.web.shapes import Out
from tickets.desk import api as desk
from tickets.lists import api as lists
from tickets.router import router
from tickets.shapes import CategoryOut

__all__ = ["desk", "lists", "router"]


class CategoriesOut(Out):
    items: list[CategoryOut]


@router.get("/categories", response=CategoriesOut)
def list_categories(request: HttpRequest):
    """The leaves of the common tree that are in force."""
    return {"items": list(leaves())}
