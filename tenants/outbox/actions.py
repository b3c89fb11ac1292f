"""The transactional outbox: what has to happen outside is written with the change itself, and done at least once.

The row is the truth; the message on the broker is only a nudge, and a sweep finds every row that lost its nudge.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import common_organisation, inside, organisation_by_schema
from tenants.models import COMMON_SCHEMA, Organisation
from tenants.outbox import nudges
from tenants.outbox.causes import Cause, TopicMismatch, cause_of
from tenants.outbox.models import OutboxEntry
from tenants.outbox.queries import LATE
from tenants.refusals import NotAllowed
from tenants.roles import Permission

log = logging.getLogger("samenbeheer.outbox")
# Minutes to wait after each failure: together four days and almost four hours, then it is given up. RFC 5321 (4.5.4.1)
# asks for four to five days, as a mail server may be away over a long weekend.
WAITS = (1, 2, 5, 15, 30, 60, 120, *[240] * 24)
SWEEP_BATCH = 500
KEPT = timedelta(days=30)
BY = Actor.of_system("outbox")


def put(
    *, organisation: Organisation, topic: str, address: str, dedupe_key: str, due_at: datetime | None = None
) -> None:
    """Write an entry in the caller's transaction and nudge a worker after commit; the same key counts once.

    `topic` is the name of a Celery task that takes (schema name, dedupe key). `due_at` in the future waits for the
    sweep.
    """
    entry = entry_for(organisation=organisation, topic=topic, address=address, dedupe_key=dedupe_key, due_at=due_at)
    OutboxEntry.objects.bulk_create([entry], ignore_conflicts=True)
    if entry.due_at <= timezone.now():
        nudge_after_commit(organisation=organisation, topic=topic, dedupe_key=dedupe_key)


def entry_for(
    *, organisation: Organisation, topic: str, address: Any, dedupe_key: Any, due_at: datetime | None = None
) -> OutboxEntry:
    """Return an entry, unsaved, for who writes it together with other rows. See `put`."""
    entry = OutboxEntry(organisation=organisation, topic=topic, address=address, dedupe_key=dedupe_key)
    entry.due_at = due_at or entry.due_at
    return entry


def nudge_after_commit(*, organisation: Organisation, topic: str, dedupe_key: str) -> None:
    """Nudge a worker for an entry that is due, once the caller's transaction is there."""
    schema_name = organisation.schema_name
    transaction.on_commit(lambda: nudge(topic=topic, schema_name=schema_name, dedupe_key=dedupe_key))


def nudge(*, topic: str, schema_name: str, dedupe_key: str) -> None:
    """Tell a worker, a moment later, that there is something to do; a broker that is away costs nothing but time."""
    nudges.send(topic, [schema_name, dedupe_key])


def work(
    schema_name: str,
    dedupe_key: str,
    handle: Callable[[OutboxEntry], None],
    *,
    topic: str,
    at: datetime | None = None,
) -> bool:
    """Do one entry inside its organisation; return whether it was done here and now.

    `topic` is the name of the task that asks; for an entry with another topic that is a failure like any, so that one
    wrong nudge does not take it from its own task. The row is locked from the moment it is taken until its success or
    failure is written, so two workers never do the same entry, nor the second one at once what the first saw fail. When
    `handle` fails its work is rolled back, the attempt is counted with its cause and the entry comes back later, by
    the table of waits. `at` is the moment it is, now by default.
    Raises NoOrganisation for an unknown schema: nothing runs in another one.
    """
    organisation = common_organisation() if schema_name == COMMON_SCHEMA else organisation_by_schema(schema_name)
    with inside(organisation):
        mine = OutboxEntry.objects.filter(organisation=organisation, dedupe_key=dedupe_key)
        attempts = -1  # of an entry that was never taken nothing is counted
        try:
            with transaction.atomic():
                entry = mine.select_for_update(skip_locked=True).waiting(at or timezone.now()).first()
                if entry is None:
                    return False
                attempts = entry.attempts
                try:
                    if entry.topic != topic:
                        raise TopicMismatch
                    with transaction.atomic():
                        handle(entry)
                except (OperationalError, InterfaceError):
                    raise  # the connection itself may be gone, and the lock with it
                except Exception as error:
                    _fail(entry, cause_of(error), at or timezone.now())
                    return False
                entry.done_at = at or timezone.now()
                entry.attempts += 1
                entry.save(update_fields=["done_at", "attempts"])
            return True
        except Exception as error:  # of the database, perhaps at commit: the lock is gone
            cause = cause_of(error)
        # After the block, so that what goes wrong from here on does not carry the words of the first into a log. Who
        # took the entry since counts it or does it.
        with transaction.atomic():
            untouched = mine.undone().filter(given_up_at=None, attempts=attempts)
            again = untouched.select_for_update(skip_locked=True).first()
            if again is not None:
                _fail(again, cause, at or timezone.now())
        return False


