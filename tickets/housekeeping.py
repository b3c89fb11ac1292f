"""What time does at the desk of the organisation entered: closing, checking, tidying."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from tenants import files
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.settings.queries import settings_of
from tickets import sharing
from tickets.idempotency.models import AnsweredRequest
from tickets.models import Attachment, Ticket
from tickets.states import State
from tickets.workdays import add_working_days
from tickets.workflow import close_by_time

log = logging.getLogger("samenbeheer.housekeeping")
BATCH = 500


def close_resolved(now: datetime) -> int:
    """Close, at most 500 a run, the tickets resolved at least the set number of working days before `now`."""
    rules = settings_of(current_organisation())
    candidates = Ticket.objects.filter(
        state=State.RESOLVED, resolved_at__lte=now - timedelta(days=rules.auto_close_days)
    ).order_by("resolved_at")[:BATCH]
    closed = 0
    for ticket in candidates:
        if add_working_days(ticket.resolved_at, rules.auto_close_days, rules) <= now:
            closed += close_by_time(ticket=ticket, resolved_at=ticket.resolved_at, at=now)
    return closed


def check_drift() -> int:
    """Return how many snapshots differ from their tickets; any is reported in the log and the audit trail."""
    organisation = current_organisation()
    wrong, extra = sharing.differing()
    count = len(wrong) + len(extra)
    if count:
        log.error("snapshots of %s drifted: %s differ, %s without ticket", organisation.slug, len(wrong), len(extra))
        numbers = [snapshot.number for snapshot in wrong[:20]]
        record(
            action="snapshots.drift",
            by=None,
            organisation=organisation,
            result="wrong",
            differing=len(wrong),
            extra=len(extra),
            numbers=numbers,
        )
    else:
        log.info("snapshots of %s are right", organisation.slug)
    return count


def purge_attachments(now: datetime) -> int:
    """Delete, with their bytes, the files whose day has come (patron data after 90 days); return how many."""
    due = list(
        Attachment.objects.filter(purge_on__lte=timezone.localdate(now)).select_related("message__ticket")[:BATCH]
    )
    for attachment in due:
        files.forget(attachment.storage_name)
        record(
            action="attachment.purged",
            by=None,
            organisation=current_organisation(),
            object=f"{attachment.message.ticket.number} attachment {attachment.pk}",
        )
        attachment.delete()
    return len(due)


def tidy(now: datetime) -> None:
    """Forget answers to API requests after 24 hours, bytes without a row after a day, and files on their day."""
    purge_attachments(now)
    AnsweredRequest.objects.filter(created_at__lt=now - timedelta(hours=24)).delete()
    known = set(Attachment.objects.values_list("storage_name", flat=True))
    for name in files.orphans(known, current_organisation().schema_name, now - timedelta(days=1)):
        files.forget(name)
