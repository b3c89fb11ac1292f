"""The append-only trail of roles, settings, sign-ins, tokens and exports."""

from datetime import datetime

from django.db import connection, transaction
from django.http import HttpRequest

from tenants.audit.models import AuditEntry
from tenants.models import Organisation, Person


def record(
    *,
    action: str,
    by: Person | None,
    organisation: Organisation | None = None,
    object: str = "",
    result: str = "done",
    origin: str = "",
    **details: object,
) -> None:
    """Add a line. `details` holds plain values, never a secret and never the text of a ticket."""
    AuditEntry.objects.create(
        action=action,
        actor=by,
        organisation=organisation,
        object=object,
        result=result,
        origin=origin,
        details=details,
    )


def origin_of(request: HttpRequest | None) -> str:
    """Return the network address a request came from, or nothing."""
    return (request.META.get("REMOTE_ADDR") or "") if request else ""


def purge(*, before: datetime, by: Person | None) -> int:
    """Delete lines older than `before`, and record that; the only way past the triggers. Returns how many."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL samenbeheer.purge = 'on'")
            cursor.execute("DELETE FROM tenants_auditentry WHERE at < %s", [before])
            count = cursor.rowcount
            cursor.execute("SET LOCAL samenbeheer.purge = 'off'")
        record(action="audit.purged", by=by, before=before.isoformat(), count=count)
    return count
