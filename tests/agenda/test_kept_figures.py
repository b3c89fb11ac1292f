"""Kept figures: what was counted once says what counting says, and goes when that changes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from agenda.categories.models import Category
from agenda.figures.actions import keep
from agenda.figures.models import KeptFigures, TicketSnapshot
from agenda.figures.periods import Period, year_earlier
from agenda.figures.queries import Figures, counted, history, quarters
from tenants.context import enter_public
from tests import conftest
from tests.races import Work, held, until_one_waits

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OUTCOMES = ("in_time", "late", "in_time", "")


@pytest.fixture
def filled(cast, snapshots):
    """Both organisations with tickets of different outcomes over two years up to now."""
    now = timezone.now()
    for house, step in ((cast.bisc, 9), (cast.cubiss, 13)):
        for age in range(1, 730, step):
            opened = now - timedelta(days=age, hours=age % 7)
            answered, resolved = opened + timedelta(hours=age % 50), opened + timedelta(days=age % 120)
            values = {"opened_at": opened, "category": ("6.1", "7.1", "1.2")[age % 3]}
            values |= {"first_answer_outcome": OUTCOMES[age % 4], "resolution_outcome": OUTCOMES[age % 3]}
            if answered < now:
                values |= {"first_answer_at": answered, "minutes_to_first_answer": age % 50 * 60}
            if resolved < now and age % 11:
                values |= {"resolved_at": resolved, "minutes_to_resolution": age % 120 * 1440}
            snapshots(house, 1, **values)
    return cast


CLOSED = Period(2026, 1)


def _as_counted(periods):
    """Return what counting says of quarters, moment of counting aside."""
    return {period: ({None: Figures()} | found.figures, found.categories) for period, found in counted(periods).items()}


def _as_asked(periods, **asked):
    found = quarters(periods, **asked)
    return {period: ({None: Figures()} | one.figures, one.categories) for period, one in found.items()}


def test_keep_keeps_each_quarter_that_is_over_and_the_one_that_runs(filled):
    this = Period.of(timezone.localdate())
    count = (this.year - 2020) * 4 + this.quarter
    assert keep() == count
    assert keep() == 1  # the one that runs, each time anew
    past = history(this, count)
    assert _as_asked(past, fresh=timedelta(minutes=1)) == _as_counted(past)


def test_a_kept_quarter_is_not_counted_again(filled, django_assert_num_queries):
    keep()
    past = history(Period.of(timezone.localdate()))
    with django_assert_num_queries(1):
        quarters(past, fresh=timedelta(minutes=2))
    with django_assert_num_queries(3):
        quarters(past)


def test_of_some_organisations_only_these_and_all_together(filled):
    keep()
    pk = filled.bisc.organisation.pk
    found = quarters([CLOSED], [pk])[CLOSED]
    assert found.figures.keys() == {None, pk}
    assert found.figures == {key: counted([CLOSED])[CLOSED].of(key) for key in (None, pk)}
    assert quarters([CLOSED])[CLOSED].figures.keys() == {None, pk, filled.cubiss.organisation.pk}


def test_what_is_kept_of_the_running_quarter_is_counted_anew_when_it_is_old(filled, snapshots):
    this = Period.of(timezone.localdate())
    keep()
    before = quarters([this], fresh=timedelta(minutes=2))[this].of(None).new
    snapshots(filled.bisc, 1, opened_at=timezone.now())
    KeptFigures.objects.update(counted_at=timezone.now() - timedelta(seconds=119))
    assert quarters([this], fresh=timedelta(minutes=2))[this].of(None).new == before
    KeptFigures.objects.update(counted_at=timezone.now() - timedelta(seconds=121))
    assert quarters([this], fresh=timedelta(minutes=2))[this].of(None).new == before + 1
    assert quarters([this])[this].of(None).new == before + 1


def test_the_same_days_a_year_before_are_kept_with_the_running_quarter(filled, django_assert_num_queries):
    this = Period.of(timezone.localdate())
    counted_now = counted([this])[this].before
    keep()
    with django_assert_num_queries(1):
        kept = quarters([this], fresh=timedelta(minutes=2))[this].before
    assert {key: (one.new, one.resolved, one.open_at_end) for key, one in kept.items()} == {
        key: (one.new, one.resolved, one.open_at_end) for key, one in counted_now.items()
    }
    assert kept[None].open_at_end > 0
    assert quarters([CLOSED])[CLOSED].before == {}


def test_a_change_a_year_ago_takes_away_what_was_kept_of_the_same_days(filled, snapshots):
    this = Period.of(timezone.localdate())
    keep()
    before = quarters([this], fresh=timedelta(minutes=2))[this].before[None].new
    snapshots(filled.bisc, 1, opened_at=this.year_before.begin)
    assert quarters([this], fresh=timedelta(minutes=2))[this].before[None].new == before + 1


def test_what_an_earlier_version_kept_without_the_same_days_is_counted_anew(filled):
    this = Period.of(timezone.localdate())
    keep()
    KeptFigures.objects.update(before={})
    found = quarters([this], fresh=timedelta(minutes=2))[this]
    assert found.before[None] == counted([this])[this].before[None]


def test_what_an_earlier_version_kept_without_promises_is_counted_anew(filled):
    keep()
    kept = KeptFigures.objects.filter(starts_on=CLOSED.first_on)
    kept.update(first_answer_agreed=None, new=0)
    found = quarters([CLOSED])[CLOSED].of(None)
    assert found.new > 0 and found.answered_in_time.of > found.answered_in_time.in_time > 0
    assert keep() == 2  # that one, and the one that runs
    assert kept.get(organisation=None).first_answer_agreed == found.first_answer_agreed


@pytest.mark.parametrize(
    ("moment", "earlier"),
    [
        ("2026-11-24T12:00+01:00", "2025-11-24T12:00+01:00"),
        ("2026-10-25T23:30+01:00", "2025-10-25T23:30+02:00"),  # summer time ended a day later
        ("2028-02-29T09:00+01:00", "2027-02-28T09:00+01:00"),
        ("2026-03-31T22:30+00:00", "2025-03-31T22:30+00:00"),
    ],
)
def test_a_year_earlier_is_the_same_day_and_time(moment, earlier):
    assert year_earlier(datetime.fromisoformat(moment)) == datetime.fromisoformat(earlier)


def test_what_was_kept_while_a_quarter_ran_is_not_what_it_ended_with(filled):
    keep()
    KeptFigures.objects.filter(starts_on=CLOSED.first_on).update(counted_at=CLOSED.end + timedelta(minutes=59), new=0)
    assert quarters([CLOSED])[CLOSED].of(None).new == counted([CLOSED])[CLOSED].of(None).new > 0
    assert keep() == 2  # that one, and the one that runs
    KeptFigures.objects.filter(starts_on=CLOSED.first_on).update(counted_at=CLOSED.end + timedelta(minutes=60))
    assert keep() == 1


def _kept() -> set[Period]:
    return {Period.of(day) for day in KeptFigures.objects.values_list("starts_on", flat=True)}


IN_CLOSED = datetime(2026, 2, 10, 12, tzinfo=AMSTERDAM)
LATER = datetime(2026, 5, 10, 12, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("change", "gone_from"),
    [
        ({"state": "closed", "version": 9, "closed_at": LATER + timedelta(days=5)}, None),
        ({"state": "closed", "version": 9, "closed_at": LATER}, Period(2026, 2)),  # withdrawn, and so not resolved
        ({"first_answer_at": LATER}, Period(2026, 2)),
        ({"first_answer_at": None}, Period(2026, 1)),
        ({"resolved_at": None}, Period(2026, 2)),
        ({"resolved_at": IN_CLOSED}, Period(2026, 1)),
        ({"minutes_to_resolution": 7}, Period(2026, 2)),
        ({"minutes_to_first_answer": 7}, Period(2026, 1)),
        ({"opened_at": datetime(2025, 11, 1, tzinfo=AMSTERDAM)}, Period(2025, 4)),
        ({"category": "7.1"}, Period(2026, 1)),
        ({"first_answer_outcome": "late"}, Period(2026, 1)),
        ({"resolution_outcome": "late"}, Period(2026, 2)),
        ({"resolution_worked": 7}, None),  # no figure is made of it
    ],
)
def test_a_change_takes_away_what_was_kept_of_its_quarter_and_those_after(filled, snapshots, change, gone_from):
    values = {"first_answer_at": IN_CLOSED, "resolved_at": LATER, "opened_at": datetime(2026, 1, 2, tzinfo=AMSTERDAM)}
    snapshots(filled.bisc, 1, **values, minutes_to_first_answer=1, minutes_to_resolution=2)
    last = TicketSnapshot.objects.latest("pk")
    keep()
    kept = _kept()
    if "category" in change:
        change = {"category": Category.objects.get(code=change["category"])}
    if change.get("first_answer_at") == LATER:
        gone_from = Period(2026, 1)  # it leaves that quarter too
    TicketSnapshot.objects.filter(pk=last.pk).update(**change)
    gone = {one for one in kept if gone_from and one.begin >= gone_from.begin}
    assert _kept() == kept - gone
    past = history(Period.of(timezone.localdate()))
    assert _as_asked(past) == _as_counted(past)


def test_what_is_added_or_removed_in_a_quarter_that_is_over_takes_away_what_was_kept(filled, snapshots):
    keep()
    kept = _kept()
    snapshots(filled.bisc, 1, opened_at=timezone.now())
    assert _kept() == kept
    snapshots(filled.bisc, 2, opened_at=IN_CLOSED)
    assert _kept() == {one for one in kept if one.begin < CLOSED.begin}
    keep()
    assert _kept() == kept
    TicketSnapshot.objects.filter(opened_at=IN_CLOSED).delete()
    assert _kept() == {one for one in kept if one.begin < CLOSED.begin}
    past = history(Period.of(timezone.localdate()))
    assert _as_asked(past) == _as_counted(past)


# --- two at once: what is kept was not counted before a change and written after it ---


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A ticket of a quarter that is over, without a transaction around the test; gone when it is over."""
    cast = conftest.django_db_setup.cast
    with django_db_blocker.unblock():
        enter_public()
        row = TicketSnapshot.objects.create(
            organisation=cast.bisc.organisation,
            number="X-RACE",
            library=cast.bisc.library,
            platform=cast.bisc.library.platform,
            category=Category.objects.get(code="6.1"),
            **{"type": "question", "priority": "low", "state": "new", "version": 1, "opened_at": IN_CLOSED},
        )
        yield row
        row.delete()
        KeptFigures.objects.all().delete()
        connection.close()


