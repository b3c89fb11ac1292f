"""Working time: examples reckoned by hand, and random calendars held against a slow oracle, minute by minute.

`make check-clocks` tries 20,000 random cases, the tests 500.
"""

import os
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tickets.calendars.daysoff import Closed, DaysOff
from tickets.calendars.worktime import Calendar, Hours, NeverOpen, merge

CASES = int(os.environ.get("SAMENBEHEER_CLOCK_CASES", "500"))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = (((510, 1020),) * 1,) * 5 + ((), ())  # 8:30 to 17:00
OFFICE_HOURS = Calendar((Hours(date(2020, 1, 1), OFFICE),))


def ams(*moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=AMSTERDAM, fold=fold)


# ---- by hand


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        (ams(2026, 11, 23, 9, 0), ams(2026, 11, 23, 10, 0), 60),
        (ams(2026, 11, 23, 7, 0), ams(2026, 11, 23, 9, 0), 30),
        (ams(2026, 11, 23, 16, 30), ams(2026, 11, 24, 9, 0), 60),  # over a night
        (ams(2026, 11, 20, 16, 50), ams(2026, 11, 23, 8, 40), 20),  # over a weekend
        (ams(2026, 5, 22, 16, 50), ams(2026, 5, 26, 8, 40), 20),  # over Whitsun: Monday is off
        (ams(2026, 12, 24, 16, 0), ams(2027, 1, 4, 9, 30), 60 + 4 * 510 + 60),  # 28 to 31 December, then Monday
        (ams(2026, 11, 23, 9, 0), ams(2026, 11, 23, 9, 0), 0),
        (ams(2026, 11, 23, 10, 0), ams(2026, 11, 23, 9, 0), 0),
        (ams(2026, 11, 23, 9, 0, 59), ams(2026, 11, 23, 9, 1, 1), 1),  # whole minutes
        (ams(2026, 3, 27, 9, 0), ams(2026, 3, 30, 9, 0), 510),  # over the beginning of summer time
    ],
)
def test_minutes_by_hand(start, end, minutes):
    assert OFFICE_HOURS.minutes(start, end) == minutes


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        (ams(2026, 11, 23, 9, 0), 60, ams(2026, 11, 23, 10, 0)),
        (ams(2026, 11, 23, 16, 0), 240, ams(2026, 11, 24, 11, 30)),  # an hour today, three tomorrow
        (ams(2026, 11, 23, 16, 0), 60, ams(2026, 11, 23, 17, 0)),  # filled to the end: not the next morning
        (ams(2026, 11, 23, 16, 0), 61, ams(2026, 11, 24, 8, 31)),
        (ams(2026, 11, 21, 12, 0), 1, ams(2026, 11, 23, 8, 31)),  # filed on a Saturday
        (ams(2026, 11, 21, 12, 0), 0, ams(2026, 11, 21, 12, 0)),
        (ams(2026, 5, 22, 16, 50), 240, ams(2026, 5, 26, 12, 20)),  # the Friday before Whitsun
        (ams(2031, 4, 25, 16, 0), 120, ams(2031, 4, 28, 9, 30)),  # King's Day 2031 is Saturday the 26th
        (ams(2027, 4, 26, 16, 0), 120, ams(2027, 4, 28, 9, 30)),  # and in 2027 Tuesday the 27th
    ],
)
def test_after_by_hand(start, minutes, due):
    assert OFFICE_HOURS.after(start, minutes) == due


def test_pauses_push_the_moment_back_by_their_working_minutes():
    start = ams(2026, 11, 23, 8, 52)
    supplier = (ams(2026, 11, 23, 9, 11), ams(2026, 11, 23, 10, 3))
    reporter = (ams(2026, 11, 23, 12, 0), ams(2026, 11, 23, 12, 20))
    assert OFFICE_HOURS.after(start, 240) == ams(2026, 11, 23, 12, 52)
    assert OFFICE_HOURS.after(start, 240, [supplier]) == ams(2026, 11, 23, 13, 44)
    assert OFFICE_HOURS.after(start, 240, [reporter, supplier]) == ams(2026, 11, 23, 14, 4)


