"""The work agenda as the steering group reads it: what wants attention, what is steady, and what is asked."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agenda.figures.periods import Period
from agenda.steering.rows import Reports
from agenda.work.asked import STEERING, Ask, asks_of, is_trouble, not_on_track
from agenda.work.models import Status
from agenda.work.past import stood_at
from agenda.work.queries import Tally, last_reports, tally, tally_of
from agenda.work.rows import Row, columns, days_late, in_rows

MOST = 60


@dataclass(frozen=True)
class Overview:
    """The running results on a day: those that want attention (off track, at risk, late) and those that do not."""

    day: date
    tally: Tally
    trouble: list[Row]
    steady: list[Row]
    reports: Reports

    def asked_of(self, organisations: frozenset[int]) -> list[Ask]:
        """Return what is asked of these (of the steering group: STEERING), decisions first, then what is off track."""
        found = [one for row in self.trouble for one in asks_of(row, self.day) if one.organisation in organisations]
        return sorted(found, key=lambda one: one.organisation != STEERING)

    @property
    def late(self) -> int:
        """How many are late and say that they are on track."""
        return sum(row.on_track and days_late(row, self.day) > 0 for row in self.trouble)

    @property
    def in_part(self) -> int:
        """How many are on track and in time, and have a part that is not."""
        return sum(row.on_track and not days_late(row, self.day) and bool(not_on_track(row)) for row in self.trouble)

    @property
    def red_in_part(self) -> int:
        """How many have a part that is off track and are not so as a whole."""
        off = Status.OFF_TRACK
        return sum(row.state != off and any(part.status == off for part in row.parts) for row in self.trouble)


def running_now(items, now: datetime, today: date) -> Overview:
    """Return how these running items stand today, at most 60 of them; three queries, one more when there are more."""
    rows = in_rows(columns(items.red_first()[:MOST]))
    return _overview(rows, tally_of(rows, today) if len(rows) < MOST else tally(items, today), now, today)


def at_end_of(period: Period) -> Overview:
    """Return how the agenda stood at the end of a quarter that is over, by its history; three queries."""
    rows = stood_at(period.end)
    last = period.next.first_on - timedelta(days=1)
    return _overview(rows[:MOST], tally_of(rows, last), period.end, last)


def _overview(rows: list[Row], counts: Tally, moment: datetime, today: date) -> Overview:
    trouble = [row for row in rows if is_trouble(row, today)]
    return Overview(
        day=today,
        tally=counts,
        trouble=trouble,
        steady=[row for row in rows if not is_trouble(row, today)],
        reports=last_reports([row.number for row in trouble], moment) if trouble else {},
    )
