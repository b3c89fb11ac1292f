"""Questions to the trail."""

from datetime import datetime

from django.db.models import QuerySet

from tenants.audit.models import AuditEntry
from tenants.models import Organisation, Person


def entries_of(action: str, organisation: Organisation) -> QuerySet[AuditEntry]:
    """Return the lines of one `action` in an organisation with who did it, the first first."""
    return AuditEntry.objects.filter(action=action, organisation=organisation).select_related("actor").order_by("pk")


def count_since(actions: list[str], person: Person, since: datetime) -> int:
    """Return how often `person` did any of these actions since a moment."""
    return AuditEntry.objects.filter(action__in=actions, actor=person, at__gte=since).count()


def latest(actions: list[str], most: int) -> QuerySet[AuditEntry]:
    """Return the last lines of these actions, the newest first, with who did them and where."""
    return AuditEntry.objects.filter(action__in=actions).select_related("actor", "organisation")[:most]
