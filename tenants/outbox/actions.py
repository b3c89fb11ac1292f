"""The transactional outbox: what has to happen outside is written with the change itself, and done at least once.

The row is the truth; the message on the broker is only a nudge, and a sweep finds every row that lost its nudge.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from tenants.context import common_organisation, inside, organisation_by_schema
from tenants.models import COMMON_SCHEMA, Organisation
from tenants.outbox.models import OutboxEntry

log = logging.getLogger("samenbeheer.outbox")
GIVE_UP_AFTER = 12
SWEEP_BATCH = 500


def put(
    *, organisation: Organisation, topic: str, address: str, dedupe_key: str, due_at: datetime | None = None
) -> None:
    """Write an entry in the caller's transaction and nudge a worker after commit; the same key counts once.

    `topic` is the name of a Celery task that takes (schema name, entry pk). `due_at` in the future waits for the sweep.
    """
    now = timezone.now()
    OutboxEntry.objects.bulk_create(
        [
            OutboxEntry(
                organisation=organisation, topic=topic, address=address, dedupe_key=dedupe_key, due_at=due_at or now
            )
        ],
        ignore_conflicts=True,
    )
    if due_at is None or due_at <= now:
        schema_name = organisation.schema_name
        transaction.on_commit(lambda: nudge(topic=topic, schema_name=schema_name, dedupe_key=dedupe_key))


def nudge(*, topic: str, schema_name: str, dedupe_key: str) -> None:
    """Tell a worker that there is something to do; a broker that is away costs nothing but time."""
    try:
        current_app.send_task(topic, args=[schema_name, dedupe_key], retry=False)
    except Exception as error:
        log.warning("broker away, the sweep will find it: %s %s", topic, type(error).__name__)


def work(schema_name: str, dedupe_key: str, handle: Callable[[OutboxEntry], None]) -> bool:
    """Do one entry inside its organisation; return whether it was done here and now.

    The row is locked while `handle` runs, so two workers never do the same entry at once. When `handle` fails its
    work is rolled back, the attempt is counted and the entry comes back later, each time twice as late.
    Raises NoOrganisation for an unknown schema: nothing runs in another one.
    """
    organisation = common_organisation() if schema_name == COMMON_SCHEMA else organisation_by_schema(schema_name)
    with inside(organisation):
        try:
            with transaction.atomic():
                entry = (
                    OutboxEntry.objects.select_for_update(skip_locked=True)
                    .waiting(timezone.now())
                    .filter(organisation=organisation, dedupe_key=dedupe_key)
                    .first()
                )
                if entry is None:
                    return False
                handle(entry)
                OutboxEntry.objects.filter(pk=entry.pk).update(done_at=timezone.now(), attempts=entry.attempts + 1)
            return True
        except Exception as error:
            log.warning("outbox entry %s of %s failed: %s", dedupe_key, schema_name, type(error).__name__)
            _count_failure(organisation, dedupe_key)
            return False


def _count_failure(organisation: Organisation, dedupe_key: str) -> None:
    with transaction.atomic():
        entry = (
            OutboxEntry.objects.select_for_update()
            .filter(organisation=organisation, dedupe_key=dedupe_key, done_at__isnull=True)
            .first()
        )
        if entry is None:
            return
        entry.attempts += 1
        now = timezone.now()
        entry.due_at = now + timedelta(seconds=30 * 2 ** min(entry.attempts, 10))
        if entry.attempts >= GIVE_UP_AFTER:
            entry.given_up_at = now
        entry.save(update_fields=["attempts", "due_at", "given_up_at"])


def sweep(at: datetime | None = None) -> int:
    """Nudge for every entry that is due, at most 500 a time; return how many were nudged."""
    with inside(None):
        open_ones = Organisation.objects.taking_part().values("pk")
        rows = list(
            OutboxEntry.objects.waiting(at or timezone.now())
            .filter(Q(organisation__in=open_ones) | Q(organisation__schema_name=COMMON_SCHEMA))
            .order_by("due_at")
            .values_list("topic", "organisation__schema_name", "dedupe_key")[:SWEEP_BATCH]
        )
    for topic, schema_name, dedupe_key in rows:
        nudge(topic=topic, schema_name=schema_name, dedupe_key=dedupe_key)
    return len(rows)


def forget_done(before: datetime) -> int:
    """Delete entries done before `before`; return how many. The trail of what happened is in events, not here."""
    with inside(None), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_outboxentry WHERE done_at < %s", [before])
        return cursor.rowcount
