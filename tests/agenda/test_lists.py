"""The agenda as list, on the axis of time and in the API: filters, order, and what is its own."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from agenda.work import actions
from agenda.work.models import WorkItem
from agenda.work.queries import axis, tally
from agenda.work.tags import thousandths
from tests.agenda.pages import words_of


@pytest.fixture
def many(put, acts, cast):
    """Five results, of every status, two themes and either organisation; W1 is on track, and W6 is finished."""
    cubiss = {"lead": cast.cubiss.organisation, "contributors": [cast.cubiss.organisation]}
    for title, status, values in (
        ("Groen", "on_track", {"planned_to": date(2026, 3, 1)}),
        ("Rood", "off_track", cubiss),
        ("Oranje", "at_risk", {"theme": "set_up"}),
        ("Rood later", "off_track", {"planned_to": date(2026, 12, 1), "planned_from": date(2025, 6, 1)}),
        ("Klaar", "on_track", cubiss),
    ):
        made = put(title, **values)
        finished = {"progress": 100, "finished_on": date(2026, 2, 1)} if title == "Klaar" else {"progress": 0}
        actions.report_progress(item=made, text="x", status=status, by=acts("manager"), **finished)


FILTERS = [
    ("", [1, 2, 3, 4, 5, 6]),
    ("status=off_track", [3, 5]),
    ("status=at_risk", [4]),
    ("theme=set_up", [4]),
    ("theme=integration", [1]),
    ("organisation=cubiss", [1, 3, 6]),
    ("organisation=bisc", [1]),
    ("organisation=cubiss&status=off_track", [3]),
    ("theme=harmonisation", []),
]


@pytest.mark.parametrize(("query", "numbers"), FILTERS)
def test_page_and_api_filter_alike(many, client_of, api_of, query, numbers):
    page = client_of("member", "").get(f"/agenda/?{query}").content.decode()
    assert sorted({int(one) for one in re.findall(r'href="/agenda/(\d+)/"', page)}) == numbers
    answer = api_of("member", "")("GET", f"/agenda/items?{query}").json()
    assert ([one["number"] for one in answer["items"]], answer["count"]) == (numbers, len(numbers))


def test_red_comes_first_then_what_is_due_first(many, client_of):
    titles = list(WorkItem.objects.red_first().values_list("title", flat=True))
    assert titles == ["Rood", "Rood later", "Oranje", "Klaar", "Groen", "Gezamenlijke servicedesk"]
    page = client_of("member", "").get("/agenda/").content.decode()
    assert re.findall(r'href="/agenda/(\d+)/"', page) == ["3", "5", "4", "6", "2", "1"]
    page = client_of("member", "").get("/agenda/?as=time").content.decode()
    assert re.findall(r'href="/agenda/(\d+)/"', page) == ["5", "1", "2", "3", "4", "6"]


@pytest.fixture
def two(item, put, acts, cast):
    """W1 at 45 %, at risk, until the end of 2026; W2 finished, of Cubiss alone."""
    today = {"finished_on": date(2026, 2, 1), "progress": 100, "status": "on_track"}
    actions.report_progress(item=item, text="x", progress=45, status="at_risk", by=acts("manager"))
    other = put("Klaar", lead=cast.cubiss.organisation, contributors=[cast.cubiss.organisation])
    actions.report_progress(item=other, text="x", by=acts("manager"), **today)


def test_a_row_of_the_list_says_what_is_its_own(two, client_of):
    table = client_of("member", "").get("/agenda/").content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.split(r"</td>", row)[:-1] for row in table.split("</tr>")[:-1]]
    assert [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in rows] == [
        ["Gezamenlijke servicedesk W1 · integratie · trekker BiSC", "Risico", "45 %", "31 dec 2026", "BiSC, Cubiss"],
        ["Klaar W2 · kosten · trekker Cubiss", "Klaar", "100 %", "28 feb 2026", "Cubiss"],
    ]


def test_a_line_of_the_time_axis_says_what_is_its_own(two, client_of):
    page = client_of("member", "").get("/agenda/?as=time")
    words = words_of(page)
    assert "Gezamenlijke servicedesk BiSC · 1 jan 2026 – 31 dec 2026 · 45 %" in words
    assert "Klaar Cubiss · 1 jan 2026 – 28 feb 2026 · 100 %" in words
    labels = re.findall(r'role="img" aria-label="([^"]+)"', page.content.decode())
    assert labels == ["risico, 45 %", "op schema, 100 %"]
    bars = re.findall(r'<rect class="(all|done)" x="([^"]+)" y="13" width="([^"]+)"', page.content.decode())
    shares = [
        round(100 * _percent(done[2]) / _percent(whole[2])) for whole, done in zip(bars[::2], bars[1::2], strict=True)
    ]
    assert ([one[0] for one in bars], shares) == (["all", "done"] * 2, [45, 100])


def _percent(width: str) -> float:
    return float(width.removesuffix("%"))


def test_the_page_of_a_result_says_what_is_its_own(two, client_of):
    member = client_of("member", "")
    running, finished = words_of(member.get("/agenda/1/")), words_of(member.get("/agenda/2/"))
    assert "Gepland 1 jan 2026 – 31 dec 2026 Voortgang 45 %" in running
    assert "Gepland 1 jan 2026 – 28 feb 2026 Klaar 1 feb 2026 Voortgang 100 %" in finished
    assert '<progress max="100" value="45"' in member.get("/agenda/1/").content.decode()


def test_list_and_result_say_what_is_stuck_and_how_late(two, put, acts, client_of):
    today = timezone.localdate()
    late = put("Verlopen", planned_to=today - timedelta(days=58), planned_from=date(2025, 1, 1))
    report = {"progress": 10, "by": acts("manager")}
    long_ago = timezone.now() - timedelta(days=14)
    actions.report_progress(item=late, text="Begonnen.", status="at_risk", at=long_ago - timedelta(days=9), **report)
    actions.report_progress(item=late, text="De leverancier zwijgt.", status="off_track", at=long_ago, **report)
    actions.report_progress(item=late, text="Nog altijd niets.", status="off_track", **report)
    member = client_of("member", "")
    page = words_of(member.get("/agenda/"))
    assert "2 van de 2 lopende resultaten vragen aandacht 1 loopt vast · 1 loopt risico · 1 is te laat" in page
    assert page.count("te laat: 58 dagen") == 1
    assert words_of(member.get("/agenda/?as=time")).count("te laat: 58 dagen") == 1
    page = words_of(member.get(f"/agenda/{late.number}/")).partition("Wat er ligt")[0]
    since = date_format(timezone.localdate(long_ago), "j M Y").lower()
    assert f"Loopt vast sinds {since}: Nog altijd niets. te laat: 58 dagen" in page
    assert "Gevraagd van BiSC: spreek een nieuwe datum af, of rond het af." in page
    finished = words_of(member.get("/agenda/2/"))
    assert "te laat" not in finished and "Gevraagd van" not in finished


def test_a_part_that_is_not_on_track_wants_attention_whatever_the_whole_is(cast, item, acts, client_of):
    member = client_of("member", "")
    assert "Het ene lopende resultaat ligt op schema" in words_of(member.get("/agenda/"))
    part = item.contributions.select_related("item").get(organisation__slug="cubiss")
    actions.change_contribution(contribution=part, changes={"status": "at_risk"}, by=acts("manager"))
    assert "1 van de 1 lopende resultaten vraagt aandacht 1 ligt in een deel niet op schema" in words_of(
        member.get("/agenda/")
    )
    assert "Gevraagd van Cubiss: breng het eigen deel weer op schema." in words_of(member.get("/agenda/1/"))
    page = words_of(member.get("/steering/"))
    assert "Gevraagd van Cubiss: breng het eigen deel weer op schema" in page
    assert "Samen Bij een resultaat: hoe de trekker het geheel het laatst meldde." in page


def test_the_tally_counts_what_runs(many):
    found = tally()
    assert (found.all, found.on_track, found.at_risk, found.off_track) == (5, 2, 1, 2)


def test_a_wrong_filter_is_said_and_can_be_mended(client_of, api_of):
    page = client_of("member", "").get("/agenda/?theme=nonsense").content.decode()
    assert "errorlist" in page and 'name="theme"' in page
    answer = api_of("member", "")("GET", "/agenda/items?theme=nonsense&status=x&organisation=niemand")
    assert (answer.status_code, sorted(one["field"] for one in answer.json()["errors"])) == (
        *(400, ["organisation", "status", "theme"]),
    )


def test_an_item_in_the_api(cast, item, api_of, acts):
    part = item.contributions.select_related("item").get(organisation__slug="cubiss")
    actions.change_contribution(
        contribution=part, changes={"description": "Bellen", "status": "at_risk"}, by=acts("manager")
    )
    assert api_of("bisc desk", "")("GET", "/agenda/items").json() == {
        "count": 1,
        "next": None,
        "items": [
            {
                "number": 1,
                "title": "Gezamenlijke servicedesk",
                "description": "",
                "theme": "integration",
                "goal": None,
                "lead": "bisc",
                "plannedFrom": "2026-01-01",
                "plannedTo": "2026-12-31",
                "progress": 0,
                "status": "on_track",
                "finishedOn": None,
                "contributions": [
                    {"organisation": "bisc", "description": "", "status": "on_track"},
                    {"organisation": "cubiss", "description": "Bellen", "status": "at_risk"},
                ],
                "version": 2,
            }
        ],
    }


def test_51_items_are_two_pages(put, api_of, client_of):
    for index in range(50):
        put(f"Resultaat {index}")
    first = api_of("member", "")("GET", "/agenda/items?theme=cost").json()
    assert (len(first["items"]), first["count"], first["next"]) == (50, 50, None)
    first = api_of("member", "")("GET", "/agenda/items").json()
    assert (len(first["items"]), first["count"], first["next"].partition("/api")[2]) == (
        *(50, 51, "/v1/agenda/items?page=2"),
    )
    assert [one["number"] for one in api_of("member", "")("GET", "/agenda/items?page=2").json()["items"]] == [51]


def test_the_axis_holds_every_item(item):
    found = axis([item], date(2026, 7, 1))
    (bar,) = found.bars
    assert (found.begin, found.end) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (bar.left, bar.width, bar.done, bar.right, found.now) == (0, 997, 0, 997, 496)
    assert [(one.year, one.number) for one in found.quarters] == [(2026, 1), (2026, 2), (2026, 3), (2026, 4)]
    assert [thousandths(one.left) for one in found.quarters] == ["0%", "24.7%", "49.6%", "74.8%"]


def test_the_filled_part_is_the_progress_and_eight_years_are_the_most(item):
    item.progress = 40
    assert axis([item], date(2026, 7, 1)).bars[0].done == 399
    item.planned_from, item.planned_to = date(2010, 1, 1), date(2060, 1, 1)
    found = axis([item], date(2026, 7, 1))
    assert (found.begin, found.end, found.bars[0].left, found.bars[0].right) == (
        *(date(2022, 1, 1), date(2031, 1, 1), 0, 1000),
    )
    item.planned_from = item.planned_to = date(2026, 7, 1)
    assert axis([item], date(2026, 7, 1)).bars[0].width == 6
    assert axis([], date(2026, 7, 1)).bars == []


# --- what happened, in words ---