def test_a_pause_over_the_night_costs_its_working_minutes_alone():
    night = (ams(2026, 11, 23, 16, 30), ams(2026, 11, 24, 9, 0))
    assert OFFICE_HOURS.after(ams(2026, 11, 23, 16, 0), 60, [night]) == ams(2026, 11, 24, 9, 30)


@pytest.mark.parametrize(
    ("start", "days", "end_of_day", "due"),
    [
        (ams(2026, 11, 23, 14, 5), 1, False, ams(2026, 11, 24, 14, 5)),
        (ams(2026, 11, 23, 14, 5), 1, True, ams(2026, 11, 24, 17, 0)),
        (ams(2026, 11, 20, 14, 5), 1, False, ams(2026, 11, 23, 14, 5)),
        (ams(2026, 11, 21, 14, 5), 1, False, ams(2026, 11, 23, 14, 5)),  # Saturday: Monday is the first day after
        (ams(2026, 11, 23, 19, 0), 1, False, ams(2026, 11, 24, 17, 0)),  # as late, within that day's hours
        (ams(2026, 11, 23, 6, 0), 1, False, ams(2026, 11, 24, 8, 30)),
        (ams(2026, 4, 1, 14, 5), 5, False, ams(2026, 4, 9, 14, 5)),  # over Easter
        (ams(2026, 11, 23, 14, 5), 0, False, ams(2026, 11, 23, 14, 5)),
        (ams(2026, 11, 23, 14, 5), 0, True, ams(2026, 11, 23, 17, 0)),
        (ams(2026, 11, 23, 19, 0), 0, True, ams(2026, 11, 24, 17, 0)),  # that day's end is past
        (ams(2026, 3, 27, 14, 0), 1, False, ams(2026, 3, 30, 14, 0)),  # over the beginning of summer time
    ],
)
def test_after_days_by_hand(start, days, end_of_day, due):
    assert OFFICE_HOURS.after_days(start, days, end_of_day=end_of_day) == due


def test_the_night_in_which_summer_time_begins_has_no_hour_of_two():
    night = Calendar((Hours(date(2020, 1, 1), (((60, 240),),) * 7),))  # 1:00 to 4:00 each night
    assert night.minutes(ams(2026, 3, 29, 0, 0), ams(2026, 3, 29, 6, 0)) == 120
    assert night.after(ams(2026, 3, 29, 0, 0), 61) == ams(2026, 3, 29, 3, 1)


def test_the_hour_that_comes_twice_counts_twice():
    night = Calendar((Hours(date(2020, 1, 1), (((60, 240),),) * 7),))
    assert night.minutes(ams(2026, 10, 25, 0, 0), ams(2026, 10, 25, 6, 0)) == 240
    half = Calendar((Hours(date(2020, 1, 1), (((150, 300),),) * 7),))  # from 2:30: twice half an hour, then on
    assert list(half.spans(ams(2026, 10, 25, 0, 0), ams(2026, 10, 25, 6, 0))) == [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 4, 0, tzinfo=UTC)),
    ]


def test_a_new_version_counts_from_its_first_day_and_leaves_what_was():
    longer = (((510, 1260),),) * 5 + ((), ())
    both = Calendar((Hours(date(2020, 1, 1), OFFICE), Hours(date(2026, 11, 24), longer)))
    assert both.minutes(ams(2026, 11, 23, 16, 0), ams(2026, 11, 23, 22, 0)) == 60
    assert both.minutes(ams(2026, 11, 24, 16, 0), ams(2026, 11, 24, 22, 0)) == 300
    assert both.after(ams(2026, 11, 23, 16, 0), 60 + 750) == ams(2026, 11, 24, 21, 0)


