"""The figures of the cooperation, made of TicketSnapshot alone. Days and quarters are those of Europe/Amsterdam.

Times are in clock minutes: nights and weekends count. `keep` keeps quarters that are over, and each minute the one that
runs; what is not kept, or is kept too long ago, is counted, and says the same.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from agenda.categories.models import Category
from agenda.figures.models import KeptFigures
from agenda.figures.periods import Period, year_earlier
from tenants.models import Organisation

SMALLEST_COUNT = 5
FIGURES = (
    *("new", "resolved", "open_at_end", "first_answer_minutes", "resolution_minutes"),
    *("first_answer_agreed", "first_answer_in_time", "resolution_agreed", "resolution_in_time"),
)
UNSORTED = 0  # in the place of the key of a category: none yet
ALL: None = None  # in the place of an organisation: all of them together


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some were within the agreed time."""

    in_time: int
    of: int

    @property
    def late(self) -> int:
        """How many were not."""
        return self.of - self.in_time

    @property
    def percent(self) -> int | None:
        """The share, rounded down: 100 only where none was late; None of nothing."""
        return self.in_time * 100 // self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one organisation, or all together, had in a quarter; medians in clock minutes, promises in working time."""

    new: int = 0
    resolved: int = 0
    open_at_end: int = 0
    first_answer_minutes: float | None = None
    resolution_minutes: float | None = None
    first_answer_agreed: int = 0
    first_answer_in_time: int = 0
    resolution_agreed: int = 0
    resolution_in_time: int = 0

    @property
    def answered_in_time(self) -> Share:
        """First answers within the agreed time, of those that had one."""
        return Share(self.first_answer_in_time, self.first_answer_agreed)

    @property
    def resolved_in_time(self) -> Share:
        """Resolutions within the agreed time, of those that had one."""
        return Share(self.resolution_in_time, self.resolution_agreed)


@dataclass(frozen=True)
class Quarter:
    """A quarter: figures by key of organisation (`ALL` together), and new tickets of all by key of category.

    `before` are the figures of the same days a year before, up to the same time, if it ran when it was counted.
    """

    counted_at: datetime
    figures: dict[int | None, Figures] = field(default_factory=dict)
    categories: dict[int, int] = field(default_factory=dict)
    before: dict[int | None, Figures] = field(default_factory=dict)

    def of(self, organisation: int | None) -> Figures:
        """Return the figures of an organisation, by key; noughts when it had nothing."""
        return self.figures.get(organisation, Figures())


# Each quarter is a row of `span`; a row of tickets is read once for all that it says of a quarter.
SPANS = "unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY AS span (begins, ends, place)"
# What was withdrawn ended in one moment and was never resolved: it is not open any more, and counts nowhere else.
RESOLVED = "resolved_at IS DISTINCT FROM closed_at"
WITHIN = f"""
SELECT span.place, organisation_id,
       count(*) FILTER (WHERE opened_at >= begins AND opened_at < ends),
       count(*) FILTER (WHERE resolved_at >= begins AND resolved_at < ends AND {RESOLVED}),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes_to_first_answer)
           FILTER (WHERE first_answer_at >= begins AND first_answer_at < ends),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes_to_resolution)
           FILTER (WHERE resolved_at >= begins AND resolved_at < ends AND {RESOLVED}),
       count(*) FILTER (WHERE first_answer_at >= begins AND first_answer_at < ends
                          AND first_answer_outcome IN ('in_time', 'late')),
       count(*) FILTER (WHERE first_answer_at >= begins AND first_answer_at < ends
                          AND first_answer_outcome = 'in_time'),
       count(*) FILTER (WHERE resolved_at >= begins AND resolved_at < ends AND {RESOLVED}
                          AND resolution_outcome IN ('in_time', 'late')),
       count(*) FILTER (WHERE resolved_at >= begins AND resolved_at < ends AND {RESOLVED}
                          AND resolution_outcome = 'in_time')
  FROM {SPANS} JOIN agenda_ticketsnapshot
    ON opened_at >= begins AND opened_at < ends
    OR resolved_at >= begins AND resolved_at < ends
    OR first_answer_at >= begins AND first_answer_at < ends
 GROUP BY GROUPING SETS ((span.place, organisation_id), (span.place))
"""
AT_END_AND_ABOUT = f"""
SELECT 'open at end', span.place, organisation_id, count(*)
  FROM {SPANS} JOIN agenda_ticketsnapshot ON opened_at < ends AND (resolved_at IS NULL OR resolved_at >= ends)
 GROUP BY GROUPING SETS ((span.place, organisation_id), (span.place))
 UNION ALL
SELECT 'new of category', span.place, coalesce(category_id, {UNSORTED}), count(*)
  FROM {SPANS} JOIN agenda_ticketsnapshot ON opened_at >= begins AND opened_at < ends
 GROUP BY span.place, category_id
"""


