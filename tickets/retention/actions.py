"""What is not kept: files with patron data on their day, and bytes that no row knows."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from psycopg2 import sql

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.files import actions as files
from tickets.contracts.models import ContractFile
from tickets.desk import kept
from tickets.desk.models import Attachment, KeptFile
from tickets.restoring.queries import PURGED, kept_schemas

BATCH = 500


def purge_attachments(now: datetime) -> int:
    """Delete, with their bytes, the files whose day has come (patron data after 90 days); return how many.

    At most 500 a run, oldest first; each leaves a line in the trail. What a restore put aside is no place to outlive
    its day: those files go too.
    """
    due = Attachment.objects.filter(purge_on__lte=timezone.localdate(now)).order_by("purge_on", "pk")
    rows = list(due.select_related("message__ticket")[:BATCH])
    for attachment in rows:
        files.forget(attachment.storage_name)
        record(
            action="attachment.purged",
            by=Actor.of_system("retention"),
            organisation=current_organisation(),
            object=f"{attachment.message.ticket.number} attachment {attachment.pk}",
        )
        attachment.delete()
    aside = kept_schemas(current_organisation().schema_name, entered=True)
    return len(rows) + sum(_purge_aside(kept, now) for kept in aside)


def _purge_aside(kept: str, now: datetime) -> int:
    statement = sql.SQL(
        "DELETE FROM {aside} WHERE id IN (SELECT id FROM {aside} WHERE purge_on <= %s ORDER BY purge_on, id LIMIT %s)"
        " RETURNING id, storage_name"
    ).format(aside=sql.Identifier(kept, PURGED))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [timezone.localdate(now), BATCH])
        rows = cursor.fetchall()
        for pk, storage_name in rows:
            files.forget(storage_name)
            record(
                action="attachment.purged",
                by=Actor.of_system("retention"),
                organisation=current_organisation(),
                object=f"{kept} attachment {pk}",
            )
    return len(rows)


def tidy_bytes(now: datetime) -> int:
    """Delete stored bytes that no row knows and that are more than a day old; return how many.

    A killed upload leaves such bytes; an upload under way is younger than a day. As long as what a restore put aside
    is kept, nothing: its rows know bytes too.
    """
    if kept_schemas(current_organisation().schema_name):
        return 0
    kept.drop_old(now)
    known = set(Attachment.objects.values_list("storage_name", flat=True))
    known |= set(KeptFile.objects.values_list("storage_name", flat=True))
    known |= set(ContractFile.objects.values_list("storage_name", flat=True))
    left = files.orphans(known, current_organisation().schema_name, now - timedelta(days=1))
    for name in left:
        files.forget(name)
    return len(left)
