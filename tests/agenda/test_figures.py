"""Every figure equals SQL written by hand over the schemas of the organisations themselves."""

from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from agenda.figures.models import TicketSnapshot
from agenda.figures.periods import Period
from agenda.figures.queries import Figures, categories, figures, history, quarters
from config.demo.volume import Builder
from tenants.context import inside
from tickets.desk import actions
from tickets.models import Ticket
from tickets.snapshots.actions import rebuild
from tickets.snapshots.queries import differing
from tickets.tasks import check_drift

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def filled(cast):
    """Both organisations with some hundreds of tickets over two years."""
    for house, count in ((cast.bisc, 300), (cast.cubiss, 200)):
        with inside(house.organisation):
            Builder(count=count, until=timezone.now(), seed=7).build()
    return cast


def _by_hand(sql: str, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


QUARTERS = ["2025-1", "2025-4", "2026-1", "2026-3", "2026-4"]


@pytest.mark.parametrize("text", QUARTERS)
def test_figures_equal_sql_by_hand(filled, text):
    period = Period.parse(text)
    begin = datetime(period.year, period.quarter * 3 - 2, 1, tzinfo=AMSTERDAM)
    end = datetime(period.year + (period.quarter == 4), period.quarter % 4 * 3 + 1, 1, tzinfo=AMSTERDAM)
    each, together = figures(period)
    assert [organisation.slug for organisation, _one in each] == ["bisc", "cubiss"]
    first_all, resolution_all = [], []
    for organisation, one in each:
        schema = organisation.slug
        ((new, resolved, opened),) = _by_hand(
            f"SELECT count(*) FILTER (WHERE opened_at >= %s AND opened_at < %s),"
            f" count(*) FILTER (WHERE resolved_at >= %s AND resolved_at < %s),"
            f" count(*) FILTER (WHERE opened_at < %s AND (resolved_at IS NULL OR resolved_at >= %s))"
            f" FROM {schema}.tickets_ticket",
            *(begin, end, begin, end, end, end),
        )
        assert (one.new, one.resolved, one.open_at_end) == (new, resolved, opened)
        first = [
            row[0]
            for row in _by_hand(
                f"SELECT floor(extract(epoch FROM first_answer_at - opened_at) / 60)::int FROM {schema}.tickets_ticket"
                " WHERE first_answer_at >= %s AND first_answer_at < %s",
                *(begin, end),
            )
        ]
        resolution = [
            row[0]
            for row in _by_hand(
                f"SELECT floor(extract(epoch FROM resolved_at - opened_at) / 60)::int FROM {schema}.tickets_ticket"
                " WHERE resolved_at >= %s AND resolved_at < %s",
                *(begin, end),
            )
        ]
        assert one.first_answer_minutes == (median(first) if first else None)
        assert one.resolution_minutes == (median(resolution) if resolution else None)
        first_all += first
        resolution_all += resolution
    assert together.new == sum(one.new for _organisation, one in each)
    assert together.resolved == sum(one.resolved for _organisation, one in each)
    assert together.open_at_end == sum(one.open_at_end for _organisation, one in each)
    assert together.first_answer_minutes == (median(first_all) if first_all else None)
    assert together.resolution_minutes == (median(resolution_all) if resolution_all else None)


def test_categories_equal_sql_by_hand_and_leave_out_small_counts(filled):
    period = Period(2026, 3)
    rows = _by_hand(
        "SELECT c.code, count(*) FROM (SELECT category_id, opened_at FROM bisc.tickets_ticket UNION ALL"
        " SELECT category_id, opened_at FROM cubiss.tickets_ticket) t JOIN agenda_category c ON c.id = t.category_id"
        " WHERE opened_at >= %s AND opened_at < %s GROUP BY c.code HAVING count(*) >= 5 ORDER BY 2 DESC, 1 LIMIT 10",
        *(period.begin, period.end),
    )
    found = [(one.category.code, one.count) for one in categories(quarters([period])[period])]
    assert found == rows and found
    assert all(count >= 5 for _code, count in found)


def test_the_quarter_turns_at_midnight_in_amsterdam():
    assert Period(2026, 1).begin.utcoffset().total_seconds() == 3600
    assert Period(2026, 3).end.utcoffset().total_seconds() == 7200
    assert Period.of(date(2026, 3, 31)) == Period(2026, 1)


@given(st.integers(2001, 2099), st.integers(1, 4))
def test_quarters_follow_each_other(year, quarter):
    period = Period(year, quarter)
    assert period.next.previous == period == period.previous.next
    assert period.end == period.next.begin and period.begin < period.end
    assert Period.parse(str(period)) == period == Period.of(period.first_on)


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "2026", "2026-5", "2026-0", "x-1", "99999-1", "2026-1-1", "-1", "abcd-1", "+202-1", "226-1"),
        *("1999-4", "2101-1", "12026-1", "\u0662\u0660\u0662\u0666-1", "\xb2\xb2\xb2\xb2-1", "2026-", "2026- 1"),
    ],
)
def test_odd_quarters_are_none(text):
    assert Period.parse(text) is None


