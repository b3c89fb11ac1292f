"""When a warning rings: examples reckoned by hand, and random calendars held against a walk minute by minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tickets.test_worktime import CASES, OFFICE_HOURS, ams, counts, weeks
from tickets.calendars.worktime import Calendar, Hours
from tickets.warnings.moments import When, due_until, is_worked, rings_at

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("when", "target", "left"),
    [
        (When(percent=75), 480, 120),
        (When(percent=75), 50, 12),  # 12,5: never later than so much of it is used
        (When(percent=99), 10, 0),
        (When(percent=75), None, None),
        (When(minutes=-60), 480, 60),  # an hour before it
        (When(), 480, 0),
        (When(minutes=90), 480, -90),
        (When(days=1), 480, -510),
        (When(days=-2), None, 1020),
    ],
)
def test_how_much_is_left_when_it_rings(when, target, left):
    assert when.left(target, 510) == left


@pytest.mark.parametrize(
    ("due", "left", "rings"),
    [
        (ams(2026, 11, 24, 11, 0), 60, ams(2026, 11, 24, 10, 0)),
        (ams(2026, 11, 24, 9, 0), 60, ams(2026, 11, 23, 16, 30)),  # over a night
        (ams(2026, 11, 23, 9, 0), 60, ams(2026, 11, 20, 16, 30)),  # over a weekend
        (ams(2026, 5, 26, 8, 40), 20, ams(2026, 5, 22, 16, 50)),  # over Whitsun
        (ams(2026, 11, 24, 9, 30), 60, ams(2026, 11, 24, 8, 30)),  # not at five the day before
        (ams(2026, 11, 24, 11, 0), 0, ams(2026, 11, 24, 11, 0)),
        (ams(2026, 11, 24, 17, 0), 0, ams(2026, 11, 25, 8, 30)),  # closing time is no working time
        (ams(2026, 11, 20, 17, 0), 0, ams(2026, 11, 23, 8, 30)),
        (ams(2026, 11, 21, 12, 0), 0, ams(2026, 11, 23, 8, 30)),  # on a Saturday
        (ams(2026, 11, 20, 16, 0), -60, ams(2026, 11, 23, 8, 30)),
        (ams(2026, 11, 20, 16, 30), -510, ams(2026, 11, 23, 16, 30)),
        (ams(2026, 10, 26, 9, 0), 60, ams(2026, 10, 23, 16, 30)),  # over the end of summer time
    ],
)
def test_when_it_rings(due, left, rings):
    assert rings_at(due, left, OFFICE_HOURS) == rings


def test_a_calendar_without_hours_never_rings():
    closed = Calendar((Hours(date(2020, 1, 1), ((),) * 7),))
    assert rings_at(ams(2026, 11, 24, 9, 0), 60, closed) is None
    assert rings_at(ams(2026, 11, 24, 9, 0), 0, closed) is None
    assert due_until(ams(2026, 11, 24, 9, 0), 60, closed) is None
    assert due_until(ams(2026, 11, 24, 9, 0), -60, closed) is None


BEGIN = datetime(2026, 10, 23, tzinfo=UTC)  # over the end of summer time
SOMETIME = st.integers(0, 6 * 1440).map(lambda minute: BEGIN + minute * MINUTE)


@settings(max_examples=CASES // 5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(week=weeks(), due=SOMETIME, left=st.integers(-600, 600))
def test_it_rings_as_a_walk_says_and_both_ways_round(week, due, left):
    """The first minute of work at which no more is left, or so much has passed; and the same for many at once."""
    hours = Hours(date(2020, 1, 1), week)
    calendar = Calendar((hours,))
    rings = rings_at(due, left, calendar)
    if rings is None:
        assert not any(week)
        return
    assert is_worked(rings, calendar) and counts(rings, [hours])
    before = calendar.minutes(rings, due), calendar.minutes(due, rings)
    assert before[0] <= max(left, 0) and before[1] >= max(-left, 0)
    earlier = rings - MINUTE
    for _step in range(4000):
        if counts(earlier, [hours]):
            none_yet = calendar.minutes(earlier, due) > max(left, 0) or calendar.minutes(due, earlier) < max(-left, 0)
            assert none_yet or earlier < due - timedelta(days=30)
            break
        earlier -= MINUTE
    for now in (rings, earlier, rings + MINUTE):
        if is_worked(now, calendar):
            until = due_until(now, left, calendar)
            assert (until is not None and due <= until) == (now >= rings)
