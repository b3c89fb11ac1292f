"""When things happen in the demo: by season, weekday and hour, in Amsterdam."""

import random
from bisect import bisect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from config.demo.texts import HOURS, MONTHS

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def chooser(rng: random.Random, weighted: list[tuple[object, int]]) -> Callable[[], object]:
    """Return what draws one of the values by its weight."""
    values = [value for value, _weight in weighted]
    totals = list(accumulate(weight for _value, weight in weighted))
    return lambda: values[bisect(totals, rng.random() * totals[-1])]


def moments(rng: random.Random, count: int, years: float, until: datetime) -> list[datetime]:
    """Return sorted moments of filing: weekdays, by season and hour, in local time."""
    hour = chooser(rng, HOURS)
    begin = until.astimezone(AMSTERDAM).date() - timedelta(days=round(365 * years))
    days, weights = [], []
    for offset in range(round(365 * years) + 1):
        day = begin + timedelta(days=offset)
        days.append(day)
        weights.append(MONTHS[day.month - 1] * (10 if day.weekday() < 5 else 1))
    found = []
    for day in rng.choices(days, weights, k=count):
        local = datetime(day.year, day.month, day.day, hour(), rng.randrange(60), tzinfo=AMSTERDAM)
        found.append(min(local.astimezone(UTC), until - timedelta(minutes=rng.randrange(5, 600))))
    return sorted(found)


def later(moment: datetime, hours: float) -> datetime:
    """Return a moment in office hours about `hours` working hours after `moment`."""
    local = moment.astimezone(AMSTERDAM) + timedelta(hours=hours * (24 / 8))
    while local.weekday() >= 5:
        local += timedelta(days=1)
    if not 8 <= local.hour < 18:
        local = local.replace(hour=8 + local.minute % 9)
    return max(local.astimezone(UTC), moment + timedelta(minutes=3))
