"""Working days in the Netherlands: Monday to Friday, less the days off of the Algemene termijnenwet, art. 3.

5 May and Good Friday are settings of the organisation: a collective agreement decides, not the law.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from dateutil.easter import easter

from tenants.settings.queries import InForce


@lru_cache(maxsize=64)
def _good_friday(year: int) -> date:
    return easter(year) - timedelta(days=2)


@lru_cache(maxsize=64)
def _days_off(year: int) -> frozenset[date]:
    """The law's days off that are no setting of ours."""
    settled_elsewhere = {date(year, 5, 5), _good_friday(year)}
    return frozenset(holidays.country_holidays("NL", years=year)) - settled_elsewhere


def is_working_day(day: date, rules: InForce) -> bool:
    """Is `day` a working day under the settings of an organisation? 5 May is always off in a lustrum year."""
    if day.weekday() >= 5 or day in _days_off(day.year):
        return False
    if (day.month, day.day) == (5, 5):
        return not (rules.liberation_day_free or day.year % 5 == 0)
    return not (rules.good_friday_free and day == _good_friday(day.year))


def add_working_days(moment: datetime, days: int, rules: InForce) -> datetime:
    """Return the same wall-clock time, in the organisation's time zone, `days` working days after `moment`."""
    local = moment.astimezone(ZoneInfo(rules.time_zone))
    day = local.date()
    while days > 0:
        day += timedelta(days=1)
        if is_working_day(day, rules):
            days -= 1
    return local.replace(year=day.year, month=day.month, day=day.day)
