"""Questions about who takes part."""

from django.conf import settings

from tenants.access import Standing
from tenants.models import Domain, Library, Organisation
from tenants.roles import Permission


def host_of(organisation: Organisation) -> str:
    """Return the primary host name of `organisation`, without port."""
    return Domain.objects.filter(tenant=organisation).order_by("-is_primary", "pk").values_list("domain", flat=True)[0]


def address_of(organisation: Organisation, path: str = "/") -> str:
    """Return the full address of `path` on the host of `organisation`, with scheme and port."""
    return f"{origin(host_of(organisation))}{path}"


def origin(host: str) -> str:
    """Return scheme, host and port (left out where it is the scheme's own)."""
    scheme = "https" if settings.HTTPS else "http"
    usual = 443 if settings.HTTPS else 80
    port = "" if usual == settings.PUBLIC_PORT else f":{settings.PUBLIC_PORT}"
    return f"{scheme}://{host}{port}"


def libraries_visible_to(standing: Standing):
    """Return the current libraries a person may name on this host: all of them for staff, else their own."""
    libraries = Library.objects.current().filter(organisation=standing.organisation)
    if standing.is_staff or standing.may(Permission.PEOPLE_MANAGE):
        return libraries
    return libraries.filter(pk__in=standing.library_ids)