def test_a_version_in_another_time_zone_begins_at_its_own_midnight_and_no_minute_counts_twice():
    round_the_clock = (((0, 1440),),) * 7
    moved = Calendar(
        (
            Hours(date(2020, 1, 1), round_the_clock, off=DaysOff(public=False)),
            Hours(date(2026, 11, 24), round_the_clock, "America/Kralendijk", DaysOff(public=False)),
        )
    )
    assert moved.minutes(ams(2026, 11, 23, 0, 0), ams(2026, 11, 25, 0, 0)) == 2880
    assert moved.at(ams(2026, 11, 24, 4, 59)).zone == "Europe/Amsterdam"
    assert moved.at(ams(2026, 11, 24, 5, 0)).zone == "America/Kralendijk"


def test_the_first_version_counts_for_what_was_before_it():
    late = Calendar((Hours(date(2026, 6, 1), OFFICE),))
    assert late.minutes(ams(2026, 3, 2, 8, 0), ams(2026, 3, 2, 9, 30)) == 60


@pytest.mark.parametrize("week", [((),) * 7, (((600, 600),),) * 7])
def test_a_calendar_without_hours_is_never_open(week):
    empty = Calendar((Hours(date(2020, 1, 1), week),))
    assert empty.minutes(ams(2026, 1, 1, 0, 0), ams(2026, 12, 1, 0, 0)) == 0
    with pytest.raises(NeverOpen):
        empty.after(ams(2026, 1, 1, 0, 0), 1)
    with pytest.raises(NeverOpen):
        empty.after_days(ams(2026, 1, 1, 0, 0), 1)


def test_own_days_off_single_range_and_yearly():
    own = (
        Closed(date(2026, 11, 25), date(2026, 11, 25)),
        Closed(date(2026, 12, 28), date(2026, 12, 30)),
        Closed(date(2026, 10, 3), date(2026, 10, 3), yearly=True, ended_on=date(2029, 1, 1)),
    )
    off = DaysOff(own=own)
    shut = [date(2026, 11, 25), date(2026, 12, 28), date(2026, 12, 30), date(2026, 10, 3), date(2028, 10, 3)]
    works = [date(2027, 11, 25), date(2026, 12, 31), date(2026, 11, 24), date(2025, 10, 3), date(2029, 10, 3)]
    assert ([off.covers(day) for day in shut], [off.covers(day) for day in works]) == ([True] * 5, [False] * 5)


def test_a_service_kept_up_on_holidays_is_open_then():
    sunday = Calendar((Hours(date(2020, 1, 1), (((600, 720),),) * 7, off=DaysOff(public=False)),))
    assert sunday.minutes(ams(2026, 12, 25, 0, 0), ams(2026, 12, 26, 0, 0)) == 120


def test_merge_joins_what_touches_and_leaves_out_what_is_empty():
    a, b, c, d = (ams(2026, 11, 23, hour, 0) for hour in (9, 10, 11, 12))
    assert merge([(b, c), (a, b), (d, d), (d, c)]) == [(a, c)]


# ---- at random, against an oracle that walks minute by minute and knows nothing of the code above

EASTER = {2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1), 2030: (4, 21), 2031: (4, 13)}
KINGS_DAY = {2025: 26, 2026: 27, 2027: 27, 2028: 27, 2029: 27, 2030: 27, 2031: 26}
MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=4096)
def off_by_oracle(day: date, off: DaysOff) -> bool:
    after_easter = (day - date(day.year, *EASTER[day.year])).days
    public = (
        after_easter in (0, 1, 39, 49, 50)
        or (after_easter == -2 and off.good_friday)
        or (day.month, day.day) in [(1, 1), (12, 25), (12, 26), (4, KINGS_DAY[day.year])]
        or ((day.month, day.day) == (5, 5) and (off.liberation_day or day.year in (2025, 2030)))
    )
    return (off.public and public) or any(
        own.from_on <= day
        and (own.ended_on is None or day < own.ended_on)
        and ((day.month, day.day) == (own.from_on.month, own.from_on.day) if own.yearly else day <= own.until_on)
        for own in off.own
    )


