"""Questions about the work agenda."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q
from django.utils import timezone

from agenda.history.events import Kind
from agenda.history.queries import said_last
from agenda.work.asked import is_trouble, not_on_track
from agenda.work.models import Status, WorkItem, in_a_part, wanting_attention
from agenda.work.rows import Row, days_late


def last_reports(numbers: Iterable[int], before: datetime) -> dict[int, tuple[str, datetime]]:
    """Return the text of the last report of results, by number, before a moment, and when it was made; one query."""
    found = said_last([f"W{number}" for number in numbers], Kind.REPORTED, before)
    return {int(address[1:]): said for address, said in found.items()}


@dataclass(frozen=True)
class Tally:
    """How the running items stand; which of them are late, have a part that is not on track, or ask for a decision.

    `attention` counts those that want it, each once (agenda.work.asked).
    """

    all: int
    on_track: int
    at_risk: int
    off_track: int
    late: int
    in_part: int
    asked: int
    attention: int


def tally(items=None, today: date | None = None) -> Tally:
    """Return how many running items there are by status; one query."""
    items = WorkItem.objects.running() if items is None else items
    today = today or timezone.localdate()
    on_track = Q(status=Status.ON_TRACK)
    counts = items.order_by().aggregate(
        all=Count("pk"),
        on_track=Count("pk", filter=on_track),
        at_risk=Count("pk", filter=Q(status=Status.AT_RISK)),
        off_track=Count("pk", filter=Q(status=Status.OFF_TRACK)),
        late=Count("pk", filter=Q(planned_to__lt=today)),
        in_part=Count("pk", filter=on_track & in_a_part()),
        attention=Count("pk", filter=wanting_attention(today)),
        asked=Count("pk", filter=~Q(asked="")),  # last: what comes after would read the count by this name
    )
    return Tally(**counts)


def tally_of(rows: Iterable[Row], today: date) -> Tally:
    """Return the same of these rows."""
    rows = list(rows)
    found = Counter(row.state for row in rows)
    return Tally(
        all=len(rows),
        on_track=found[Status.ON_TRACK],
        at_risk=found[Status.AT_RISK],
        off_track=found[Status.OFF_TRACK],
        late=sum(days_late(row, today) > 0 for row in rows),
        in_part=sum(row.on_track and bool(not_on_track(row)) for row in rows),
        asked=sum(bool(row.asked) for row in rows),
        attention=sum(is_trouble(row, today) for row in rows),
    )


@dataclass(frozen=True)
class Bar:
    """An item on the axis of time, in thousandths of its width."""

    item: WorkItem
    left: int
    width: int
    done: int

    @property
    def right(self) -> int:
        """Where it is due."""
        return min(1000, self.left + self.width)


@dataclass(frozen=True)
class Quarter:
    """The beginning of a quarter on the axis, in thousandths of its width."""

    left: int
    year: int
    number: int


@dataclass(frozen=True)
class Axis:
    """Whole years by quarters, with the items on it."""

    begin: date
    end: date
    quarters: list[Quarter]
    now: int
    bars: list[Bar]


def axis(items: list[WorkItem], today: date) -> Axis:
    """Place `items` on an axis of whole years that holds them all, at most eight years around `today`."""
    first = min([item.planned_from.year for item in items], default=today.year)
    last = max([item.planned_to.year for item in items], default=today.year)
    first, last = max(min(first, today.year), today.year - 4), min(max(last, today.year), today.year + 4)
    begin, end = date(first, 1, 1), date(last + 1, 1, 1)
    length = (end - begin).days

    def place(day: date) -> int:
        return max(0, min(1000, round((day - begin).days * 1000 / length)))

    bars = []
    for item in items:
        left, right = place(item.planned_from), place(item.planned_to)
        width = max(6, right - left)
        bars.append(Bar(item=item, left=left, width=width, done=round(width * item.progress / 100)))
    quarters = [
        Quarter(left=place(date(year, 3 * number - 2, 1)), year=year, number=number)
        for year in range(first, last + 1)
        for number in (1, 2, 3, 4)
    ]
    return Axis(begin=begin, end=end, quarters=quarters, now=place(today), bars=bars)
