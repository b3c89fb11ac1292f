"""Where a command is about: an organisation by its slug, a library of it, or the cooperation itself."""

from django.core.management.base import CommandError

from tenants.context import NoOrganisation, common_organisation
from tenants.models import Library, Organisation


def place_of(organisation: str | None, library: str | None = None) -> tuple[Organisation, Library | None]:
    """Return the organisation of that slug (without one, the row of the common host) and the library of that slug.

    Raises CommandError, with what to do, for what is not there.
    """
    try:
        found = common_organisation()
    except NoOrganisation as error:
        raise CommandError("the database is empty: run `upgrade` first") from error
    if organisation:
        found = Organisation.objects.taking_part().filter(slug=organisation).first()
        if found is None:
            raise CommandError(f"there is no organisation {organisation} that takes part")
    if not library:
        return found, None
    at = Library.objects.current().filter(organisation=found, slug=library).first()
    if at is None:
        raise CommandError(f"{found.name} has no library {library}")
    return found, at
