"""The tickets that a figure of the steering group is made of: each as `agenda.figures.queries.counted` counts it."""

from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.figures.periods import Period
from tickets.clocks.kinds import ClockKind
from tickets.clocks.models import Clock
from tickets.clocks.outcomes import IN_TIME, LATE

NEW, RESOLVED, OPEN, ANSWERED = "new", "resolved", "open", "answered"
# What a share of promises is made of, and which of them were not kept: of which figure, of which clock.
AGREED, WAS_LATE = "agreed", "late"
CLOCKS = {ANSWERED: ClockKind.FIRST_ANSWER, RESOLVED: ClockKind.RESOLUTION}
OUTCOMES = {AGREED: IN_TIME | LATE, WAS_LATE: LATE}
PROMISES = {f"{name}_{what}": (name, what) for name in CLOCKS for what in OUTCOMES}


@dataclass(frozen=True)
class Figure:
    """One figure of a quarter, written as resolved-2026-4."""

    name: str
    period: Period

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the figure that is written so, or None."""
        name, _dash, quarter = text.partition("-")
        period = Period.parse(quarter)
        return cls(name, period) if period and name in (NEW, RESOLVED, OPEN, ANSWERED, *PROMISES) else None

    def __str__(self) -> str:
        return f"{self.name}-{self.period}"

    @property
    def condition(self) -> Q:
        """What a ticket is that counts."""
        if self.name in PROMISES:
            name, what = PROMISES[self.name]
            clocks = Clock.objects.filter(OUTCOMES[what], ticket=OuterRef("pk"), kind=CLOCKS[name], place=0)
            return Figure(name, self.period).condition & Q(Exists(clocks))
        begin, end = self.period.begin, self.period.end
        if self.name == NEW:
            return Q(opened_at__gte=begin, opened_at__lt=end)
        if self.name == ANSWERED:
            return Q(first_answer_at__gte=begin, first_answer_at__lt=end)
        if self.name == OPEN:
            return Q(opened_at__lt=end) & (Q(resolved_at__isnull=True) | Q(resolved_at__gte=end))
        withdrawn = Q(closed_at__isnull=False, closed_at=F("resolved_at"))
        return Q(resolved_at__gte=begin, resolved_at__lt=end) & ~withdrawn

    @property
    def words(self) -> str:
        """What is said of it, above the list."""
        said = {
            NEW: _("New in quarter %(q)s of %(y)s"),
            RESOLVED: _("Resolved in quarter %(q)s of %(y)s"),
            OPEN: _("Open now") if self.period.runs(timezone.now()) else _("Open at the end of quarter %(q)s of %(y)s"),
            ANSWERED: _("First answered in quarter %(q)s of %(y)s"),
            "answered_agreed": _("First answered in quarter %(q)s of %(y)s, with an agreed time"),
            "answered_late": _("First answered late in quarter %(q)s of %(y)s"),
            "resolved_agreed": _("Resolved in quarter %(q)s of %(y)s, with an agreed time"),
            "resolved_late": _("Resolved late in quarter %(q)s of %(y)s"),
        }
        return said[self.name] % {"q": self.period.quarter, "y": self.period.year}
