"""Questions about invitations."""

from django.db import models
from django.utils import timezone

from tenants.access import Standing
from tenants.models import Invitation, Library, Organisation
from tenants.roles import CooperationRole, LibraryRole, OrganisationRole, Permission


def waiting_for_answer(standing: Standing):
    """Return the open invitations that a person may take back here: of the organisation, or of their own library."""
    return _own(Invitation.objects.open(timezone.now()), standing)


def unanswered(standing: Standing):
    """Return the same and those that expired: who was invited here and neither accepted nor was taken back."""
    return _own(Invitation.objects.unanswered(), standing)


def _own(rows: models.QuerySet[Invitation], standing: Standing) -> models.QuerySet[Invitation]:
    rows = rows.filter(organisation=standing.organisation).select_related("library", "organisation")
    if standing.may(Permission.PEOPLE_MANAGE):
        return rows
    if standing.may(Permission.COLLEAGUES_MANAGE):
        return rows.filter(library__in=standing.key_user_library_ids, role=LibraryRole.COLLEAGUE)
    return rows.none()


def waiting_in_cooperation() -> models.QuerySet[Invitation]:
    """Return the open invitations for roles of the cooperation, which a platform administrator may take back."""
    rows = Invitation.objects.open(timezone.now()).select_related("organisation", "library")
    return rows.filter(role__in=CooperationRole.values)


def open_to(*, email: str, role: str, organisation: Organisation, library: Library | None = None) -> Invitation | None:
    """Return the invitation with which this address can take this role now, or None."""
    return (
        Invitation.objects.open(timezone.now())
        .filter(email=email.strip().lower(), role=role, organisation=organisation, library=library)
        .first()
    )


def administrators_invited() -> set[int]:
    """Return the keys of the organisations for which somebody is invited to be administrator."""
    rows = Invitation.objects.open(timezone.now()).filter(role=OrganisationRole.ADMINISTRATOR)
    return set(rows.values_list("organisation_id", flat=True))
