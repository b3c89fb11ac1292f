"""The append-only trail of roles, settings, sign-ins, tokens and exports."""

from datetime import datetime

from django.db import connection, transaction

from tenants.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.models import Organisation
from tenants.roles import Permission


def record(
    *,
    action: str,
    by: Actor,
    organisation: Organisation | None = None,
    object: str = "",
    result: str = "done",
    **details: object,
) -> None:
    """Add a line: who did it, through which channel and from where is read from `by`.

    `details` holds plain values, never a secret and never the text of a ticket.
    """
    AuditEntry.objects.create(
        action=action,
        actor=by.person,
        system_actor=by.system,
        channel=by.channel,
        origin=by.origin,
        organisation=organisation,
        object=object,
        result=result,
        details=details,
    )


def purge(*, before: datetime, by: Actor) -> int:
    """Delete lines older than `before`, and record that; the only way past the triggers. Returns how many.

    Raises NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL samenbeheer.purge = 'on'")
            cursor.execute("DELETE FROM tenants_auditentry WHERE at < %s", [before])
            count = cursor.rowcount
            cursor.execute("SET LOCAL samenbeheer.purge = 'off'")
        record(action="audit.purged", by=by, before=before.isoformat(), count=count)
    return count