def _fail(entry: OutboxEntry, cause: Cause, at: datetime) -> None:
    """Count a failure of the locked `entry` with its cause, and give up after the last wait, which the trail tells."""
    log.warning("outbox entry %s of %s failed: %s", entry.dedupe_key, entry.organisation.schema_name, cause)
    waited = entry.attempts
    entry.attempts += 1
    entry.failed_at = at
    entry.cause_type, entry.cause_where, entry.cause_message = cause.type, cause.where, cause.message
    if waited < len(WAITS):
        entry.due_at = at + timedelta(minutes=WAITS[waited])
    else:
        entry.given_up_at = at
        record(
            action="outbox.given_up",
            by=BY,
            organisation=entry.organisation,
            object=entry.address,
            key=entry.dedupe_key,
            topic=entry.topic,
            attempts=entry.attempts,
            cause=str(cause),
        )
    entry.save()


def retry(*, organisation: Organisation, by: Actor, dedupe_key: str = "", at: datetime | None = None) -> int:
    """Try again what was given up or waits for a next time at `organisation`, all or the one of that key.

    Returns how many. They count as new, are due at once and wait for the sweep; the trail says who asked. What a
    worker has in hand is left to it. Raises NotAllowed for anyone but an administrator of that organisation or of the
    platform.
    """
    now = at or timezone.now()
    entries = OutboxEntry.objects.troubled(now).filter(Q(given_up_at__isnull=False) | Q(due_at__gt=now))
    values = {"given_up_at": None, "attempts": 0, "due_at": now}
    return _decide("outbox.retried", entries, values, organisation=organisation, dedupe_key=dedupe_key, by=by)


def drop(*, organisation: Organisation, by: Actor, dedupe_key: str, at: datetime | None = None) -> int:
    """Put aside the entry of that key, which is not done or tried any more; return how many that were: one or none.

    Raises NotAllowed for anyone but an administrator of that organisation or of the platform.
    """
    now = at or timezone.now()
    entries, values = OutboxEntry.objects.troubled(now - LATE), {"dropped_at": now}
    return _decide("outbox.dropped", entries, values, organisation=organisation, dedupe_key=dedupe_key, by=by)


def _decide(
    action: str,
    entries: QuerySet[OutboxEntry],
    values: dict[str, Any],
    *,
    organisation: Organisation,
    dedupe_key: str,
    by: Actor,
) -> int:
    if not (by.may(Permission.PLATFORM_MANAGE) or by.may_at(organisation, Permission.OUTBOX_MANAGE)):
        raise NotAllowed
    with inside(None), transaction.atomic():
        found = entries.filter(organisation=organisation)
        if dedupe_key:
            found = found.filter(dedupe_key=dedupe_key)
        # A worker holds the lock of what it is mailing for as long as the mail server takes: minutes.
        keys = list(found.select_for_update(skip_locked=True).values_list("pk", flat=True))
        count = OutboxEntry.objects.filter(pk__in=keys).update(**values)
        if count:
            record(action=action, by=by, organisation=organisation, object=dedupe_key[:120], count=count)
    return count


def end_missing(*, organisation: Organisation, dedupe_keys: list[str], cause: str, at: datetime) -> int:
    """Put aside, for `cause` (a word of ours), the entries of those keys, done or not: what they are about is gone.

    Return how many had still to be done. In the caller's transaction, which may be inside the organisation.
    """
    found = OutboxEntry.objects.undone().filter(organisation=organisation, dedupe_key__in=dedupe_keys)
    return found.update(dropped_at=at, failed_at=at, cause_type=cause, cause_where=__name__, cause_message="")


def sweep(at: datetime | None = None) -> int:
    """Nudge for every entry that is due, at most 500 a time of each topic; return how many were nudged.

    Per topic, so that mail that waits for a server of mail keeps nothing else out.
    """
    with inside(None):
        due = OutboxEntry.objects.waiting(at or timezone.now()).served()
        rows = [
            row
            for topic in due.order_by("topic").values_list("topic", flat=True).distinct()
            for row in due.filter(topic=topic)
            .order_by("due_at")
            .values_list("topic", "organisation__schema_name", "dedupe_key")[:SWEEP_BATCH]
        ]
    for topic, schema_name, dedupe_key in rows:
        nudge(topic=topic, schema_name=schema_name, dedupe_key=dedupe_key)
    return len(rows)


def tidy(at: datetime | None = None) -> int:
    """Delete what was done or put aside more than 30 days ago; return how many. What waits or was given up stays.

    The trail of what happened is in events, not here.
    """
    with inside(None), connection.cursor() as cursor:
        before = (at or timezone.now()) - KEPT
        cursor.execute("DELETE FROM tenants_outboxentry WHERE done_at < %s OR dropped_at < %s", [before, before])
        return cursor.rowcount