def test_quarters_from_2000_to_2100():
    assert (Period.parse("2000-1"), Period.parse("2100-4")) == (Period(2000, 1), Period(2100, 4))
    assert Period(2026, 1).previous == Period(2025, 4) and Period(2026, 4).previous == Period(2026, 3)
    assert Period(2026, 3).year_before == Period(2025, 3)


def test_rebuild_changes_nothing_on_a_healthy_database_and_says_so(filled, capsys):
    before = list(TicketSnapshot.objects.order_by("pk").values())
    with inside(None):
        call_command("rebuild_snapshots")
    assert capsys.readouterr().out == "All snapshots are right; nothing changed.\n"
    assert list(TicketSnapshot.objects.order_by("pk").values()) == before


def test_rebuild_and_drift_check_find_what_is_wrong(filled, capsys, caplog):
    organisation = filled.bisc.organisation
    rows = TicketSnapshot.objects.filter(organisation=organisation)
    rows.filter(number="BISC-1").update(state="closed")
    rows.filter(number="BISC-2").delete()
    TicketSnapshot.objects.filter(number="BISC-3").update(number="BISC-999999")
    with inside(None):
        check_drift("bisc")
    assert "snapshots of bisc drifted: 3 differ, 1 without ticket" in caplog.text
    with inside(None):
        call_command("rebuild_snapshots")
    assert capsys.readouterr().out == "BiSC: 3 written, 1 removed\n"
    with inside(organisation):
        assert differing() == ([], [])


def test_volume_is_whole(cast):
    """Everything the builder makes keeps the constraints, the counter and the snapshots right."""
    with inside(cast.bisc.organisation):
        Builder(count=120, until=timezone.now(), seed=3).build()
        assert Ticket.objects.count() == 121
        assert Ticket.objects.open().count() >= 60
        assert differing() == ([], [])
        numbers = [int(one.removeprefix("BISC-")) for one in Ticket.objects.values_list("number", flat=True)]
        assert sorted(numbers) == list(range(1, 122))
        assert not Ticket.objects.filter(opened_at__gt=timezone.now()).exists()


def test_an_organisation_without_tickets_in_a_quarter_has_noughts(cast):
    each, together = figures(Period(2019, 1))
    found = [one for _organisation, one in each]
    assert found == [Figures(0, 0, 0, None, None)] * 2
    assert (together.new, together.resolved, together.open_at_end) == (0, 0, 0)


def test_history_is_of_eight_quarters_one_after_the_other(cast):
    assert [str(period) for period in history(Period(2026, 3))] == [
        *("2024-4", "2025-1", "2025-2", "2025-3", "2025-4", "2026-1", "2026-2", "2026-3"),
    ]


