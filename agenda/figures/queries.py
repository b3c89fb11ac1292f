"""The figures of the cooperation, made of TicketSnapshot alone. Days and quarters are those of Europe/Amsterdam.

Times are in clock minutes: nights and weekends count.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q

from agenda.figures.models import TicketSnapshot
from tenants.models import Organisation

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SMALLEST_COUNT = 5


@dataclass(frozen=True)
class Period:
    """A quarter of a year."""

    year: int
    quarter: int

    @classmethod
    def of(cls, day: date) -> "Period":
        """Return the quarter in which `day` lies."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str | None) -> "Period | None":
        """Return the quarter written as 2026-4, or None."""
        year, dash, quarter = (text or "").partition("-")
        if (
            dash
            and year.isascii()
            and year.isdecimal()
            and len(year) == 4
            and 2000 <= int(year) <= 2100
            and quarter in {"1", "2", "3", "4"}
        ):
            return cls(int(year), int(quarter))
        return None

    def __str__(self) -> str:
        return f"{self.year}-{self.quarter}"

    @property
    def first_on(self) -> date:
        """The first day."""
        return date(self.year, self.quarter * 3 - 2, 1)

    @property
    def next(self) -> "Period":
        """The quarter after."""
        return Period(self.year + self.quarter // 4, self.quarter % 4 + 1)

    @property
    def previous(self) -> "Period":
        """The quarter before."""
        return Period(self.year - (self.quarter == 1), (self.quarter - 2) % 4 + 1)

    @property
    def year_before(self) -> "Period":
        """The same quarter a year before."""
        return Period(self.year - 1, self.quarter)

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first_on, time.min, AMSTERDAM)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.next.begin


@dataclass(frozen=True)
class Figures:
    """The figures of one organisation, or of all together (`organisation` None), over a quarter."""

    organisation: Organisation | None
    new: int
    resolved: int
    open_at_end: int
    first_answer_minutes: float | None
    resolution_minutes: float | None


# Each row that the period touches, once; per organisation and, where organisation_id is null, of all together.
OF_PERIOD = """
SELECT organisation_id,
       count(*) FILTER (WHERE opened_at >= %(begin)s AND opened_at < %(end)s),
       count(*) FILTER (WHERE resolved_at >= %(begin)s AND resolved_at < %(end)s),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes_to_first_answer)
           FILTER (WHERE first_answer_at >= %(begin)s AND first_answer_at < %(end)s),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes_to_resolution)
           FILTER (WHERE resolved_at >= %(begin)s AND resolved_at < %(end)s)
  FROM agenda_ticketsnapshot
 WHERE opened_at >= %(begin)s AND opened_at < %(end)s
    OR resolved_at >= %(begin)s AND resolved_at < %(end)s
    OR first_answer_at >= %(begin)s AND first_answer_at < %(end)s
 GROUP BY GROUPING SETS ((organisation_id), ())
"""
OPEN_AT_END = """
SELECT organisation_id, count(*)
  FROM agenda_ticketsnapshot
 WHERE opened_at < %(end)s AND (resolved_at IS NULL OR resolved_at >= %(end)s)
 GROUP BY organisation_id
"""


def figures(period: Period) -> tuple[list[Figures], Figures]:
    """Return the figures per organisation, by name, and of all together; three queries.

    - new: opened in the period;
    - resolved: last resolved in the period (a reopened ticket counts again when it is resolved again);
    - open at end: opened before the end, and not resolved by then;
    - first answer and resolution: median clock minutes of what was first answered, or resolved, in the period: the
      middle one, or between the two middle ones when they are even in number.
    """
    limits = {"begin": period.begin, "end": period.end}
    with connection.cursor() as cursor:
        cursor.execute(OF_PERIOD, limits)
        rows = {pk: tuple(values) for pk, *values in cursor.fetchall()}
        cursor.execute(OPEN_AT_END, limits)
        still_open = dict(cursor.fetchall())

    def of(organisation: Organisation | None) -> Figures:
        new, resolved, answer, resolution = rows.get(organisation and organisation.pk, (0, 0, None, None))
        count = still_open.get(organisation.pk, 0) if organisation else sum(still_open.values())
        return Figures(organisation, new, resolved, count, answer, resolution)

    return [of(organisation) for organisation in Organisation.objects.taking_part()], of(None)


@dataclass(frozen=True)
class CategoryCount:
    """How many new tickets a category had."""

    code: str
    name_nl: str
    name_en: str
    count: int


def categories(period: Period, limit: int = 10) -> list[CategoryCount]:
    """Return the categories with most new tickets in the period, of all organisations together.

    A category with fewer than five is left out: a small count can point at one library.
    """
    rows = (
        TicketSnapshot.objects.filter(opened_at__gte=period.begin, opened_at__lt=period.end)
        .values("category__code", "category__name_nl", "category__name_en")
        .annotate(count=Count("pk"))
        .filter(count__gte=SMALLEST_COUNT)
        .order_by("-count", "category__code")[:limit]
    )
    return [
        CategoryCount(
            code=row["category__code"],
            name_nl=row["category__name_nl"],
            name_en=row["category__name_en"],
            count=row["count"],
        )
        for row in rows
    ]


def new_per_quarter(last: Period, count: int = 8) -> list[tuple[Period, dict[int, int]]]:
    """Return, for `count` quarters up to `last`, how many new tickets each organisation (by pk) had; one query."""
    periods = [last]
    while len(periods) < count:
        periods.insert(0, periods[0].previous)
    measures = {
        f"q{index}": Count("pk", filter=Q(opened_at__gte=period.begin, opened_at__lt=period.end))
        for index, period in enumerate(periods)
    }
    rows = TicketSnapshot.objects.values("organisation_id").annotate(**measures)
    found: list[tuple[Period, dict[int, int]]] = [(period, {}) for period in periods]
    for row in map(dict[str, Any], rows):
        for index, (_period, counts) in enumerate(found):
            counts[row["organisation_id"]] = row[f"q{index}"]
    return found
