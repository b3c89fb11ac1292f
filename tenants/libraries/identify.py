"""Verbs on identifiers: the ISIL, that is given once, and the code that a library system has for what it serves."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.identifiers import as_isil, institution_isil, location_isil
from tenants.models import Isil, Library, Location, Organisation, PlatformCode
from tenants.roles import Permission

CODE_MAX = 40


@transaction.atomic
def give_isil(*, value: str, to: Organisation | Library | Location, by: Actor) -> bool:
    """Give `to` its ISIL, and return whether that is new; the one it has already is left.

    Raises ValidationError for a value of another form, for another than the one it has (an ISIL is never changed) and
    for one that anything else has or had (it is never used again); NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    value = as_isil(value)
    owner = _owner(to)
    (location_isil if owner == "location" else institution_isil)(value)
    own = Isil.objects.filter(**{owner: to}).first()
    if own is not None and own.value != value:
        raise ValidationError(
            _("It has %(isil)s, and an ISIL is never changed once it is given.") % {"isil": own.value}
        )
    if own is not None:
        return False
    try:
        with transaction.atomic():
            Isil.objects.create(value=value, **{owner: to})
    except IntegrityError:
        raise ValidationError(_taken(value)) from None
    record(action="isil.given", by=by, organisation=_organisation(to), object=value, to=f"{owner} {to.slug}")
    return True


def _taken(value: str) -> str:
    found = Isil.objects.select_related("organisation", "library", "location").filter(value=value).first()
    if found is None:
        return _("It was given another ISIL meanwhile.")
    return _("This is the ISIL of %(slug)s, and it is never given to another.") % {"slug": found.owner.slug}


@transaction.atomic
def give_platform_code(*, code: str, to: Library | Location, by: Actor) -> tuple[str, str] | None:
    """Say what the library system of `to` calls it; returns the code before and after, None where that is so already.

    The codes that other systems have for it stay. Raises ValidationError for a code of more than 40 characters or none,
    and for one that is another's in that system; NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    code = code.strip()
    if not code or len(code) > CODE_MAX or not code.isprintable():
        raise ValidationError(_("Use 1 to 40 characters."))
    owner = _owner(to)
    platform = to.library.platform if isinstance(to, Location) else to.platform
    own = PlatformCode.objects.select_for_update().filter(platform=platform, **{owner: to}).first()
    before = own.code if own else ""
    if before == code:
        return None
    row = own or PlatformCode(platform=platform, **{owner: to})
    row.code = code
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ValidationError(_("In %(platform)s this is the code of another.") % {"platform": platform.slug}) from None
    record(
        action="platform_code.given",
        by=by,
        organisation=_organisation(to),
        object=f"{owner} {to.slug}",
        platform=platform.slug,
        codes=[before, code],
    )
    return before, code


def _owner(to: Organisation | Library | Location) -> str:
    return {Organisation: "organisation", Library: "library", Location: "location"}[type(to)]


def _organisation(to: Organisation | Library | Location) -> Organisation:
    if isinstance(to, Organisation):
        return to
    return to.library.organisation if isinstance(to, Location) else to.organisation
