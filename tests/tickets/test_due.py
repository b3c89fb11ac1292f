"""What runs out first: the order of the desk, what is left in words, and the filter by when it is due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from tests.tickets.clocking import file, may
from tickets.calendars.worktime import Calendar, Hours
from tickets.clocks.words import remaining
from tickets.lists.due import due_by
from tickets.models import Ticket

OFFICE = Calendar((Hours(date(2020, 1, 1), (((510, 1020),),) * 5 + ((), ())),))  # 8:30 to 17:00: 510 minutes


@pytest.mark.parametrize(
    ("due", "now", "words", "full", "tone"),
    [
        (may(19, 12, 8), may(19, 11), "1 u 08", "nog 1 u 08 werktijd", "pressing"),
        (may(19, 13), may(19, 11), "2 u", "nog 2 u werktijd", "pressing"),
        (may(19, 13, 1), may(19, 11), "2 u 01", "nog 2 u 01 werktijd", "today"),
        (may(20, 10, 59), may(19, 11), "8 u 29", "nog 8 u 29 werktijd", "today"),
        (may(20, 11), may(19, 11), "1 dag", "nog 1 dag werktijd", "later"),
        (may(22, 11), may(19, 11), "3 dagen", "nog 3 dagen werktijd", "later"),
        (may(19, 11), may(19, 11), "0 min", "nog 0 min werktijd", "pressing"),
        (may(19, 11), may(19, 11, 1), "1 min", "1 min werktijd te laat", "late"),
        (may(18, 16), may(19, 9), "1 u 30", "1 u 30 werktijd te laat", "late"),
        (may(18, 9), may(20, 9), "2 dagen", "2 dagen werktijd te laat", "late"),
        (may(19, 18), may(19, 17, 30), "0 min", "nog 0 min werktijd", "pressing"),  # after hours nothing runs
    ],
)
def test_remaining(due, now, words, full, tone):
    with translation.override("nl"):
        found = remaining(due, now, OFFICE)
    assert (found.short, found.full, found.tone) == (words, full, tone)


def test_remaining_of_a_calendar_without_hours():
    never = Calendar((Hours(date(2020, 1, 1), ((),) * 7),))
    assert remaining(may(22), may(19), never).short == "0 min"


@pytest.fixture
def dues(bisc):
    """Five open tickets by when they are due, from a moment at noon."""
    now = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    found = {}
    for name, due_at, late_at in (
        ("was late", now + timedelta(days=30), now - timedelta(days=9)),
        ("late now", now - timedelta(days=1), None),
        ("today", now + timedelta(hours=11), None),
        ("tomorrow", now + timedelta(days=1), None),
        ("in six days", now + timedelta(days=6), None),
        ("in seven days", now + timedelta(days=7), None),
        ("nothing agreed", None, None),
    ):
        ticket = file(bisc, datetime(2026, 5, 19, 7, tzinfo=UTC), subject=name)
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due_at, late_at=late_at)
        found[name] = ticket.number
    return found


@pytest.mark.parametrize(
    ("when", "names"),
    [
        ("late", {"was late", "late now"}),
        ("today", {"late now", "today"}),
        ("tomorrow", {"tomorrow"}),
        ("week", {"today", "tomorrow", "in six days"}),
    ],
)
def test_due_by(bisc, dues, when, names, monkeypatch, api_of, client_of):
    noon = timezone.localtime().replace(hour=12, minute=0)
    monkeypatch.setattr(timezone, "now", lambda: noon)
    mine = Ticket.objects.filter(number__in=dues.values())
    assert set(due_by(mine, when).values_list("subject", flat=True)) == names
    monkeypatch.undo()
    if when != "today":  # which is late at what hour of the day the tests run
        answered = api_of("bisc desk")("GET", f"/tickets?due={when}").json()["items"]
        assert {one["subject"] for one in answered} & set(dues) == names
        page = client_of("bisc desk").get(f"/tickets/?view=all&due={when}").content.decode()
        assert {name for name in dues if f">{name}<" in page} == names


def test_due_is_for_staff(api_of, client_of, dues):
    refused = api_of("bisc colleague")("GET", "/tickets?due=late")
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (400, ["due"])
    assert "was late" in client_of("bisc keyuser").get("/tickets/?due=tomorrow").content.decode()  # it chooses nothing


def test_the_desk_begins_with_what_runs_out_first(client_of, dues):
    page = client_of("bisc desk").get("/tickets/?view=all").content.decode()
    order = sorted(dues, key=lambda name: page.index(f">{name}<"))
    assert order == ["late now", "today", "tomorrow", "in six days", "in seven days", "was late", "nothing agreed"]
    assert "Resterend" in page and "te laat" in page


def test_without_any_moment_the_last_column_is_the_last_change(client_of, bisc, ticket):
    page = client_of("bisc desk").get("/tickets/?view=all").content.decode()
    assert "Laatst gewijzigd" in page and "Resterend" not in page


def test_what_a_library_sees_says_no_moment_of_the_desk(client_of, dues):
    page = client_of("bisc keyuser").get("/tickets/").content.decode()
    assert "Resterend" not in page and "te laat" not in page
