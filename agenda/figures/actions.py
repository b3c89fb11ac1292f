"""Keeping figures, so that a page need not count them."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from agenda.figures.models import KeptFigures, TicketSnapshot
from agenda.figures.periods import AMSTERDAM, FIRST, Period
from agenda.figures.queries import ALL, Quarter, as_kept, counted

AT_ONCE = 8


def keep() -> int:
    """Keep the figures of each quarter that is over and is not kept yet, and of the one that runs; return of how many.

    Safe to repeat. While somebody else keeps, or writes about a quarter that is over, nothing is kept: next time. See
    the lock in migration 0004.
    """
    todo = _not_kept(timezone.now())
    groups = [todo[start : start + AT_ONCE] for start in range(0, len(todo), AT_ONCE)]
    return sum(len(group) for group in groups if _keep(group))


def _not_kept(now: datetime) -> list[Period]:
    first = TicketSnapshot.objects.aggregate(first=Min("opened_at"))["first"] or now
    period, found = min(FIRST, Period.of(first.astimezone(AMSTERDAM).date())), []
    kept = dict(KeptFigures.objects.whole().filter(organisation=ALL).values_list("starts_on", "counted_at"))
    while period.begin <= now:
        if period.first_on not in kept or not period.is_settled(kept[period.first_on]):
            found.append(period)
        period = period.next
    return found


def _keep(periods: list[Period]) -> bool:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(public.agenda_figures_lock())")
            if not cursor.fetchone()[0]:
                return False
        KeptFigures.objects.filter(starts_on__in=[one.first_on for one in periods]).delete()
        rows = []
        for period, quarter in counted(periods).items():
            for organisation in {ALL, *quarter.figures, *quarter.before}:
                rows.append(_row(period, organisation, quarter))
        KeptFigures.objects.bulk_create(rows, batch_size=1000)
    return True


def _row(period: Period, organisation: int | None, quarter: Quarter) -> KeptFigures:
    found = quarter.of(organisation)
    return KeptFigures(
        counted_at=quarter.counted_at,
        starts_on=period.first_on,
        organisation_id=organisation,
        new=found.new,
        resolved=found.resolved,
        open_at_end=found.open_at_end,
        first_answer_minutes=found.first_answer_minutes,
        resolution_minutes=found.resolution_minutes,
        first_answer_agreed=found.first_answer_agreed,
        first_answer_in_time=found.first_answer_in_time,
        resolution_agreed=found.resolution_agreed,
        resolution_in_time=found.resolution_in_time,
        before=as_kept(quarter, organisation),
        categories=quarter.categories if organisation is ALL else {},
    )
