"""An old quarter shows the agenda as it stood then: what it was called, what was late, what was asked."""

from datetime import date, datetime

from agenda.figures.periods import AMSTERDAM, Period
from agenda.steering.overview import at_end_of
from agenda.work import actions
from agenda.work.models import WorkItem
from agenda.work.past import stood_at
from agenda.work.rows import days_late


def _at(month, day=1):
    return datetime(2026, month, day, 12, tzinfo=AMSTERDAM)


def test_the_agenda_of_an_old_quarter_is_that_of_then(cast, put, acts, client_of):
    manager = acts("manager")
    cubiss = cast.cubiss.organisation
    item = put("Zoals het heette", planned_to=date(2026, 12, 31), contributors=[cubiss], at=_at(2))
    part = item.contributions.select_related("item", "organisation").get()
    actions.change_contribution(contribution=part, changes={"status": "at_risk"}, by=manager, at=_at(3))
    actions.report_progress(item=item, text="De telefoon.", progress=10, status="off_track", by=manager, at=_at(4))
    actions.change_item(item=item, changes={"title": "Zoals het heet"}, contributors=[], by=manager, at=_at(8))
    actions.report_progress(item=item, text="Weer goed.", progress=20, status="on_track", by=manager, at=_at(9))
    done = {"progress": 100, "status": "on_track", "finished_on": date(2026, 10, 1)}
    actions.report_progress(item=item, text="Klaar.", by=manager, at=_at(10, 2), **done)
    WorkItem.objects.exclude(pk=item.pk).update(finished_on=None)

    found = {
        month: [
            (row.title, row.state, [(one.name, one.status) for one in row.parts]) for row in stood_at(_at(month, 15))
        ]
        for month in (1, 2, 3, 4, 8, 9, 10)
    }
    assert found == {
        1: [],
        2: [("Zoals het heette", "on_track", [("Cubiss", "on_track")])],
        3: [("Zoals het heette", "on_track", [("Cubiss", "at_risk")])],
        4: [("Zoals het heette", "off_track", [("Cubiss", "at_risk")])],
        8: [("Zoals het heet", "off_track", [])],
        9: [("Zoals het heet", "on_track", [])],
        10: [],
    }
    page = " ".join(client_of("member", "").get("/steering/?quarter=2026-2").content.decode().split())
    assert "zoals het stond op 30 jun 2026 · lopend: 1 · op schema: 0 · risico: 0 · loopt vast: 1" in page
    assert "Zoals het heette" in page and "De telefoon." in page and "Gevraagd van Cubiss:" in page
    assert "Zoals het heet<" not in page and "Weer goed." not in page and "Van u gevraagd" not in page


def test_of_an_old_quarter_it_says_what_was_asked_then_and_what_was_late_on_its_last_day(cast, put, acts):
    """A result that had to be there on that very day was in time."""
    put("Die dag", planned_to=date(2026, 6, 30), at=_at(2))
    put("De dag ervoor", planned_to=date(2026, 6, 29), at=_at(2))
    asks = put("Vraagt", planned_to=date(2026, 12, 31), at=_at(2))
    report = {"progress": 70, "status": "on_track", "by": acts("manager")}
    actions.report_progress(item=asks, text="Drie varianten.", asked="Kies een variant.", **report, at=_at(6))
    actions.report_progress(item=asks, text="Gekozen.", **report, at=_at(8))
    then = at_end_of(Period(2026, 2))
    assert then.day == date(2026, 6, 30)
    assert [(row.title, days_late(row, then.day), row.asked) for row in then.trouble] == [
        ("Vraagt", 0, "Kies een variant."),
        ("De dag ervoor", 1, ""),
    ]
    assert [row.title for row in then.steady] == ["Die dag"]
