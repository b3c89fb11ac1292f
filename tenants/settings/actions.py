"""Changing the settings of an organisation."""

from django.db import transaction

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import Organisation
from tenants.refusals import Clash, NotAllowed, Stale
from tenants.roles import Permission
from tenants.settings.models import OrganisationSettings
from tenants.settings.queries import CHANGED, changed_since, version_of


@transaction.atomic
def change_settings(
    *, organisation: Organisation, values: dict[str, object], by: Actor, base_version: int | None = None
) -> OrganisationSettings:
    """Set the given fields (None or empty: the cooperation's default) and record what changed.

    What somebody else changed since `base_version` (None: not asked) and comes as it was then, was not touched and
    stays. Raises Stale where it comes as something else, NotAllowed for anyone but an administrator of this
    organisation.
    """
    if not by.may_at(organisation, Permission.SETTINGS_CHANGE):
        raise NotAllowed
    own, _ = OrganisationSettings.objects.select_for_update().get_or_create(organisation=organisation)
    asked = {name: value for name, value in values.items() if value != getattr(own, name)}
    if base_version is not None:
        asked = _touched(own, asked, base_version)
    changed = {}
    for name, value in asked.items():
        changed[name] = [getattr(own, name), value]
        setattr(own, name, value)
    if changed:
        own.save()
        record(action=CHANGED, by=by, organisation=organisation, changes=changed)
    return own


def _touched(own: OrganisationSettings, asked: dict[str, object], base_version: int) -> dict[str, object]:
    """Return those of `asked` that are not as they were seen at `base_version`. Raises Stale for what moved since."""
    since = changed_since(own.organisation, base_version)
    moved = {name for name, value in asked.items() if name in since and value == since[name][0]}
    clashes = []
    for name in asked:
        if name in since and name not in moved:
            entry = since[name][1]
            who = entry.actor.name if entry.actor else entry.system_actor
            clashes.append(Clash(name, getattr(own, name), who, entry.at))
    if clashes:
        raise Stale(clashes, moved, version_of(own.organisation))
    return {name: value for name, value in asked.items() if name not in moved}
