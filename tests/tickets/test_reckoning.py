"""The course of a clock: the story of one ticket reckoned by hand, each rule by itself, and an oracle at random."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tickets.test_worktime import CASES, counts, weeks
from tickets.calendars.worktime import Calendar, Hours
from tickets.clocks.reckoning import Late, Pause, Shift, Target, Terms, course

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE = timedelta(minutes=1)
OFFICE = Calendar((Hours(date(2020, 1, 1), (((510, 1020),),) * 5 + ((), ())),))
# With Sunday support, and until 18:00 from the contract of Tuesday 26 May 2026 on.
LARGE = Calendar((Hours(date(2020, 1, 1), (((510, 1020),),) * 5 + ((), ((720, 1020),))),))
LARGER = Calendar((Hours(date(2020, 1, 1), (((510, 1080),),) * 5 + ((), ((720, 1020),))),))


def may(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=AMSTERDAM)


def nov(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=AMSTERDAM)


def one_target(minutes=240, start=None, **given):
    start = start or nov(23, 8, 52)
    terms = [Terms(start, Target(minutes), OFFICE)]
    return course(start=start, terms=terms, **{"now": nov(23, 12, 56), **given})


# ---- the story


def test_the_ticket_of_the_friday_before_whitsun():
    """Filed at 16:50 at a large branch, supplier over the weekend, priority raised and contract changed on Tuesday."""
    filed, raised = may(22, 16, 50), may(26, 10, 0)
    terms = [
        Terms(filed, Target(960), LARGE),  # normal: 16 hours
        Terms(may(26, 0, 0), Target(720), LARGER),  # the contract from Tuesday: 12 hours, until 18:00
        Terms(raised, Target(180), LARGER),  # high: 3 hours
    ]
    supplier = [Pause(may(22, 16, 55), may(26, 9, 0))]
    found = course(start=filed, terms=terms, pauses=supplier, done=may(27, 9, 0), now=may(28, 9, 0))
    assert found.shifts == (
        # 10 minutes on Friday; Whit Sunday and Whit Monday are off; 510 on Tuesday, 440 on Wednesday from 8:30
        Shift(filed, may(27, 15, 50)),
        Shift(may(22, 16, 55), None),  # it stands still
        # 5 minutes ran; 540 on Tuesday from 9:00 to 18:00, and 175 on Wednesday from 8:30
        Shift(may(26, 9, 0), may(27, 11, 25)),
        # 5 and 60 minutes ran; 115 are left
        Shift(raised, may(26, 11, 55)),
    )
    assert found.late == Late(may(26, 11, 55), may(26, 11, 55))
    assert (found.ran, found.target) == (5 + 540 + 30, 180)


def test_the_first_answer_of_that_ticket_was_in_time():
    """Waiting for a supplier does not hold up the first answer: 10 minutes on Friday, 34 on Tuesday."""
    filed = may(22, 16, 50)
    terms = [Terms(filed, Target(60), LARGE), Terms(may(26, 0, 0), Target(45), LARGER)]
    found = course(start=filed, terms=terms, done=may(26, 9, 4), now=may(28, 9, 0))
    assert found.shifts == (Shift(filed, may(26, 9, 20)), Shift(may(26, 0, 0), may(26, 9, 5)))
    assert (found.late, found.ran, found.due) == (None, 44, may(26, 9, 5))


def test_the_clock_that_was_drawn():
    pauses = [Pause(nov(23, 9, 11), nov(23, 10, 3)), Pause(nov(23, 12, 0), nov(23, 12, 20))]
    found = one_target(pauses=pauses)
    assert found.shifts == (
        Shift(nov(23, 8, 52), nov(23, 12, 52)),
        Shift(nov(23, 9, 11), None),
        Shift(nov(23, 10, 3), nov(23, 13, 44)),
        Shift(nov(23, 12, 0), None),
        Shift(nov(23, 12, 20), nov(23, 14, 4)),
    )
    assert (found.due, found.late, found.ran) == (nov(23, 14, 4), None, 19 + 117 + 36)


# ---- each rule


def test_done_at_the_minute_it_is_due_is_in_time_and_a_minute_later_is_not():
    assert one_target(done=nov(23, 12, 52, 59)).late is None
    assert one_target(done=nov(23, 12, 53)).late == Late(nov(23, 12, 52), nov(23, 12, 52))


def test_a_clock_that_runs_is_late_a_minute_after_it_was_due():
    assert one_target(now=nov(23, 12, 52)).late is None
    assert one_target(now=nov(23, 12, 53)).late == Late(nov(23, 12, 52), nov(23, 12, 52))


def test_a_pause_that_lasts_is_never_late_and_says_no_moment():
    found = one_target(pauses=[Pause(nov(23, 9, 11))], now=nov(27, 12, 0))
    assert (found.due, found.late, found.ran) == (None, None, 19)


def test_what_was_late_stays_late_whatever_pauses_after_it():
    found = one_target(pauses=[Pause(nov(23, 13, 0), nov(23, 15, 0))], now=nov(23, 16, 0))
    assert (found.due, found.late) == (nov(23, 12, 52), Late(nov(23, 12, 52), nov(23, 12, 52)))


def test_what_was_late_stays_late_under_longer_terms():
    start = nov(23, 8, 52)
    terms = [Terms(start, Target(60), OFFICE), Terms(nov(23, 11, 0), Target(480), OFFICE)]
    found = course(start=start, terms=terms, now=nov(23, 12, 0))
    assert (found.due, found.late) == (nov(23, 16, 52), Late(nov(23, 9, 52), nov(23, 9, 52)))


def test_terms_too_short_to_be_met_are_late_when_they_come_with_both_moments_kept():
    start = nov(23, 8, 52)
    terms = [Terms(start, Target(480), OFFICE), Terms(nov(23, 11, 0), Target(60), OFFICE)]
    found = course(start=start, terms=terms, now=nov(23, 12, 0))
    assert found.late == Late(nov(23, 11, 0), nov(23, 9, 52))


def test_terms_that_come_after_it_was_done_change_nothing():
    start = nov(23, 8, 52)
    terms = [Terms(start, Target(480), OFFICE), Terms(nov(23, 11, 0), Target(60), OFFICE)]
    found = course(start=start, terms=terms, done=nov(23, 10, 59), now=nov(23, 12, 0))
    assert (found.due, found.late, found.target) == (nov(23, 16, 52), None, 480)


def test_nothing_agreed_is_never_due():
    start = nov(23, 8, 52)
    found = course(start=start, terms=[Terms(start, None, OFFICE)], now=nov(27, 12, 0))
    assert (found.due, found.late, found.target, found.ran) == (None, None, None, 488 + 3 * 510 + 210)


def test_a_calendar_without_hours_is_never_due():
    start = nov(23, 8, 52)
    empty = Calendar((Hours(date(2020, 1, 1), ((),) * 7),))
    found = course(start=start, terms=[Terms(start, Target(60), empty)], now=nov(27, 12, 0))
    assert (found.due, found.late, found.ran) == (None, None, 0)


def test_what_was_counted_under_other_hours_stays_counted():
    """Until Tuesday 120 minutes a day, from then on a whole office day."""
    start = nov(23, 8, 0)
    short = Calendar((Hours(date(2020, 1, 1), (((540, 660),),) * 5 + ((), ())),))
    terms = [Terms(start, Target(300), short), Terms(nov(24, 0, 0), Target(300), OFFICE)]
    found = course(start=start, terms=terms, now=nov(24, 9, 0))
    assert (found.ran, found.due) == (120 + 30, nov(24, 11, 30))


def test_a_target_in_days_is_as_late_on_the_clock_and_pauses_push_it():
    start = nov(23, 14, 5)
    terms = [Terms(start, Target(days=1), OFFICE)]
    assert course(start=start, terms=terms, now=start).due == nov(24, 14, 5)
    pause = [Pause(nov(23, 15, 0), nov(23, 16, 0))]
    assert course(start=start, terms=terms, pauses=pause, now=nov(23, 16, 30)).due == nov(24, 15, 5)


def test_a_target_to_the_end_of_the_day_stays_at_the_end_of_a_day():
    start = nov(23, 14, 5)
    terms = [Terms(start, Target(days=1, end_of_day=True), OFFICE)]
    assert course(start=start, terms=terms, now=start).due == nov(24, 17, 0)
    pause = [Pause(nov(23, 15, 0), nov(23, 16, 0))]
    assert course(start=start, terms=terms, pauses=pause, now=nov(23, 16, 30)).due == nov(25, 17, 0)


def test_a_target_in_days_gives_the_minutes_that_counted_before_new_hours_came():
    """Monday from 9:00 under two hours a day gave 120 minutes, Tuesday until 9:00 another 30 of the office's hours."""
    start = nov(23, 9, 0)
    short = Calendar((Hours(date(2020, 1, 1), (((540, 660),),) * 5 + ((), ())),))
    terms = [Terms(start, Target(days=1), short), Terms(nov(24, 0, 0), Target(days=1), OFFICE)]
    found = course(start=start, terms=terms, now=nov(24, 8, 0))
    assert (found.target, found.due) == (150, nov(24, 9, 0))


