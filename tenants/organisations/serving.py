"""Verbs on when and where an organisation is served: its first and last day, and its host names."""

import re
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import Domain, Organisation
from tenants.refusals import Conflict
from tenants.roles import Permission

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def usual_host(slug: str) -> str:
    """Return the host name that an organisation gets when it is made."""
    return f"{slug}.{settings.DOMAIN}"


@transaction.atomic
def set_days(*, organisation: Organisation, from_on: date, until_on: date | None, by: Actor) -> Organisation:
    """Let an organisation take part from `from_on` up to and including `until_on` (None: without end).

    Nothing of it is deleted: from the day after the last, its hosts answer nobody. Raises ValidationError for an end
    before the beginning, NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if until_on is not None and until_on < from_on:
        raise ValidationError({"until_on": _("This is before the day on which it begins.")})
    before, after = (locked.from_on, locked.until_on), (from_on, until_on)
    if before != after:
        locked.from_on, locked.until_on = after
        locked.save(update_fields=["from_on", "until_on"])
        told = [[str(day) if day else "" for day in days] for days in (before, after)]
        record(
            action="organisation.days", by=by, organisation=locked, object=locked.slug, before=told[0], after=told[1]
        )
    return locked


@transaction.atomic
def add_host(*, organisation: Organisation, domain: str, by: Actor) -> Domain:
    """Serve an organisation on one more host name, one level below ours; one it has already is returned as it is.

    Raises ValidationError for a name that is not below ours or that another has, NotAllowed for anyone but a platform
    administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    _locked(organisation)
    name = domain.strip().lower().rstrip(".")
    label = name.removesuffix(f".{settings.DOMAIN}")
    if label == name or not LABEL.fullmatch(label):
        example = {"example": f"naam.{settings.DOMAIN}"}
        raise ValidationError({"domain": _("Use a host name such as %(example)s.") % example})
    found = Domain.objects.filter(domain=name).first()
    if found is not None and found.tenant_id != organisation.pk:
        raise ValidationError({"domain": _("This host name is in use.")})
    if found is None:
        # bulk_create: the save of django-tenants would make the first host of the others
        (found,) = Domain.objects.bulk_create([Domain(domain=name, tenant=organisation, is_primary=False)])
        record(action="host.added", by=by, organisation=organisation, object=name)
    return found


@transaction.atomic
def make_first(*, host: Domain, by: Actor) -> None:
    """Let links in mails and menus go to this host of its organisation.

    Raises Conflict when it was taken away meanwhile, NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    _locked(host.tenant)
    mine = Domain.objects.filter(tenant=host.tenant)
    if not mine.filter(pk=host.pk).exists():
        raise Conflict(_("This host was taken away meanwhile."))
    if not mine.filter(pk=host.pk, is_primary=True).exists():
        mine.exclude(pk=host.pk).update(is_primary=False)
        mine.filter(pk=host.pk).update(is_primary=True)
        record(action="host.first", by=by, organisation=host.tenant, object=host.domain)


@transaction.atomic
def remove_host(*, host: Domain, by: Actor) -> None:
    """Serve an organisation on this host no longer; taken away twice is taken away once.

    Raises Conflict for its first host, to which its links go, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    _locked(host.tenant)
    found = Domain.objects.filter(pk=host.pk).first()
    if found is None:
        return
    if found.is_primary:
        raise Conflict(_("The links in mails go to this host. Make another one the first before you take it away."))
    Domain.objects.filter(pk=host.pk).delete()
    record(action="host.removed", by=by, organisation=host.tenant, object=host.domain)


def _locked(organisation: Organisation) -> None:
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
