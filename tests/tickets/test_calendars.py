"""Calendars of an organisation: verbs, pages, calendar files, and what of it reaches whom."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from tenants.audit.models import AuditEntry
from tenants.models import OrganisationSettings
from tenants.refusals import NotAllowed
from tickets.calendars.actions import Closing, change_hours, close_on, make_calendar, open_again, withdraw_hours
from tickets.calendars.models import ClosingDays, ServiceCalendar, ServiceHours
from tickets.calendars.queries import calendar_of, calendars
from tickets.calendars.week import read_blocks, write_blocks
from tickets.calendars.words import week_in_words

OFFICE = ["8:30-17:00"] * 5 + ["", ""]
SHORT = ["9:00-12:00"] * 5 + ["", ""]
AS_BEFORE = {
    "time_zone": "Europe/Amsterdam",
    "public_holidays": True,
    "liberation_day": True,
    "good_friday": False,
}


def today() -> date:
    return timezone.localdate()


def _default() -> ServiceCalendar:
    return ServiceCalendar.objects.get(slug="default")


def change(bisc, week=None, days=1, who="lead", **values):
    values = AS_BEFORE | {"from_on": today() + timedelta(days=days), "week": week or SHORT} | values
    return change_hours(calendar=_default(), **values, by=bisc.actor(who))


# ---- what there is


def test_every_organisation_has_its_own_calendar(bisc):
    found = calendar_of()
    assert [(hours.from_on, hours.zone) for hours in found.versions] == [(date(2021, 1, 1), "Europe/Amsterdam")]
    assert found.versions[0].week == (((510, 1020),),) * 5 + ((), ())


def test_a_calendar_without_hours_falls_back_on_the_organisations_own(bisc):
    ServiceCalendar.objects.create(slug="leeg", name_nl="Leeg", name_en="Empty")
    assert calendar_of("leeg") == calendar_of("default") == calendar_of("nergens")


def test_two_queries_bring_all_calendars(bisc, django_assert_num_queries):
    for name in ("Groot", "Klein", "Avond"):
        make_calendar(name_nl=name, name_en="", by=bisc.actor("lead"))
    close_on(closings=[Closing("Dicht", today(), today())], by=bisc.actor("lead"))
    with django_assert_num_queries(2):
        assert set(calendars()) == {"default", "groot", "klein", "avond"}


def test_what_was_set_before_calendars_came_is_taken_over(bisc):
    """By the migration, with 5 May, Good Friday and the time zone of the organisation's own settings; twice is once."""
    own = {"liberation_day_free": False, "good_friday_free": True, "time_zone": "America/Kralendijk"}
    OrganisationSettings.objects.create(organisation=bisc.organisation, **own)
    ServiceCalendar.objects.all().delete()
    for _twice in range(2):
        import_module("tickets.migrations.0010_first_calendars").make(apps, connection.schema_editor())
    (found,) = calendar_of().versions
    assert (found.zone, found.off.liberation_day, found.off.good_friday) == ("America/Kralendijk", False, True)


# ---- change_hours


def test_change_hours_has_a_first_day_and_leaves_what_was(bisc):
    change(bisc)
    old, new = calendar_of().versions
    assert (old.week[0], new.week[0]) == (((510, 1020),), ((540, 720),))
    assert new.from_on == today() + timedelta(days=1)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object, entry.details["week"]) == ("calendar.changed", "default", SHORT)


@pytest.mark.parametrize(("days", "says"), [(-1, "from_on"), (3700, "from_on")])
def test_change_hours_refuses_what_has_been_and_what_is_far(bisc, days, says):
    with pytest.raises(ValidationError) as refusal:
        change(bisc, days=days)
    assert list(refusal.value.message_dict) == [says]
    assert ServiceHours.objects.count() == 1


def test_change_hours_takes_today(bisc):
    assert change(bisc, days=0).from_on == today()


def test_change_hours_that_are_the_same_changes_nothing(bisc):
    entries = AuditEntry.objects.count()
    for _again in range(3):
        change(bisc, week=OFFICE)
    assert ServiceHours.objects.get().made_by == bisc.people["lead"]  # the first confirmed what nobody had set
    assert (AuditEntry.objects.count(), AuditEntry.objects.first().action) == (entries + 1, "calendar.confirmed")


