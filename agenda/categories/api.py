"""The common tree of categories in the API; served on every host."""

from django.http import HttpRequest

from agenda.categories.queries import leaves
from tenants.web.shapes import Out, router_of

router = router_of("categories")


class CategoryOut(Out):
    code: str
    name: str


class CategoriesOut(Out):
    items: list[CategoryOut]


@router.get("/categories", response=CategoriesOut)
def list_categories(request: HttpRequest):
    """The leaves of the common tree that are in force."""
    return {"items": list(leaves())}
