"""Changing the settings of an organisation."""

from django.db import transaction

from tenants.audit.actions import record
from tenants.models import Organisation, Person
from tenants.settings.models import OrganisationSettings


@transaction.atomic
def change_settings(
    *, organisation: Organisation, values: dict[str, object], by: Person, origin: str = ""
) -> OrganisationSettings:
    """Set the given fields (None or empty: the cooperation's default) and record what changed."""
    own, _ = OrganisationSettings.objects.select_for_update().get_or_create(organisation=organisation)
    changed = {}
    for name, value in values.items():
        before = getattr(own, name)
        if before != value:
            changed[name] = [before, value]
            setattr(own, name, value)
    if changed:
        own.save()
        record(action="settings.changed", by=by, organisation=organisation, origin=origin, changes=changed)
    return own
