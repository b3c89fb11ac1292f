"""Working days: weekends, the law's days off, two settings, and summer time."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.settings.queries import InForce
from tickets.closing.workdays import add_working_days, is_working_day

RULES = InForce(
    auto_close_days=5,
    liberation_day_free=True,
    good_friday_free=False,
    time_zone="Europe/Amsterdam",
    refused_kinds=[],
    refused_endings="",
)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 1, 1), True),
        (date(2026, 4, 6), True),  # Easter Monday
        (date(2026, 4, 27), True),  # King's Day
        (date(2025, 4, 26), True),  # a Saturday: the 27th was a Sunday
        (date(2031, 4, 26), True),
        (date(2026, 5, 14), True),  # Ascension
        (date(2026, 5, 25), True),  # Whit Monday
        (date(2026, 12, 25), True),
        (date(2026, 12, 28), False),
        (date(2026, 11, 21), True),  # Saturday
        (date(2026, 11, 23), False),
    ],
)
def test_days_off(day, off):
    assert is_working_day(day, RULES) is not off


@pytest.mark.parametrize(
    ("year", "every_year", "off"), [(2026, True, True), (2026, False, False), (2025, False, True), (2030, False, True)]
)
def test_5_may_is_a_setting_but_in_lustrum_years(year, every_year, off):
    rules = replace(RULES, liberation_day_free=every_year)
    day = date(year, 5, 5)
    assert is_working_day(day, rules) is not off or day.weekday() >= 5


@pytest.mark.parametrize("day", [date(2026, 4, 3), date(2027, 3, 26), date(2028, 4, 14), date(2029, 3, 30)])
def test_good_friday_is_a_setting(day):
    assert is_working_day(day, RULES) is True
    assert is_working_day(day, replace(RULES, good_friday_free=True)) is False


def test_five_working_days_over_easter():
    resolved = datetime(2026, 4, 1, 14, 5, tzinfo=AMSTERDAM)
    assert add_working_days(resolved, 5, RULES) == datetime(2026, 4, 9, 14, 5, tzinfo=AMSTERDAM)


def test_the_wall_clock_stays_over_summer_time():
    resolved = datetime(2026, 3, 27, 13, 0, tzinfo=UTC)  # 14:00 in Amsterdam, the Friday before
    due = add_working_days(resolved, 1, RULES)
    assert due.astimezone(AMSTERDAM).hour == 14
    assert due.astimezone(UTC).hour == 12


def test_the_day_is_that_of_the_organisations_time_zone():
    friday_evening = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 22:00 on Bonaire, where it is Friday still
    bonaire = replace(RULES, time_zone="America/Kralendijk")
    assert add_working_days(friday_evening, 1, bonaire).astimezone(UTC) == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert add_working_days(friday_evening, 1, RULES).astimezone(UTC) == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@given(st.datetimes(datetime(2021, 1, 1), datetime(2040, 1, 1)), st.integers(1, 60))
def test_it_lands_on_a_working_day_and_counts_them_all(moment, days):
    start = moment.replace(tzinfo=AMSTERDAM)
    due = add_working_days(start, days, RULES)
    assert is_working_day(due.date(), RULES)
    between = [start.date().fromordinal(n) for n in range(start.date().toordinal() + 1, due.date().toordinal() + 1)]
    assert sum(is_working_day(day, RULES) for day in between) == days
