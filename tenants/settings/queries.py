"""Settings in force: the organisation's own value, else the cooperation's default."""

from dataclasses import dataclass

from tenants.audit.models import AuditEntry
from tenants.audit.queries import entries_of
from tenants.models import Organisation
from tenants.settings.models import OrganisationSettings


@dataclass(frozen=True)
class InForce:
    """Settings in force for one organisation."""

    auto_close_days: int
    refused_kinds: list[str]  # of `tenants.files.kinds.FileKind`
    refused_endings: str  # of names, without full stop, separated by spaces


CHANGED = "settings.changed"


def version_of(organisation: Organisation) -> int:
    """Return the version of an organisation's own settings: how often they changed, which tells nothing of others."""
    return entries_of(CHANGED, organisation).count()


def changed_since(organisation: Organisation, version: int) -> dict[str, tuple[object, AuditEntry]]:
    """Return the settings that changed after `version`: their own value then, and the last line that changed them."""
    found: dict[str, tuple[object, AuditEntry]] = {}
    for entry in entries_of(CHANGED, organisation)[max(0, version) :]:
        for name, (before, _after) in entry.details["changes"].items():
            found[name] = (found[name][0] if name in found else before, entry)
    return found


def settings_of(organisation: Organisation) -> InForce:
    """Return the settings in force for `organisation`."""
    own = OrganisationSettings.objects.filter(organisation=organisation).first()
    values = {}
    for name, default in OrganisationSettings.DEFAULTS.items():
        value = getattr(own, name, None)
        values[name] = default if value in (None, "") else value
    return InForce(**values)