def test_terms_that_begin_at_the_same_moment_leave_the_last_of_them():
    start = nov(23, 8, 52)
    terms = [Terms(start, Target(10), OFFICE), Terms(start, Target(60), OFFICE)]
    found = course(start=start, terms=terms, now=nov(23, 9, 30))
    assert (found.shifts, found.late) == ((Shift(start, nov(23, 9, 52)),), None)


def test_a_pause_that_begins_when_it_is_late_says_what_was_due():
    found = one_target(pauses=[Pause(nov(23, 13, 0))], now=nov(23, 16, 0))
    assert found.shifts == (Shift(nov(23, 8, 52), nov(23, 12, 52)),)


def test_done_in_a_pause_is_due_as_if_the_pause_ended_then():
    found = one_target(pauses=[Pause(nov(23, 9, 11))], done=nov(23, 10, 3))
    assert (found.due, found.late, found.ran) == (nov(23, 13, 44), None, 19)


def test_a_pause_over_the_turn_of_the_year():
    start = datetime(2026, 12, 31, 16, 0, tzinfo=AMSTERDAM)
    pause = [Pause(start + 30 * MINUTE, datetime(2027, 1, 4, 9, 0, tzinfo=AMSTERDAM))]
    found = one_target(60, start=start, pauses=pause, now=datetime(2027, 1, 4, 9, 10, tzinfo=AMSTERDAM))
    assert (found.due, found.ran) == (datetime(2027, 1, 4, 9, 30, tzinfo=AMSTERDAM), 40)


