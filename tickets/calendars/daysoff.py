"""Days on which nobody works: those of the law, two that an agreement decides, and an organisation's own.

The law's are those of the Algemene termijnenwet, art. 3, with King's Day on 26 April where the 27th is a Sunday. 5 May
and Good Friday are decided by a collective agreement; 5 May is off in a lustrum year whatever it says.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
from dateutil.easter import easter


@lru_cache(maxsize=256)
def good_friday(year: int) -> date:
    """Return the Friday before Easter of `year`."""
    return easter(year) - timedelta(days=2)


@lru_cache(maxsize=256)
def of_the_law(year: int) -> frozenset[date]:
    """Return the law's days off in `year`, less 5 May and Good Friday."""
    return frozenset(holidays.country_holidays("NL", years=year)) - {date(year, 5, 5), good_friday(year)}


@dataclass(frozen=True)
class Closed:
    """An own day off: from `from_on` to `until_on`, both included; `yearly`: that day of each year from then on.

    A yearly one that ended does so with the day before `ended_on`. 29 February comes in leap years only.
    """

    from_on: date
    until_on: date
    yearly: bool = False
    ended_on: date | None = None

    def covers(self, day: date) -> bool:
        """Is `day` one of its days?"""
        if day < self.from_on or (self.ended_on is not None and day >= self.ended_on):
            return False
        if not self.yearly:
            return day <= self.until_on
        return (day.month, day.day) == (self.from_on.month, self.from_on.day)


@dataclass(frozen=True)
class DaysOff:
    """Which days are off under one version of a calendar."""

    public: bool = True  # the law's days are off; not so where a service is kept up on holidays
    liberation_day: bool = True  # 5 May is off each year, not in lustrum years alone
    good_friday: bool = False
    own: tuple[Closed, ...] = ()

    def covers(self, day: date) -> bool:
        """Is nobody at work on `day`?"""
        return (self.public and self._by_law(day)) or any(closed.covers(day) for closed in self.own)

    def _by_law(self, day: date) -> bool:
        if (day.month, day.day) == (5, 5):
            return self.liberation_day or day.year % 5 == 0
        if day == good_friday(day.year):
            return self.good_friday
        return day in of_the_law(day.year)