def test_the_categories_with_most_come_first_and_as_many_as_were_asked(cast, snapshots):
    counts = {"1.1": 6, "1.2": 8, "1.3": 5, "1.4": 4}
    opened = datetime(2026, 8, 1, tzinfo=AMSTERDAM)
    for code, count in counts.items():
        snapshots(cast.bisc, count, opened_at=opened, category=code)
    snapshots(cast.cubiss, 3, opened_at=opened, category="1.1")
    quarter = quarters([Period(2026, 3)])[Period(2026, 3)]
    found = [(one.category.code, one.count) for one in categories(quarter)]
    assert found == [("1.1", 9), ("1.2", 8), ("1.3", 5)]
    assert [one.category.code for one in categories(quarter, limit=2)] == ["1.1", "1.2"]


def test_what_was_withdrawn_is_new_and_neither_resolved_nor_open(bisc, ticket):
    by, at = bisc.actor("colleague"), datetime(2026, 5, 4, 12, tzinfo=AMSTERDAM)
    values = {"type": "question", "subject": "x", "body": "x", "category": ticket.category, "urgency": "low"}
    resolved, withdrawn, confirmed, back = (
        actions.create(**values, library=bisc.library, by=by, at=at) for _one in range(4)
    )
    for one in (resolved, confirmed):
        actions.move(ticket=one, to="resolved", answer="Klaar.", by=bisc.actor("desk"), at=at + timedelta(hours=2))
    actions.move(ticket=confirmed, to="closed", by=by, at=at + timedelta(hours=3))
    for one in (withdrawn, back):
        actions.move(ticket=one, to="closed", by=by, at=at + timedelta(hours=9))
    actions.move(ticket=back, to="open", reason="Toch wel", by=by, at=at + timedelta(hours=10))
    found = quarters([Period(2026, 2)])[Period(2026, 2)].of(bisc.organisation.pk)
    assert (found.new, found.resolved, found.open_at_end, found.resolution_minutes) == (4, 2, 1, 120)
    with inside(bisc.organisation):
        before = list(TicketSnapshot.objects.order_by("pk").values())
        assert differing() == ([], [])
        rebuild()
        assert list(TicketSnapshot.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("text", ["2025-4", "2026-3"])
def test_the_list_behind_a_figure_has_as_many_as_the_figure(filled, client_of, text):
    bisc = filled.bisc
    with inside(bisc.organisation):
        ended = Ticket.objects.filter(state="closed").order_by("resolved_at")
        for one in ended[:: ended.count() // 20]:  # withdrawn ones among them
            Ticket.objects.filter(pk=one.pk).update(closed_at=one.resolved_at)
        rebuild()
    found = quarters([Period.parse(text)])[Period.parse(text)].of(bisc.organisation.pk)
    desk = client_of("bisc desk")
    for name, count in (("new", found.new), ("resolved", found.resolved), ("open", found.open_at_end)):
        shown = desk.get(f"/tickets/?view=all&figure={name}-{text}").context
        assert (shown["page"].count, len(shown["chips"])) == (count, 1), name
    assert desk.get(f"/tickets/?view=all&figure=answered-{text}").context["page"].count > 0
    one = desk.get(f"/tickets/?view=all&figure=new-{text}").context["groups"][0].rows[0]
    beside = desk.get(f"/tickets/pane/?view=all&figure=new-{text}&current={one.number}").context["page"]
    assert beside.count == found.new  # the list beside a ticket is the same one
    for odd in ("new-2026-9", "people-2026-1", "x"):
        assert desk.get(f"/tickets/?view=all&figure={odd}").status_code == 200


def test_a_library_does_not_choose_by_a_figure(bisc, ticket, client_of):
    client = client_of("bisc keyuser")
    counts = [
        client.get(f"/tickets/?whose=library&figure={one}").context["page"].count for one in ("", "answered-2026-4")
    ]
    assert counts == [1, 1]
