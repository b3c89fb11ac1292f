"""Changing the settings of an organisation."""

from django.db import transaction

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import Organisation
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.settings.models import OrganisationSettings


@transaction.atomic
def change_settings(*, organisation: Organisation, values: dict[str, object], by: Actor) -> OrganisationSettings:
    """Set the given fields (None or empty: the cooperation's default) and record what changed.

    Raises NotAllowed for anyone but an administrator of this organisation.
    """
    if not by.may_at(organisation, Permission.SETTINGS_CHANGE):
        raise NotAllowed
    own, _ = OrganisationSettings.objects.select_for_update().get_or_create(organisation=organisation)
    changed = {}
    for name, value in values.items():
        before = getattr(own, name)
        if before != value:
            changed[name] = [before, value]
            setattr(own, name, value)
    if changed:
        own.save()
        record(action="settings.changed", by=by, organisation=organisation, changes=changed)
    return own