def counts(moment: datetime, versions: list[Hours]) -> bool:
    """Is the minute that begins at `moment` worked?"""
    local = moment.astimezone(ZoneInfo(versions[0].zone))  # all are of one zone
    hours = max((v for v in versions if local.date() >= v.from_on), key=lambda v: v.from_on)
    at = local.hour * 60 + local.minute
    return any(a <= at < b for a, b in hours.week[local.weekday()]) and not off_by_oracle(local.date(), hours.off)


ZONES = ["Europe/Amsterdam"] * 4 + ["America/Kralendijk", "Australia/Lord_Howe", "Asia/Beirut"]
DAYS = st.dates(date(2025, 2, 1), date(2031, 11, 1)) | st.sampled_from(
    [date(2026, 3, 29), date(2026, 10, 25), date(2031, 4, 26), date(2030, 5, 5), date(2025, 12, 31), date(2027, 5, 17)]
)


@st.composite
def weeks(draw):
    def blocks():
        edges = sorted(draw(st.sets(st.integers(0, 24).map(lambda n: 60 * n) | st.integers(0, 1440), max_size=4)))
        return tuple(zip(edges[::2], edges[1::2], strict=False))

    return tuple(blocks() for _day in range(7))


@st.composite
def cases(draw):
    day = draw(DAYS)
    zone = draw(st.sampled_from(ZONES))
    near = st.integers(-3, 4).map(lambda n: day + timedelta(days=n))
    own = []
    for _one in range(draw(st.integers(0, 2))):
        start = draw(near)
        own.append(Closed(start, start + timedelta(days=draw(st.integers(0, 2))), yearly=draw(st.booleans())))
    versions = []
    for from_on in sorted({date(2024, 1, 1), *draw(st.sets(near, max_size=1))}):
        off = DaysOff(draw(st.booleans()), draw(st.booleans()), draw(st.booleans()), tuple(own))
        versions.append(Hours(from_on, draw(weeks()), zone, off))
    start = datetime.combine(day, datetime.min.time(), UTC) + draw(st.integers(-1500, 1500)) * MINUTE
    spans = st.tuples(st.integers(-600, 3500), st.integers(-30, 1500))
    pauses = [(start + a * MINUTE, start + (a + b) * MINUTE) for a, b in draw(st.lists(spans, max_size=3))]
    return versions, start, pauses, draw(st.integers(0, 3000)), draw(st.integers(0, 1500))


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_it_agrees_with_the_oracle(case):
    versions, start, pauses, length, target = case
    calendar = Calendar(tuple(versions))
    walk = [start + n * MINUTE for n in range(3000)]
    worked = [counts(moment, versions) for moment in walk]
    assert calendar.minutes(start, start + length * MINUTE) == sum(worked[:length])
    left, due = target, start if target == 0 else None
    for moment, works in zip(walk, worked, strict=True):
        if due is None and works and not any(a <= moment < b for a, b in pauses):
            left -= 1
            due = moment + MINUTE if left == 0 else None
    if due is not None:
        assert calendar.after(start, target, pauses) == due
    else:
        with suppress(NeverOpen):
            assert calendar.after(start, target, pauses) > walk[-1]


@settings(max_examples=CASES // 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(), st.integers(1, 3))
def test_days_agree_with_the_oracle(case, days):
    versions, start, _pauses, _length, _target = case
    calendar = Calendar(tuple(versions))
    zone = ZoneInfo(versions[0].zone)
    first, moment, last = start.astimezone(zone).date(), start, start + timedelta(days=6)
    opened: dict[date, list[datetime]] = {}
    while moment < last:
        day = moment.astimezone(zone).date()
        if counts(moment, versions):
            opened.setdefault(day, []).append(moment)
        moment += MINUTE
    found = [day for day in sorted(opened) if first < day < last.astimezone(zone).date()]
    if len(found) >= days:
        minutes = opened[found[days - 1]]
        due = calendar.after_days(start, days, end_of_day=True)
        assert due == minutes[-1] + MINUTE
        as_late = calendar.after_days(start, days)
        assert minutes[0] <= as_late <= due
        assert as_late.astimezone(zone).date() in (found[days - 1], found[days - 1] + timedelta(days=1))
