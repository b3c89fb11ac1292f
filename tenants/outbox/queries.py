"""What an operator asks of the outbox; numbers and causes, never contents."""

from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from tenants.models import Organisation
from tenants.outbox.models import OutboxEntry

LATE = timedelta(minutes=10)
MOST_COUNTED = 1000
NEEDS_SOMEBODY = timedelta(hours=1)
FAILED_FOR_AN_HOUR = 6  # times, by the waits of `actions`
FOR_ONE_PERSON = ("tenants.mail_password_reset", "tenants.mail_invitation")
ALERT = "tenants.mail_outbox_trouble"


def counts(at: datetime) -> dict[str, int]:
    """Return how many entries were given up, and how many are due for more than ten minutes; at most 1000 of each.

    Anybody may ask, so links for one person are left out: whether such a mail was made tells who has an account.
    """
    entries = OutboxEntry.objects.served().exclude(topic__in=FOR_ONE_PERSON)
    return {
        "given_up": entries.given_up()[:MOST_COUNTED].count(),
        "overdue": entries.waiting(at - LATE)[:MOST_COUNTED].count(),
    }


def troubled(at: datetime) -> QuerySet[OutboxEntry]:
    """Return what was given up, failed and is tried again, or should have been done: per organisation, oldest first."""
    rows = OutboxEntry.objects.troubled(at).select_related("organisation")
    return rows.order_by("organisation__slug", "created_at", "pk")


def shown(at: datetime, organisation: Organisation | None) -> QuerySet[OutboxEntry]:
    """Return the same for a page, of one organisation or of all: what was given up first, then the oldest.

    What is simply under way is left out for ten minutes: it is nobody's to look at or to stop.
    """
    rows = OutboxEntry.objects.troubled(at - LATE).select_related("organisation")
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    return rows.order_by(F("given_up_at").asc(nulls_last=True), "created_at", "pk")


def in_trouble(at: datetime) -> QuerySet[OutboxEntry]:
    """Return what needs somebody: given up, failing for an hour, or untouched for an hour after its time.

    A mail that tells of trouble is never itself trouble, or one would tell of the other for ever.
    """
    stuck = Q(given_up_at__isnull=False) | Q(attempts__gte=FAILED_FOR_AN_HOUR) | Q(due_at__lte=at - NEEDS_SOMEBODY)
    return OutboxEntry.objects.undone().served().exclude(topic=ALERT).filter(stuck)


def trouble_by_organisation(at: datetime) -> dict[int, tuple[int, int]]:
    """Return, by organisation, how much was given up and how much else needs somebody."""
    rows = in_trouble(at).values("organisation_id").annotate(all=Count("pk"), given_up=Count("given_up_at")).order_by()
    return {row["organisation_id"]: (row["given_up"], row["all"] - row["given_up"]) for row in rows}