@pytest.mark.parametrize(
    "pauses", [[(10, 20), (15, 40)], [(15, 40), (10, 20)], [(10, 40), (40, 40)], [(10, 40), (50, 5)]]
)
def test_pauses_that_overlap_touch_or_are_empty_count_once(pauses):
    at = nov(23, 9, 0)
    known = [Pause(at + a * MINUTE, at + b * MINUTE) for a, b in pauses]
    assert one_target(60, start=at, pauses=known, now=at + 60 * MINUTE).ran == 30


# ---- at random


@st.composite
def clocks(draw):
    start = datetime(2026, 11, 20, tzinfo=UTC) + draw(st.integers(0, 4000)) * MINUTE
    length = draw(st.integers(1, 2500))
    terms = []
    for since in sorted({0, *draw(st.sets(st.integers(0, 2500), max_size=2))}):
        hours = Hours(date(2020, 1, 1), draw(weeks()))
        target = draw(st.none() | st.integers(0, 900).map(Target))
        terms.append((Terms(start + since * MINUTE, target, Calendar((hours,))), [hours]))
    spans = draw(st.lists(st.tuples(st.integers(0, 2500), st.none() | st.integers(-5, 600)), max_size=3))
    pauses = [Pause(start + a * MINUTE, None if b is None else start + (a + b) * MINUTE) for a, b in spans]
    return start, terms, pauses, length


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(clocks(), st.booleans())
def test_the_course_agrees_with_a_walk_minute_by_minute(clock, is_done):
    start, terms, pauses, length = clock
    end = start + length * MINUTE
    found = course(
        start=start, terms=[one for one, _hours in terms], pauses=pauses, done=end if is_done else None, now=end
    )
    ran, late, reached = 0, None, []  # reached[n]: the end of the n-th minute that ran
    for moment in [start + n * MINUTE for n in range(length)]:
        one, hours = [pair for pair in terms if pair[0].since <= moment][-1]
        due = None if one.target is None else start if one.target.minutes == 0 else None
        if one.target and 0 < one.target.minutes <= ran:
            due = reached[one.target.minutes - 1]
        if late is None and due is not None:  # this minute begins at or after what was due, and it is not done
            late = Late(max(due, one.since), due)
        if counts(moment, hours) and not any(p.start <= moment and (p.end is None or moment < p.end) for p in pauses):
            ran += 1
            reached.append(moment + MINUTE)
    assert found.ran == ran
    assert found.late == late
