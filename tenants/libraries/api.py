"""Libraries of the organisation, for who files or filters."""

from django.db.models import Prefetch
from django.http import HttpRequest

from tenants.libraries.queries import libraries_visible_to
from tenants.models import Location
from tenants.web.shapes import Out, router_of

router = router_of("libraries")


class LocationOut(Out):
    """A branch or service point."""

    slug: str
    name: str


class LibraryOut(Out):
    """A library with the locations that are in use."""

    slug: str
    name: str
    locations: list[LocationOut]


class LibrariesOut(Out):
    """Libraries, by name."""

    items: list[LibraryOut]


@router.get("/libraries", response=LibrariesOut)
def list_libraries(request: HttpRequest):
    """Libraries you may name, with their locations."""
    places = Prefetch("locations", Location.objects.current())
    return {
        "items": [
            {
                "slug": library.slug,
                "name": library.name,
                "locations": [{"slug": one.slug, "name": one.name} for one in library.locations.all()],
            }
            for library in libraries_visible_to(request.standing).prefetch_related(places)
        ]
    }
