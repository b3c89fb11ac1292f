"""Libraries of the organisation, for who files or filters."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query

from tenants.libraries.queries import identified, libraries_visible_to, living_by_isil, told
from tenants.models import Library, Location
from tenants.web.shapes import In, Out, router_of

router = router_of("libraries")

Code = Annotated[str | None, Field(description="What the library system itself calls it.")]
IsilCode = Annotated[str | None, Field(description="ISIL (ISO 15511): given once, never changed or given to another.")]


class LocationOut(Out):
    """A place where a library serves."""

    slug: str
    name: str
    kind: Annotated[str, Field(json_schema_extra={"enum": Location.Kind.values})]
    isil: IsilCode
    platform_code: Code


class LibraryOut(Out):
    """A library with the locations that are in use."""

    slug: str
    name: str
    isil: IsilCode
    former_isils: Annotated[list[str], Field(description="Of the libraries that merged into this one.")]
    kvk: Annotated[str | None, Field(description="Number at the Chamber of Commerce.")]
    platform: Annotated[str, Field(description="Slug of its library system.")]
    platform_code: Code
    locations: list[LocationOut]


class LibrariesOut(Out):
    """Libraries, by name."""

    items: list[LibraryOut]


class Filters(In):
    """Parameters of the list."""

    identifier: Annotated[
        str,
        Field(
            max_length=50,
            description="Slug, ISIL, KvK number or code in the library system, of the library or one of its locations."
            " The ISIL of a library that merged finds the one that it went on in.",
        ),
    ] = ""


@router.get("/libraries", response=LibrariesOut)
def list_libraries(request: HttpRequest, filters: Query[Filters]):
    """Libraries you may name, with their locations."""
    libraries = libraries_visible_to(request.standing)
    if filters.identifier:
        living = living_by_isil(libraries, filters.identifier)
        libraries = libraries.filter(pk=living.pk) if living else identified(libraries, filters.identifier)
    return {"items": [_library(one) for one in told(libraries)]}


def _library(library: Library) -> dict[str, object]:
    return {
        "slug": library.slug,
        "name": library.name,
        "isil": library.isil_code or None,
        "former_isils": [one.isil_code for one in library.forerunners if one.isil_code],
        "kvk": library.kvk or None,
        "platform": library.platform.slug,
        "platform_code": library.code or None,
        "locations": [_location(one) for one in library.locations.all()],
    }


def _location(location: Location) -> dict[str, object]:
    return {
        "slug": location.slug,
        "name": location.name,
        "kind": location.kind,
        "isil": location.isil_code or None,
        "platform_code": location.code or None,
    }
