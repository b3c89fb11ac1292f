"""Questions to the trail."""

from datetime import datetime

from tenants.audit.models import AuditEntry
from tenants.models import Person


def count_since(action: str, person: Person, since: datetime) -> int:
    """Return how often `person` did `action` since a moment."""
    return AuditEntry.objects.filter(action=action, actor=person, at__gte=since).count()
