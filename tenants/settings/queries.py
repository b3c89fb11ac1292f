"""Settings in force: the organisation's own value, else the cooperation's default."""

from dataclasses import dataclass

from tenants.models import Organisation
from tenants.settings.models import OrganisationSettings


@dataclass(frozen=True)
class InForce:
    """Settings in force for one organisation."""

    auto_close_days: int
    liberation_day_free: bool
    good_friday_free: bool
    time_zone: str
    refused_kinds: list[str]  # of `tenants.files.kinds.FileKind`
    refused_endings: str  # of names, without full stop, separated by spaces


def settings_of(organisation: Organisation) -> InForce:
    """Return the settings in force for `organisation`."""
    own = OrganisationSettings.objects.filter(organisation=organisation).first()
    values = {}
    for name, default in OrganisationSettings.DEFAULTS.items():
        value = getattr(own, name, None)
        values[name] = default if value in (None, "") else value
    return InForce(**values)
