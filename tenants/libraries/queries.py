"""Questions about libraries."""

from tenants.access import Standing
from tenants.models import Library
from tenants.roles import Permission


def libraries_visible_to(standing: Standing):
    """Return the current libraries a person may name on this host: all of them for staff, else their own."""
    libraries = Library.objects.current().filter(organisation=standing.organisation)
    if standing.is_staff or standing.may(Permission.PEOPLE_MANAGE):
        return libraries
    return libraries.filter(pk__in=standing.library_ids)
