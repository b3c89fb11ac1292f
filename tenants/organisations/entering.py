"""Verbs on what is said of an organisation once it is there, and on the provinces that organisations work in."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.entered import Entered, entered, refuse_slug
from tenants.models import Organisation, Province
from tenants.roles import Permission


@transaction.atomic
def change_organisation(*, organisation: Organisation, changes: Mapping[str, Any], by: Actor) -> Entered[Organisation]:
    """Change the name or KvK number (`kvk`) of an organisation; what is not named stays.

    Raises ValidationError by field, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    done = entered(locked, {name: changes[name] for name in ("name", "kvk") if name in changes})
    if done.changes:
        told = {name: list(both) for name, both in done.changes.items()}
        record(action="organisation.changed", by=by, organisation=locked, object=locked.slug, changes=told)
    return done


@transaction.atomic
def enter_province(
    *, slug: str, changes: Mapping[str, Any], organisations: Collection[Organisation] | None = None, by: Actor
) -> Entered[Province]:
    """Make the province `slug`, or change its name; `organisations` are those that work in it, None leaves them.

    Raises ValidationError by field, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    refuse_slug(slug)
    found = Province.objects.select_for_update(no_key=True).filter(slug=slug).first()
    done = entered(found or Province(slug=slug), changes, needed=["name"])
    if organisations is not None:
        done.set_of("organisations", organisations)
    if done.made or done.changes:
        told = {name: list(both) for name, both in done.changes.items()}
        record(action=f"province.{'made' if done.made else 'changed'}", by=by, object=slug, changes=told)
    return done
