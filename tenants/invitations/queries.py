"""Questions about invitations."""

from django.utils import timezone

from tenants.access import Standing
from tenants.models import Invitation
from tenants.roles import LibraryRole, Permission


def waiting_for_answer(standing: Standing):
    """Return the open invitations that a person may take back here: of the organisation, or of their own library."""
    rows = (
        Invitation.objects.open(timezone.now())
        .filter(organisation=standing.organisation)
        .select_related("library", "organisation")
    )
    if standing.may(Permission.PEOPLE_MANAGE):
        return rows
    if standing.may(Permission.COLLEAGUES_MANAGE):
        return rows.filter(library__in=standing.key_user_library_ids, role=LibraryRole.COLLEAGUE)
    return rows.none()
