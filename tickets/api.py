"""The API of one organisation's desk, room by room."""

from django.http import HttpRequest
from ninja import Schema

from agenda.categories.queries import leaves
from tenants.libraries.queries import libraries_visible_to
from tickets.desk import api as desk
from tickets.lists import api as lists
from tickets.router import router
from tickets.shapes import CategoryOut, NamedOut

__all__ = ["desk", "lists", "router"]


class LibraryOut(Schema):
    slug: str
    name: str
    locations: list[NamedOut]


@router.get("/libraries", response=list[LibraryOut])
def list_libraries(request: HttpRequest):
    """Libraries you may name, with their locations."""
    found = []
    for library in libraries_visible_to(request.standing).prefetch_related("locations"):
        places = [{"slug": one.slug, "name": one.name} for one in library.locations.all()]
        found.append({"slug": library.slug, "name": library.name, "locations": places})
    return found


@router.get("/categories", response=list[CategoryOut])
def list_categories(request: HttpRequest):
    """The leaves of the common tree that are in force."""
    return list(leaves())


class MeOut(Schema):
    name: str
    email: str
    organisation: str
    roles: list[str]
    permissions: list[str]
    libraries: list[str]


@router.get("/me", response=MeOut)
def get_me(request: HttpRequest):
    """Who you are here."""
    libraries = libraries_visible_to(request.standing).filter(pk__in=request.standing.library_ids)
    return {
        "name": request.user.name,
        "email": request.user.email,
        "organisation": request.organisation.slug,
        "roles": sorted(request.standing.roles),
        "permissions": sorted(request.standing.permissions),
        "libraries": [library.slug for library in libraries],
    }
