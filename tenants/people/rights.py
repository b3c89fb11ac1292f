"""Who may give and end which role: the table GIVES, at the place where the permission counts."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tenants.access import has_administrator
from tenants.actor import Actor
from tenants.models import Library, Organisation
from tenants.refusals import NotAllowed
from tenants.roles import GIVES, CooperationRole, OrganisationRole, Permission


def require_giving(by: Actor, role: str, *, organisation: Organisation, library: Library | None = None) -> None:
    """Raise NotAllowed unless `by` may give and end `role` in `organisation`, or at `library`."""
    if library is not None:
        allowed = library.organisation_id == organisation.pk and _may_at_library(by, role, organisation, library)
    else:
        allowed = _may_in_organisation(by, role, organisation)
    if not allowed:
        raise NotAllowed(role)


def require_seat(role: str, organisation: Organisation) -> None:
    """Raise ValidationError for a member of the steering group who sits there for nobody."""
    if role == CooperationRole.STEERING_MEMBER and organisation.is_common:
        raise ValidationError({"organisation": _("Choose the organisation that they sit for.")})


def _may_in_organisation(by: Actor, role: str, organisation: Organisation) -> bool:
    if role not in {*OrganisationRole.values, *CooperationRole.values}:
        return False
    if by.may_at(organisation, Permission.PEOPLE_MANAGE) and role in GIVES[Permission.PEOPLE_MANAGE]:
        return not organisation.is_common
    if not by.may(Permission.PLATFORM_MANAGE) or role not in GIVES[Permission.PLATFORM_MANAGE]:
        return False
    return role in CooperationRole.values or not has_administrator(organisation)


def _may_at_library(by: Actor, role: str, organisation: Organisation, library: Library) -> bool:
    if by.may_at(organisation, Permission.PEOPLE_MANAGE):
        return role in GIVES[Permission.PEOPLE_MANAGE] - set(OrganisationRole.values)
    return (
        by.may_at(organisation, Permission.COLLEAGUES_MANAGE)
        and role in GIVES[Permission.COLLEAGUES_MANAGE]
        and library.pk in by.key_user_library_ids
    )