def test_nothing_is_kept_while_somebody_changes_what_is_over(committed):
    def resolve():
        TicketSnapshot.objects.filter(pk=committed.pk).update(resolved_at=LATER)

    with held(resolve):
        assert keep() == 0
    assert KeptFigures.objects.count() == 0
    assert keep() > 0
    assert quarters([Period(2026, 2)])[Period(2026, 2)].of(None).resolved == 1


def test_who_changes_what_is_over_waits_for_who_keeps_and_takes_it_away(committed):
    def resolve():
        TicketSnapshot.objects.filter(pk=committed.pk).update(resolved_at=LATER)

    with held(keep):
        work = Work(resolve)
        until_one_waits()
    work.result()
    assert max(_kept()) == Period(2026, 1)
    assert quarters([Period(2026, 2)])[Period(2026, 2)].of(None).resolved == 1


def test_two_who_forget_do_not_wait_for_each_other(committed):
    """One forgets a late quarter and then an early one, the other both at once: the newest row is everybody's queue."""
    late = {"opened_at": datetime(2026, 5, 10, 12, tzinfo=AMSTERDAM)}
    rows = [TicketSnapshot.objects.get(pk=committed.pk) for _ in range(3)]
    for place, row in enumerate(rows):
        row.pk, row.number = None, f"X-RACE-{place}"
        row.opened_at = late["opened_at"] if place == 0 else IN_CLOSED
        row.save()
    keep()
    try:
        first, second, third = (row.pk for row in rows)
        with transaction.atomic():
            TicketSnapshot.objects.filter(pk=first).update(first_answer_at=late["opened_at"])
            work = Work(lambda: TicketSnapshot.objects.filter(pk=third).update(first_answer_at=IN_CLOSED))
            Work(until_one_waits).result()  # this transaction sees one picture of who waits
            TicketSnapshot.objects.filter(pk=second).update(first_answer_at=IN_CLOSED)
        assert work.result() == 1
        assert max(_kept()) == Period(2025, 4)
    finally:
        TicketSnapshot.objects.filter(number__startswith="X-RACE-").delete()