def counted(periods: list[Period]) -> dict[Period, Quarter]:
    """Return quarters as the read model has them at this moment; two queries.

    - new: opened in the quarter;
    - resolved: last resolved in the quarter (a reopened ticket counts again when it is resolved again; what who
      reported it withdrew, was not resolved);
    - open at end: opened before the end, and not resolved or withdrawn by then;
    - before: the same of the same days a year before, of the quarter that runs;
    - first answer and resolution: median clock minutes of what was first answered, or resolved, in the quarter: the
      middle one, or between the two middle ones when they are even in number;
    - agreed and in time: of what was first answered, or resolved, in the quarter, how much had an agreed time, and how
      much of that was within it. What still waits counts when it is done.
    """
    if not periods:
        return {}
    now = timezone.now()
    running = [one for one in periods if one.runs(now)]
    spans = [(one.begin, one.end) for one in periods]
    spans += [(one.year_before.begin, year_earlier(now)) for one in running]
    found = _counted(spans, now)
    quarters = dict(zip(periods, found, strict=False))
    for one, same_days in zip(running, found[len(periods) :], strict=True):
        quarters[one].before[ALL] = Figures()
        quarters[one].before.update(same_days.figures)
    return quarters


def _counted(spans: list[tuple[datetime, datetime]], now: datetime) -> list[Quarter]:
    """Return what was between each two moments, the second not included."""
    limits = {"begins": [begin for begin, _end in spans], "ends": [end for _begin, end in spans]}
    found = {place: Quarter(now) for place in range(1, len(spans) + 1)}
    with connection.cursor() as cursor:
        cursor.execute(AT_END_AND_ABOUT, limits)
        for what, place, key, count in cursor.fetchall():
            if what == "open at end":
                found[place].figures[key] = Figures(open_at_end=count)
            else:
                found[place].categories[key] = count
        cursor.execute(WITHIN, limits)
        for place, key, new, resolved, *more in cursor.fetchall():
            at_end = found[place].of(key).open_at_end
            found[place].figures[key] = Figures(new, resolved, at_end, *more)
    return list(found.values())


def quarters(
    periods: Iterable[Period], organisations: Iterable[int] | None = None, *, fresh: timedelta = timedelta(0)
) -> dict[Period, Quarter]:
    """Return quarters, those that are kept from there, in three queries at most.

    With `organisations` (keys) only these and all together. What is not over yet is counted, or it is kept and no older
    than `fresh`.
    """
    wanted, since = list(dict.fromkeys(periods)), timezone.now() - fresh
    rows = KeptFigures.objects.whole().filter(starts_on__in=[one.first_on for one in wanted]).of(organisations)
    columns = rows.values_list("starts_on", "counted_at", "organisation_id", "categories", "before", *FIGURES)
    kept: dict[Period, Quarter] = {}
    for first_on, counted_at, pk, categories, before, *values in columns:
        period = Period.of(first_on)
        if counted_at < since and not period.is_settled(counted_at):
            continue
        quarter = kept.setdefault(period, Quarter(counted_at))
        quarter.figures[pk] = Figures(*values)
        quarter.categories.update((int(key), count) for key, count in categories.items())
        if before:
            quarter.before[pk] = Figures(**before)
    # An earlier version kept a running quarter without the same days a year before.
    whole = {one: found for one, found in kept.items() if found.before or not one.runs(found.counted_at)}
    return whole | counted([one for one in wanted if one not in whole])


def as_kept(quarter: Quarter, organisation: int | None) -> dict[str, float | None]:
    """Return the figures of the same days a year before as they are kept; empty when there are none."""
    return asdict(quarter.before[organisation]) if organisation in quarter.before else {}


@dataclass(frozen=True)
class CategoryCount:
    """How many new tickets a category had; without one, how many the desk still has to sort."""

    category: Category | None
    count: int


def categories(quarter: Quarter, limit: int = 10) -> list[CategoryCount]:
    """Return the categories with most new tickets in a quarter, of all organisations together; one query.

    A category with fewer than five is left out: a small count can point at one library. What the desk still has to
    sort (a group of the tree, or none) comes last, as one.
    """
    if sum(quarter.categories.values()) < SMALLEST_COUNT:
        return []
    leaves = Category.objects.filter(parent__isnull=False).in_bulk(quarter.categories)
    found = [(leaf, quarter.categories[pk]) for pk, leaf in leaves.items()]
    unsorted = sum(count for pk, count in quarter.categories.items() if pk not in leaves)
    found = sorted(found, key=lambda one: (-one[1], one[0].code))
    shown = [CategoryCount(leaf, count) for leaf, count in found if count >= SMALLEST_COUNT][:limit]
    return shown + ([CategoryCount(None, unsorted)] if unsorted >= SMALLEST_COUNT else [])


def history(last: Period, count: int = 8) -> list[Period]:
    """Return `count` quarters up to `last`, the oldest first."""
    periods = [last]
    while len(periods) < count:
        periods.insert(0, periods[0].previous)
    return periods


def figures(period: Period) -> tuple[list[tuple[Organisation, Figures]], Figures]:
    """Return the figures of a quarter for each organisation that takes part, by name, and of all together."""
    quarter = quarters([period])[period]
    each = [(one, quarter.of(one.pk)) for one in Organisation.objects.taking_part()]
    return each, quarter.of(ALL)
