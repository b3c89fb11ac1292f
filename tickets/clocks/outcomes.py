"""What became of a promise, as figures and reports count it: of a row of a clock, in Python and in SQL alike."""

from django.db.models import Q

from agenda.figures.models import Outcome
from tickets.clocks.models import Clock

# Of a row `{0}` of a clock, or of none.
OUTCOME = """
CASE WHEN {0}.late_at IS NOT NULL THEN 'late'
     WHEN {0}.target IS NULL OR {0}.cancelled THEN ''
     WHEN {0}.done_at IS NULL THEN 'running'
     ELSE 'in_time' END
"""
LATE = Q(late_at__isnull=False)
IN_TIME = Q(late_at__isnull=True, target__isnull=False, cancelled=False, done_at__isnull=False)
RUNNING = Q(late_at__isnull=True, target__isnull=False, cancelled=False, done_at__isnull=True)
WORKED = "CASE WHEN {0}.done_at IS NOT NULL THEN {0}.ran END"


def outcome_of(clock: Clock | None) -> str:
    """Return what became of a promise, an `Outcome`; nothing where nothing was agreed, or it was withdrawn in time."""
    if clock is None:
        return ""
    if clock.late_at is not None:
        return Outcome.LATE.value
    if clock.target is None or clock.cancelled:
        return ""
    return Outcome.RUNNING.value if clock.done_at is None else Outcome.IN_TIME.value


def worked(clock: Clock | None) -> int | None:
    """Return the working minutes that it took, once it was done."""
    return clock.ran if clock and clock.done_at else None
