"""What a schema that was restored takes over from the one it follows, so that nothing given out since comes back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg2 import sql

from tenants.context import current_organisation
from tenants.idempotency.actions import forget_answers_since
from tenants.outbox import actions as outbox
from tenants.outbox.models import OutboxEntry
from tickets.desk.models import Event, Ticket
from tickets.events import TOPICS
from tickets.snapshots.actions import rebuild

GONE = "RestoredToBefore"  # cause of what is not mailed any more


@dataclass
class CarriedOver:
    """What came of it: tickets now, those of after the backup that are gone, mail and grants that ended with them."""

    tickets: int
    tickets_gone: int
    last_number: int
    mail_ended: int
    grants_ended: int
    snapshots_changed: int


def carry_over(*, kept: str, at: datetime) -> CarriedOver:
    """Take over, into the organisation entered, what must not go back from the schema `kept`, which it replaces.

    Ticket numbers and keys go on after the last that was given out. Who was no longer let in on a ticket stays out.
    Mail about what is gone ends, with its cause; all other mail goes on. Snapshots are made of the tickets there are.
    In the caller's transaction, which locked both schemas.
    """
    last_number = _go_on_counting(kept)
    grants = _end_grants(kept)
    gone = _tickets_gone(kept)
    ended = _end_mail(at)
    since = Event.objects.order_by("-created_at").values_list("created_at", flat=True).first()
    forget_answers_since(organisation=current_organisation(), since=since)
    written, removed = rebuild()
    return CarriedOver(
        tickets=Ticket.objects.count(),
        tickets_gone=gone,
        last_number=last_number,
        mail_ended=ended,
        grants_ended=grants,
        snapshots_changed=written + removed,
    )


def _run(statement: str, kept: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(kept=sql.Identifier(kept)), params or None)
        return cursor.fetchall() if cursor.description else []


def _go_on_counting(kept: str) -> int:
    """Let the counter of ticket numbers and every sequence go on after the higher of both; return the last number."""
    own = current_organisation().schema_name
    for name, last in _run(
        "SELECT sequencename, max(last_value) FROM pg_sequences WHERE schemaname IN (%s, %s)"
        " GROUP BY sequencename HAVING max(last_value) IS NOT NULL AND bool_or(schemaname = %s)",
        kept,
        own,
        kept,
        own,
    ):
        _run("SELECT setval(format('%%I.%%I', %s::text, %s::text)::regclass, %s)", kept, own, name, last)
    ((last_number,),) = _run(
        "UPDATE tickets_counter SET last = greatest(tickets_counter.last, before.last)"
        " FROM {kept}.tickets_counter before WHERE before.id = tickets_counter.id RETURNING tickets_counter.last",
        kept,
    ) or [(0,)]
    return last_number


def _end_grants(kept: str) -> int:
    """Take back what was taken back since the backup, and shorten what was shortened; return how many ended."""
    same = "k.user_id = g.user_id AND k.content_object_id = g.content_object_id AND k.permission_id = g.permission_id"
    ended = _run(
        "DELETE FROM tickets_ticketgrant g"
        f" WHERE NOT EXISTS (SELECT FROM {{kept}}.tickets_ticketgrant k WHERE {same}) RETURNING g.id",
        kept,
    )
    _run(
        "UPDATE tickets_ticketgrant g SET until_on = least(g.until_on, k.until_on)"
        f" FROM {{kept}}.tickets_ticketgrant k WHERE {same} AND k.until_on IS DISTINCT FROM g.until_on",
        kept,
    )
    return len(ended)


def _tickets_gone(kept: str) -> int:
    ((count,),) = _run(
        "SELECT count(*) FROM {kept}.tickets_ticket k"
        " WHERE NOT EXISTS (SELECT FROM tickets_ticket t WHERE t.number = k.number)",
        kept,
    )
    return count


def _end_mail(at: datetime) -> int:
    """End what waits in the outbox about events that are gone; return how many."""
    topics = {topic for topics in TOPICS.values() for topic in topics}
    organisation = current_organisation()
    waiting = {
        int(address.removeprefix("event ")): key
        for address, key in OutboxEntry.objects.undone()
        .filter(organisation=organisation, topic__in=topics, address__startswith="event ")
        .values_list("address", "dedupe_key")
    }
    there = set(Event.objects.filter(pk__in=waiting).values_list("pk", flat=True))
    gone = [key for pk, key in waiting.items() if pk not in there]
    return outbox.end_missing(organisation=organisation, dedupe_keys=gone, cause=GONE, at=at)
