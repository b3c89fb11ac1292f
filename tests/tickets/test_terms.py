"""Which agreement applies, and what it says; and how long something may take, in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from tickets.agreements.durations import as_kept, as_target, read_target, write_target
from tickets.agreements.terms import Book, Promise, Situation, Version
from tickets.calendars.worktime import Calendar, Hours
from tickets.clocks.reckoning import Target

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = Calendar((Hours(date(2020, 1, 1), (((510, 1020),),) * 5 + ((), ())),))
SUNDAYS = Calendar((Hours(date(2020, 1, 1), (((510, 1020),),) * 5 + ((), ((720, 1020),))),))
FROM = date(2026, 1, 1)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM)


def promise(key: str, value: str = "", *, resolution: int | None = None, first=date.min, last=date.max, **more):
    targets = {} if resolution is None else {("*", "high", "resolution"): Target(resolution)}
    return Promise(key, value, (Version(None, FROM, targets, **more),), first, last)


def book(**given) -> Book:
    rules = {
        "stamp": "1",
        "calendars": {"default": OFFICE, "large": SUNDAYS},
        "contracts": {},
        "suppliers": {},
        "levels": {},
        "types": {},
        "all": promise("all", resolution=960),
        "level_calendars": {"large": "large"},
    }
    return Book(**{**rules, **given})


def asked(**given) -> Situation:
    return Situation(**{"type": "incident", "priority": "high", "library": 1, "platform": 1, **given})


def applied(rules: Book, situation: Situation, clock: str = "resolution", moment: datetime | None = None):
    moment = moment or at(25, 9)
    found = rules.applied(clock, situation, moment, start=moment)
    return (found.promise and found.promise.key, found.target and found.target.minutes, found.calendar)


LEVELS = {"large": promise("level", "large", resolution=240), "small": promise("level", "small", resolution=1000)}
TYPES = {"incident": promise("type", "incident", resolution=480)}
CONTRACTS = {1: (promise("contract", "7", resolution=180),)}


def test_what_holds_for_all_counts_where_nothing_else_does():
    assert applied(book(), asked()) == ("all", 960, "default")


def test_the_type_goes_before_what_holds_for_all():
    assert applied(book(types=TYPES), asked()) == ("type", 480, "default")
    assert applied(book(types=TYPES), asked(type="question")) == ("all", 960, "default")


def test_the_level_goes_before_the_type_and_brings_its_calendar():
    assert applied(book(types=TYPES, levels=LEVELS), asked(levels=("large",))) == ("level", 240, "large")
    assert applied(book(types=TYPES, levels=LEVELS), asked(levels=("medium",))) == ("type", 480, "default")


def test_the_contract_goes_before_all_with_the_hours_of_the_level():
    rules = book(types=TYPES, levels=LEVELS, contracts=CONTRACTS)
    assert applied(rules, asked(levels=("large",))) == ("contract", 180, "large")
    assert applied(rules, asked(library=2, levels=("large",))) == ("level", 240, "large")


def test_hours_that_a_contract_names_go_before_those_of_the_level():
    rules = book(contracts={1: (promise("contract", "7", resolution=180, calendar="default"),)})
    assert applied(rules, asked(levels=("large",))) == ("contract", 180, "default")


def test_of_several_locations_the_level_that_is_due_first_counts():
    assert applied(book(levels=LEVELS), asked(levels=("small", "large"))) == ("level", 240, "large")
    # 600 minutes of Sunday hours from Friday 16:00 come before 360 from Monday 8:30 on: no; the shorter is due first.
    levels = {"large": promise("level", "large", resolution=600), "small": promise("level", "small", resolution=60)}
    assert applied(book(levels=levels), asked(levels=("small", "large"))) == ("level", 60, "default")
    # Friday 16:30: 90 minutes are due on Sunday at 13:00 for a large one, 60 on Monday at 9:00 for a small one.
    levels["large"] = promise("level", "large", resolution=90)
    assert applied(book(levels=levels), asked(levels=("small", "large")), moment=at(27, 16, 30)) == (
        "level",
        90,
        "large",
    )


def test_where_a_promise_says_nothing_of_a_clock_the_next_counts():
    silent = {1: (promise("contract", "7"),)}
    assert applied(book(contracts=silent, types=TYPES), asked()) == ("type", 480, "default")
    assert applied(book(), asked(), clock="first_answer") == (None, None, "default")
    assert applied(book(), asked(levels=("large",)), clock="first_answer") == (None, None, "large")


def test_what_is_said_of_this_type_goes_before_what_is_said_of_any():
    targets = {("*", "high", "resolution"): Target(100), ("wish", "high", "resolution"): Target(days=20)}
    rules = book(all=Promise("all", "", (Version(None, FROM, targets),)))
    found = rules.applied("resolution", asked(type="wish"), at(25, 9), start=at(25, 9))
    assert found.target == Target(days=20)
    assert applied(rules, asked()) == ("all", 100, "default")


def test_a_contract_counts_from_its_first_day_to_its_last():
    rules = book(
        contracts={1: (promise("contract", "7", resolution=180, first=date(2026, 11, 10), last=date(2026, 11, 20)),)}
    )
    found = [applied(rules, asked(), moment=at(day, hour))[0] for day, hour in ((9, 23), (10, 0), (20, 23), (21, 0))]
    assert found == ["all", "contract", "contract", "all"]
    assert rules.turns(asked(), at(1, 9), at(30, 9)) == [at(10, 0), at(21, 0)]
    assert rules.turns(asked(library=2), at(1, 9), at(30, 9)) == []


def test_a_version_counts_from_midnight_where_the_organisation_is():
    versions = (Version(1, FROM, {("*", "high", "resolution"): Target(60)}), Version(2, date(2026, 11, 26)))
    rules = book(all=Promise("all", "", versions))
    assert applied(rules, asked(), moment=datetime(2026, 11, 25, 22, 59, tzinfo=UTC)) == ("all", 60, "default")
    assert applied(rules, asked(), moment=datetime(2026, 11, 25, 23, 0, tzinfo=UTC)) == (None, None, "default")
    assert rules.turns(asked(), at(25, 9), at(27, 9)) == [datetime(2026, 11, 25, 23, 0, tzinfo=UTC)]
    assert rules.turns(asked(), at(26, 0), at(27, 9)) == []  # what counts from the start on is no turn


def test_before_the_first_version_nothing_was_agreed():
    assert applied(book(), asked(), moment=datetime(2025, 12, 31, 12, tzinfo=UTC)) == (None, None, "default")


def test_a_supplier_is_asked_by_platform_and_knows_no_other_promise():
    said = {("*", "high", "supplier"): Target(60)}
    rules = book(suppliers={5: (Promise("supplier", "3", (Version(None, FROM, said),)),)})
    assert applied(rules, asked(platform=5), clock="supplier") == ("supplier", 60, "default")
    assert applied(rules, asked(platform=6), clock="supplier") == (None, None, "default")


def test_pauses_are_those_of_the_contract_else_of_the_agreement_for_all():
    mine = {"resolution": ["planned"]}
    everybody = {"resolution": ["waiting_supplier"], "update": []}
    rules = book(
        all=promise("all", pauses=everybody),
        contracts={1: (promise("contract", "7", pauses=mine),), 2: (promise("contract", "8"),)},
    )
    assert rules.pauses(asked(), at(25, 9)) == mine
    assert rules.pauses(asked(library=2), at(25, 9)) == everybody
    assert rules.pauses(asked(library=3), at(25, 9)) == everybody


def test_pauses_until_somebody_says_otherwise():
    assert book().pauses(asked(), at(25, 9)) == {
        "first_answer": ["waiting_reporter"],
        "update": ["waiting_reporter", "planned"],
        "resolution": ["waiting_reporter", "waiting_supplier", "waiting_partner", "planned"],
    }


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("4 uur", Target(240)),
        ("4u", Target(240)),
        ("1 uur 30", Target(90)),
        ("1 u 30 min", Target(90)),
        ("2 hours and 15 minutes", Target(135)),
        ("1:30", Target(90)),
        ("1,5 uur", Target(90)),
        ("0.25 h", Target(15)),
        ("45 min", Target(45)),
        ("2 werkdagen", Target(days=2)),
        ("1 dag", Target(days=1)),
        ("2 dagen einde dag", Target(days=2, end_of_day=True)),
        ("2 werkdagen, einde van de werkdag", Target(days=2, end_of_day=True)),
        ("0 dagen, einde dag", Target(days=0, end_of_day=True)),
        ("3 working days, end of day", Target(days=3, end_of_day=True)),
        ("", None),
        (" - ", None),
    ],
)
def test_read_target(text, target):
    assert read_target(text) == target


@pytest.mark.parametrize(
    "text", ["4", "uur", "0 min", "0 dagen", "-4 uur", "4 uur en", "1:75", "1001 uur", "251 dagen", "४ uur"]
)
def test_read_target_refuses(text):
    with pytest.raises(ValueError, match=r"\w"):
        read_target(text)


@pytest.mark.parametrize(
    ("target", "english", "dutch"),
    [
        (Target(45), "45 min", "45 min"),
        (Target(240), "4 h", "4 u"),
        (Target(65), "1 h 05", "1 u 05"),
        (Target(days=1), "1 working day", "1 werkdag"),
        (Target(days=2, end_of_day=True), "2 working days, end of day", "2 werkdagen, einde dag"),
        (None, "", ""),
    ],
)
def test_write_target_as_it_is_read(target, english, dutch):
    for language, words in (("en", english), ("nl", dutch)):
        with translation.override(language):
            assert write_target(target) == words
        assert read_target(words) == target


def test_how_a_target_is_kept():
    for target, kept in (
        (Target(240), {"minutes": 240}),
        (Target(days=2), {"days": 2}),
        (Target(days=0, end_of_day=True), {"days": 0, "end_of_day": True}),
    ):
        assert as_kept(target) == kept
        assert as_target(kept) == target
