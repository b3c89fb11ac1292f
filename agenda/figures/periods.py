"""Quarters of a year, as days of Europe/Amsterdam."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# So long after its end a quarter may be kept: whatever was written in its last seconds is there by then.
SETTLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, order=True)
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

    def runs(self, at: datetime) -> bool:
        """Does it run at a moment?"""
        return self.begin <= at < self.end

    def is_settled(self, at: datetime) -> bool:
        """Is it over at a moment, and was all of it written by then?"""
        return self.end + SETTLED_AFTER <= at


def year_earlier(moment: datetime) -> datetime:
    """Return the same day and time a year before, in Europe/Amsterdam; of 29 February that of the 28th."""
    local = moment.astimezone(AMSTERDAM)
    day = 28 if (local.month, local.day) == (2, 29) else local.day
    return local.replace(year=local.year - 1, day=day)


FIRST = Period(2020, 1)  # of which figures are asked; tickets that were brought along may be older
