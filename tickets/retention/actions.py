"""What is not kept: files with patron data on their day, and bytes that no row knows."""

from datetime import datetime, timedelta

from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.files import actions as files
from tickets.desk.models import Attachment
from tickets.restoring.queries import kept_schemas

BATCH = 500


def purge_attachments(now: datetime) -> int:
    """Delete, with their bytes, the files whose day has come (patron data after 90 days); return how many.

    At most 500 a run, oldest first; each leaves a line in the trail.
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
    return len(rows)


def tidy_bytes(now: datetime) -> int:
    """Delete stored bytes that no row knows and that are more than a day old; return how many.

    A killed upload leaves such bytes; an upload under way is younger than a day. As long as what a restore put aside
    is kept, nothing: its rows know bytes too.
    """
    if kept_schemas(current_organisation().schema_name):
        return 0
    known = set(Attachment.objects.values_list("storage_name", flat=True))
    left = files.orphans(known, current_organisation().schema_name, now - timedelta(days=1))
    for name in left:
        files.forget(name)
    return len(left)
