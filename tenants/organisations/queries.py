"""Questions about organisations and their hosts."""

import re

from django.conf import settings
from django.db.models import Q

from tenants.models import COMMON_SCHEMA, Domain, Organisation

OWN = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]+)?/")


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


def is_own_address(url: str) -> bool:
    """Is `url` on the host of an organisation that takes part, or on the common one, as `address_of` writes it?"""
    found = OWN.match(url)
    if not found or found[0] != f"{origin(found[1])}/" or not url.isprintable():
        return False
    open_now = Q(tenant__in=Organisation.objects.taking_part()) | Q(tenant__schema_name=COMMON_SCHEMA)
    return Domain.objects.filter(open_now, domain=found[1]).exists()


def new_host_of(organisation: Organisation) -> str:
    """Return the primary host name of `organisation`, without port; nothing where it has none."""
    hosts = Domain.objects.filter(tenant=organisation).order_by("-is_primary", "pk")
    return hosts.values_list("domain", flat=True).first() or ""


def by_slug(slug: str) -> Organisation | None:
    """Return the organisation with this slug, ready or not, ended or not; never the row of the common host."""
    return Organisation.objects.exclude(schema_name=COMMON_SCHEMA).filter(slug=slug).first()


def begun() -> list[Organisation]:
    """Return the organisations that were begun and are not made yet, by name."""
    return list(Organisation.objects.exclude(schema_name=COMMON_SCHEMA).filter(ready=False))


def common_row() -> Organisation:
    """Return the row of the common host without leaving the schema entered (search_path always ends in public)."""
    return Organisation.objects.get(schema_name=COMMON_SCHEMA)
