"""Who the bearer of a token is, on the host that was asked."""

from django.http import HttpRequest

from tenants.libraries.queries import libraries_visible_to
from tenants.web.shapes import Out, router_of

router = router_of("people")


class MeOut(Out):
    """The person of the token. On the common host there is no organisation, and no library."""

    name: str
    email: str
    organisation: str | None
    roles: list[str]
    permissions: list[str]
    libraries: list[str]


@router.get("/me", response=MeOut)
def get_me(request: HttpRequest):
    """Who you are here: your roles and permissions, and the slugs of the libraries you belong to."""
    common = request.organisation.is_common
    libraries = libraries_visible_to(request.standing).filter(pk__in=request.standing.library_ids)
    return {
        "name": request.user.name,
        "email": request.user.email,
        "organisation": None if common else request.organisation.slug,
        "roles": sorted(request.standing.roles),
        "permissions": sorted(request.standing.permissions),
        "libraries": [] if common else [library.slug for library in libraries],
    }