def test_change_hours_of_one_day_twice_is_one_version(bisc):
    change(bisc)
    change(bisc, week=["8:00-12:00"] * 7)
    assert [one.week[6] for one in ServiceHours.objects.all()] == [[], [[480, 720]]]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"week": ["8-25", *OFFICE[1:]]}, "day_0"),
        ({"week": [*OFFICE[:6], "17:00-8:30"]}, "day_6"),
        ({"week": [""] * 7}, "day_0"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_change_hours_refuses_what_cannot_be(bisc, values, field):
    with pytest.raises(ValidationError) as refusal:
        change(bisc, **values)
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize("who", ["desk", "keyuser", "colleague"])
def test_only_an_administrator_changes_calendars(bisc, who):
    version, closing = change(bisc), Closing("Dicht", today(), today())
    (there,) = close_on(closings=[closing], by=bisc.actor("lead"))
    by = bisc.actor(who)
    for verb in (
        lambda: change(bisc, who=who),
        lambda: withdraw_hours(version=version, by=by),
        lambda: make_calendar(name_nl="x", name_en="x", by=by),
        lambda: close_on(closings=[closing], by=by),
        lambda: open_again(closing=there, by=by),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_an_administrator_of_another_organisation_changes_nothing(cast, bisc):
    with pytest.raises(NotAllowed):
        make_calendar(name_nl="x", name_en="x", by=cast.cubiss.actor("lead"))


# ---- withdraw_hours, make_calendar


def test_withdraw_hours_takes_back_what_has_not_begun_alone(bisc):
    version = change(bisc)
    withdraw_hours(version=version, by=bisc.actor("lead"))
    withdraw_hours(version=version, by=bisc.actor("lead"))
    assert len(calendar_of().versions) == 1
    with pytest.raises(ValidationError):
        withdraw_hours(version=change(bisc, days=0), by=bisc.actor("lead"))


def test_make_calendar_begins_with_the_organisations_hours(bisc):
    change(bisc)
    made = make_calendar(name_nl="Groot", name_en="", level="large", by=bisc.actor("lead"))
    assert (made.slug, made.name_en) == ("large", "Groot")
    assert calendar_of("large").versions == calendar_of().versions


def test_make_calendar_refuses_a_second_for_a_level_and_no_name(bisc):
    make_calendar(name_nl="Groot", name_en="", level="large", by=bisc.actor("lead"))
    with pytest.raises(ValidationError) as refusal:
        make_calendar(name_nl=" ", name_en="", level="large", by=bisc.actor("lead"))
    assert sorted(refusal.value.message_dict) == ["level", "name_nl"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCalendar.objects.create(slug="x", name_nl="x", name_en="x", level="large")


def test_make_calendar_gives_each_its_own_slug(bisc):
    made = [make_calendar(name_nl="Avond!", name_en="", by=bisc.actor("lead")).slug for _turn in range(2)]
    assert made == ["avond", "avond-2"]
    reserved = [make_calendar(name_nl=name, name_en="", by=bisc.actor("lead")).slug for name in ("Import", "Closing")]
    assert reserved == ["import-2", "closing-2"]
    assert make_calendar(name_nl="Ж", name_en="", by=bisc.actor("lead")).slug == "calendar"


# ---- own days off


def test_close_on_counts_for_all_calendars_and_says_it_once(bisc):
    day = date(today().year + 1, 6, 8)  # a weekday or not: the closing itself is asked
    closing = Closing("Teamdag", day, day)
    made = close_on(closings=[closing, closing], by=bisc.actor("lead"))
    assert [(one.name, one.from_on, one.yearly) for one in made] == [("Teamdag", day, False)]
    assert close_on(closings=[closing], by=bisc.actor("lead")) == []
    make_calendar(name_nl="Groot", name_en="", level="large", by=bisc.actor("lead"))
    assert [found.versions[0].off.covers(day) for found in calendars().values()] == [True, True]


@pytest.mark.parametrize(
    ("closing", "field"),
    [
        (lambda day: Closing("x", day - timedelta(days=1), day), "from_on"),
        (lambda day: Closing("x", day + timedelta(days=1), day), "until_on"),
        (lambda day: Closing("x", day, day + timedelta(days=400)), "until_on"),
        (lambda day: Closing("x", day, day + timedelta(days=1), yearly=True), "yearly"),
        (lambda day: Closing(" ", day, day), "name"),
        (lambda day: Closing("x" * 81, day, day), "name"),
        (lambda day: Closing("x", date(9999, 12, 31), date(9999, 12, 31)), "from_on"),
        (
            lambda day: Closing("x", day.replace(year=day.year + 11, day=1), day.replace(year=day.year + 11, day=2)),
            "from_on",
        ),
    ],
)
def test_close_on_refuses_what_cannot_be(bisc, closing, field):
    with pytest.raises(ValidationError) as refusal:
        close_on(closings=[Closing("goed", today(), today()), closing(today())], by=bisc.actor("lead"))
    assert list(refusal.value.message_dict) == [field]
    assert ClosingDays.objects.count() == 0


def test_close_on_takes_a_name_without_what_nobody_sees(bisc):
    (made,) = close_on(closings=[Closing(" Team\u00ad\u202edag \n nu ", today(), today())], by=bisc.actor("lead"))
    assert made.name == "Teamdag nu"


def closing_of(first: int, last: int, yearly=False) -> ClosingDays:
    now = today()
    return ClosingDays.objects.create(
        name="x",
        from_on=now + timedelta(days=first),
        until_on=now + timedelta(days=last),
        yearly=yearly,
        made_at=timezone.now(),
    )


def test_open_again_takes_back_only_what_has_not_been(bisc):
    ahead, running, past = closing_of(1, 3), closing_of(-2, 3), closing_of(-5, -3)
    yearly, yearly_ahead = closing_of(-30, -30, yearly=True), closing_of(30, 30, yearly=True)
    done = [open_again(closing=one, by=bisc.actor("lead")) for one in (ahead, running, past, yearly, yearly_ahead)]
    assert done == [True, True, False, True, True]
    left = {one.pk: (one.until_on, one.ended_on) for one in ClosingDays.objects.all()}
    now = today()
    assert left == {
        running.pk: (now, None),
        past.pk: (past.until_on, None),
        yearly.pk: (yearly.until_on, now + timedelta(days=1)),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"until_on": date(2029, 12, 31)},
        {"yearly": True, "until_on": date(2030, 1, 2)},
        {"ended_on": date(2031, 1, 1)},
        {"yearly": True, "ended_on": date(2030, 1, 1)},
    ],
)
def test_the_database_refuses_days_off_that_cannot_be(bisc, wrong):
    good = {"name": "x", "from_on": date(2030, 1, 1), "until_on": date(2030, 1, 1), "made_at": timezone.now()}
    ClosingDays.objects.create(**good)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClosingDays.objects.create(**good | wrong)


# ---- hours as people write them


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("8:30-17:00", [[510, 1020]]),
        ("8.30 – 17", [[510, 1020]]),
        ("13:00-17:00, 8:30-12:30", [[510, 750], [780, 1020]]),
        ("8:30 tot 12:30 en 13:00 tot 17:00", [[510, 750], [780, 1020]]),
        ("0:00-24:00", [[0, 1440]]),
        ("8-12;12-16", [[480, 720], [720, 960]]),
    ],
)
def test_hours_are_read_as_people_write_them(text, blocks):
    assert read_blocks(text) == blocks


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("altijd", "Schrijf uren als 8:30-17:00, met een komma tussen twee blokken; niets voor een vrije dag."),
        ("8:30-17:00,", "Schrijf uren als 8:30-17:00, met een komma tussen twee blokken; niets voor een vrije dag."),
        ("٨:٣٠-١٧:٠٠", "Schrijf uren als 8:30-17:00, met een komma tussen twee blokken; niets voor een vrije dag."),
        ("8:75-17:00", "Een dag gaat van 0:00 tot 24:00."),
        ("8:00-24:01", "Een dag gaat van 0:00 tot 24:00."),
        ("17:00-8:30", "Het einde ligt vóór het begin. Laat een nacht eindigen om 24:00."),
        ("8:00-12:00, 11:59-14:00", "Deze uren overlappen elkaar."),
        ("1-2,3-4,5-6,7-8,9-10,11-12,13-14", "Hoogstens 6 blokken per dag."),
    ],
)
def test_hours_that_cannot_be_are_said_in_words(text, says):
    with translation.override("nl"), pytest.raises(ValueError) as refusal:
        read_blocks(text)
    assert str(refusal.value) == says


@given(st.sets(st.integers(0, 1440), max_size=12))
def test_hours_that_were_written_are_read_again(edges):
    found = sorted(edges)
    blocks = [list(pair) for pair in zip(found[::2], found[1::2], strict=False)]
    assert read_blocks(write_blocks(blocks)) == blocks


def test_a_week_in_words():
    week = [[[510, 1020]]] * 4 + [[[510, 720]], [[600, 780]], []]
    with translation.override("nl"):
        assert week_in_words(week) == "maandag t/m donderdag 8:30-17:00, vrijdag 8:30-12:00, zaterdag 10:00-13:00"
        assert week_in_words([[]] * 5 + [[[0, 60]]] * 2) == "zaterdag en zondag 0:00-1:00"
    with translation.override("en"):
        assert week_in_words(week[:4] + [[]] * 3) == "Monday to Thursday 8:30-17:00"
