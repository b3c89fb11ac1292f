"""What an operator asks of the outbox; numbers and causes, never contents."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from tenants.outbox.models import OutboxEntry

LATE = timedelta(minutes=10)
MOST_COUNTED = 1000


def counts(at: datetime) -> dict[str, int]:
    """Return how many entries were given up, and how many are due for more than ten minutes; at most 1000 of each."""
    return {
        "given_up": OutboxEntry.objects.given_up().served()[:MOST_COUNTED].count(),
        "overdue": OutboxEntry.objects.waiting(at - LATE).served()[:MOST_COUNTED].count(),
    }


def troubled(at: datetime) -> QuerySet[OutboxEntry]:
    """Return what was given up, failed and is tried again, or should have been done: per organisation, oldest first."""
    return (
        OutboxEntry.objects.filter(done_at__isnull=True)
        .filter(Q(failed_at__isnull=False) | Q(due_at__lte=at))
        .select_related("organisation")
        .order_by("organisation__slug", "created_at", "pk")
    )
