"""The figures of the steering group's overview: each in its own place, and the pictures say what the tables say."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone
from django.utils.translation import override

from agenda.figures.actions import keep
from agenda.figures.models import KeptFigures
from agenda.figures.periods import Period, year_earlier
from agenda.figures.queries import Share
from agenda.steering.models import Seat
from agenda.steering.table import in_one_unit
from agenda.steering.table import in_time as shares_in_time
from agenda.work import actions
from tenants.models import LibraryMembership, Organisation


@pytest.fixture
def quarters(cast, snapshots):
    """What both desks did in the second quarter of 2026, and BiSC's in that of 2025: no two figures alike."""
    Organisation.objects.filter(slug="cubiss").update(colour="#aa3300")
    bisc, cubiss = cast.bisc, cast.cubiss
    opened = {"opened_at": datetime(2026, 5, 1, tzinfo=UTC)}
    done = {"first_answer_at": datetime(2026, 5, 2, tzinfo=UTC), "resolved_at": datetime(2026, 6, 1, tzinfo=UTC)}
    for answer, resolution, outcome in ((30, 2880, "in_time"), (40, 5760, "in_time"), (50, 7200, "late")):
        minutes = {"minutes_to_first_answer": answer, "minutes_to_resolution": resolution}
        promises = {"first_answer_outcome": outcome, "resolution_outcome": "late" if answer == 40 else "in_time"}
        snapshots(bisc, 1, **opened, **done, **minutes, **promises)
    snapshots(bisc, 5, **opened)
    snapshots(
        cubiss, 1, **opened, **done, minutes_to_first_answer=125, minutes_to_resolution=200, resolution_outcome="late"
    )
    snapshots(cubiss, 2, **opened, category="7.1")
    opened = {"opened_at": datetime(2025, 5, 1, tzinfo=UTC)}
    done = {"first_answer_at": datetime(2025, 5, 1, tzinfo=UTC), "resolved_at": datetime(2025, 5, 1, tzinfo=UTC)}
    snapshots(bisc, 2, **opened, **done, minutes_to_first_answer=10, minutes_to_resolution=55)
    snapshots(bisc, 8, **opened, resolved_at=datetime(2025, 7, 15, tzinfo=UTC), minutes_to_resolution=100_000)


def _rows(page: str, heading: str) -> list[list[str]]:
    """Return the words of each cell of the table under a heading, by row."""
    table = re.split(rf"<h2>\s*{heading}", page)[1].partition("<table")[2].partition(">")[2].partition("</table>")[0]
    rows = [re.split(r"</t[hd]>", row)[:-1] for row in table.split("</tr>")[:-1]]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in rows]


def test_each_figure_stands_with_its_organisation(quarters, client_of):
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()
    assert _rows(page, "Meldingen per organisatie") == [
        ["Cijfer", "BiSC", "Cubiss", "Samen", "Kwartaal 2 van 2025"],
        ["Nieuwe meldingen", "8", "3", "11", "10"],
        ["Opgelost", "3", "1", "4", "2"],
        ["Open op 30 jun 2026", "5", "2", "7", "8"],
        ["Eerste antwoord op tijd", "66 %", "–", "66 %", "–"],
        ["Op tijd opgelost", "66 %", "0 %", "50 %", "–"],
        ["Mediaan tot eerste antwoord (uren kloktijd)", "0,7", "2,1", "0,8", "0,2"],
        ["Mediaan tot oplossing (uren kloktijd)", "96,0", "3,3", "72,0", "0,9"],
    ]
    cells = re.findall(r'<td class="num[^"]*" data-label="([^"]+)">', page)
    assert cells[:28] == ["BiSC", "Cubiss", "Samen", "Kwartaal 2 van 2025"] * 7
    said = " ".join(page.split())
    assert "Samen: 2 van 3 eerste antwoorden, 2 van 4 oplossingen." in said


def test_the_figures_in_the_api_are_those_of_the_page(quarters, api_of):
    answer = api_of("member", "")("GET", "/steering/figures?quarter=2026-2").json()
    names = ["organisation", "new", "resolved", "openAtEnd", "medianClockMinutesToFirstAnswer"]
    names.append("medianClockMinutesToResolution")
    found = [[one[name] for name in names] for one in (*answer["organisations"], answer["together"])]
    assert found == [["bisc", 8, 3, 5, 40, 5760], ["cubiss", 3, 1, 2, 125, 200], [None, 11, 4, 7, 45, 4320]]


def _bars(page: str, heading: str) -> dict[str, list[str]]:
    """Return the bars of the small pictures under a heading, by organisation: "2026-2: 8, 64 px"."""
    found = re.split(rf"<h2>\s*{heading}", page)[1].partition("<details>")[0]
    bars = {}
    for one in found.split("<h3>")[1:]:
        rects = re.findall(r'<rect([^>]*) height="(\d+)"><title>([^<]+)</title></rect>', one)
        runs = " hatched" if rects[-1][0].startswith(' class="runs"') else ""
        bars[one.partition("<")[0]] = [f"{title}, {tall} px" for _box, tall, title in rects[:-1]]
        bars[one.partition("<")[0]].append(f"{rects[-1][2]}, {rects[-1][1]} px{runs}")
    return bars


def test_the_pictures_and_their_tables_say_the_same_of_eight_quarters(quarters, client_of):
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()
    before = [[quarter, "0", "0"] for quarter in ("2024-3", "2024-4", "2025-1")]
    between = [[quarter, "0", "0"] for quarter in ("2025-3", "2025-4", "2026-1")]
    assert _rows(page, "Nieuwe meldingen per kwartaal") == [
        *(["Kwartaal", "BiSC", "Cubiss"], *before, ["2025-2", "10", "0"], *between, ["2026-2", "8", "3"]),
    ]
    empty = [
        f"{quarter}: 0, 0 px" for quarter in ("2024-3", "2024-4", "2025-1", "2025-2", "2025-3", "2025-4", "2026-1")
    ]
    assert (
        _bars(page, "Nieuwe meldingen per kwartaal")
        == {  # on one scale: 10 is the highest
            "BiSC": [*empty[:3], "2025-2: 10, 64 px", *empty[4:], "2026-2: 8, 51 px"],
            "Cubiss": [*empty, "2026-2: 3, 19 px"],
        }
    )
    assert _rows(page, "Open meldingen")[-1] == ["2026-2", "5", "2"]
    assert _bars(page, "Open meldingen") == {
        "BiSC": [*empty[:3], "2025-2: 8, 64 px", *empty[4:], "2026-2: 5, 40 px"],
        "Cubiss": [*empty, "2026-2: 2, 16 px"],
    }


def test_each_picture_has_a_sentence_and_says_its_numbers(quarters, client_of):
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()
    said = re.findall(r'<h3>([^<]+)</h3>\s*<p class="quiet">([^<]+)</p>\s*<svg[^>]* aria-label="([^"]+)"', page)
    numbers = "2024-3: 0; 2024-4: 0; 2025-1: 0; 2025-2: 10; 2025-3: 0; 2025-4: 0; 2026-1: 0; 2026-2: 8"
    assert said[0][:2] == ("BiSC", "5 meer open dan op 31 maart.")
    assert said[2] == ("BiSC", "8, dat is 2 minder dan in hetzelfde kwartaal van 2025.", f"BiSC, {numbers}")
    assert said[3][:2] == ("Cubiss", "3, dat is 3 meer dan in hetzelfde kwartaal van 2025.")


def test_the_quarter_that_runs_is_hatched(cast, snapshots, client_of):
    snapshots(cast.bisc, 3, opened_at=timezone.now())
    snapshots(cast.cubiss, 7, opened_at=timezone.now())
    page = client_of("member", "").get("/steering/").content.decode()
    this = Period.of(timezone.localdate())
    for heading in ("Open meldingen", "Nieuwe meldingen per kwartaal"):
        found = _bars(page, heading)
        assert found["BiSC"][-1] == f"{this}: 4, 32 px hatched"  # one of the cast
        assert found["Cubiss"][-1] == f"{this}: 8, 64 px hatched"  # the highest of all, so the scale is its
    assert page.count("gearceerd: loopt nog") == 2 and page.count('class="small-one own"') == 2


def test_what_it_was_about_is_of_that_quarter_and_no_small_count(quarters, client_of):
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()
    ((_code, words), (row, number)) = _rows(page, "Waar het over ging")
    assert (words, row.partition(" ")[0], number) == ("Nieuwe meldingen", "6.1", "9")
    page = client_of("member", "").get("/steering/?quarter=2026-1").content.decode()
    assert "Geen categorie heeft er vijf of meer." in page


def test_one_goes_from_quarter_to_quarter_up_to_this_one(cast, client_of):
    today = timezone.localdate()
    this = f"{today.year}-{(today.month + 2) // 3}"
    member = client_of("member", "")

    def leads_to(quarter):
        page = member.get(f"/steering/?quarter={quarter}").content.decode()
        return re.findall(r'href="\?quarter=([^"]+)"', page), "loopt nog" in page

    assert leads_to("2026-1") == (["2025-4", "2026-2"], False)
    assert leads_to("2020-1") == (["2020-2"], False)
    assert [len(leads_to(one)[0]) for one in (this, "2099-1", "onzin")] == [1, 1, 1]
    assert leads_to("2099-1") == leads_to(this) and leads_to(this)[1] is True


# --- many organisations ---


@pytest.fixture
def many(cast):
    """Ten organisations that take part, of which only the last by name has a seat beside BiSC."""
    for number in range(8):
        slug = f"poi{number}"
        Organisation.objects.create(slug=slug, schema_name=slug, name=f"POI {number}", prefix=f"P{number}", ready=True)
    Seat.objects.create(organisation=Organisation.objects.get(slug="poi7"), from_on="2020-01-01")
    return cast


def test_eight_have_a_column_those_with_a_seat_first_and_together_counts_all(many, snapshots, client_of):
    opened = datetime(2026, 5, 1, tzinfo=UTC)
    snapshots(many.bisc, 1, opened_at=opened)
    snapshots(many.bisc, 2, opened_at=opened, organisation=Organisation.objects.get(slug="poi5"))
    snapshots(many.bisc, 4, opened_at=opened, organisation=Organisation.objects.get(slug="poi6"))
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()
    columns = ["BiSC", "Cubiss", *(f"POI {number}" for number in (0, 1, 2, 3, 4, 7))]
    desks = _rows(page, "Meldingen per organisatie")
    assert desks[0] == ["Cijfer", *columns, "Samen", "Kwartaal 2 van 2025"]
    assert desks[1] == ["Nieuwe meldingen", "1", *["0"] * 7, "7", "0"]
    past = _rows(page, "Nieuwe meldingen per kwartaal")
    assert (past[0], past[-1]) == (["Kwartaal", *columns, "De overige"], ["2026-2", "1", *["0"] * 7, "6"])
    assert "hoogstens acht" in page


def test_with_eight_organisations_nobody_is_left_out(cast, client_of):
    for number in range(6):
        slug = f"poi{number}"
        Organisation.objects.create(slug=slug, schema_name=slug, name=f"POI {number}", prefix=f"P{number}", ready=True)
    page = client_of("member", "").get("/steering/").content.decode()
    columns = ["BiSC", "Cubiss", *(f"POI {number}" for number in range(6))]
    assert _rows(page, "Nieuwe meldingen per kwartaal")[0] == ["Kwartaal", *columns]
    assert "hoogstens acht" not in page


def test_the_page_asks_nine_questions_and_seven_when_the_figures_are_kept(
    quarters, item, acts, client_of, django_assert_num_queries
):
    """An old quarter asks two about the agenda of then and one about categories, today three about the agenda."""
    actions.report_progress(item=item, text="x", progress=1, status="off_track", by=acts("manager"))
    member = client_of("member", "")
    for path, counted, kept in (("/steering/?quarter=2026-2", 9, 7), ("/steering/", 9, 7)):
        KeptFigures.objects.all().delete()
        member.get(path)
        with django_assert_num_queries(counted):
            member.get(path)
        keep()
        with django_assert_num_queries(kept):
            member.get(path)


def test_the_page_says_when_the_running_quarter_was_counted(cast, client_of, snapshots):
    snapshots(cast.bisc, 1, opened_at=timezone.now())
    keep()
    KeptFigures.objects.update(counted_at=timezone.now() - timedelta(seconds=60))
    moment = f"{timezone.localtime(KeptFigures.objects.latest('starts_on').counted_at):%H:%M}"
    page = " ".join(client_of("member", "").get("/steering/").content.decode().split())
    assert "peilmoment <time" in page and f">vandaag {moment}</time>" in page


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ([4, None, 119], ("minuten kloktijd", ["4", "–", "119"])),
        ([4, None, 120], ("uren kloktijd", ["0,1", "–", "2,0"])),
        ([2879, 100_000], ("uren kloktijd", ["48,0", "1.666,7"])),
        ([2880, None, 15_840], ("dagen kloktijd", ["2,0", "–", "11,0"])),
        ([None, None], ("minuten kloktijd", ["–", "–"])),
    ],
)
def test_the_figures_of_a_line_are_in_one_unit(minutes, said):
    with override("nl"):
        assert in_one_unit(minutes) == said


def test_ones_own_organisation_is_picked_out(quarters, client_of):
    for who, own in (("member", ["BiSC"]), ("reader", ["Cubiss"]), ("manager", [])):
        page = client_of(who, "").get("/steering/?quarter=2026-2").content.decode()
        found = re.findall(r'<td class="num own" data-label="([^"]+)"', page)
        assert (sorted(set(found)), "Toon alle organisaties" in page) == (own, bool(own))


def test_a_running_quarter_is_compared_with_the_same_days_of_the_year_before(cast, snapshots, client_of):
    now = timezone.now()
    a_year = year_earlier(now)
    begin = Period.of(timezone.localdate()).year_before.begin
    snapshots(cast.bisc, 3, opened_at=begin)
    snapshots(cast.cubiss, 2, opened_at=begin, resolved_at=a_year - timedelta(seconds=1), minutes_to_resolution=180)
    snapshots(cast.bisc, 4, opened_at=begin - timedelta(days=1), resolved_at=a_year + timedelta(minutes=9))
    snapshots(cast.bisc, 8, opened_at=a_year + timedelta(minutes=9))  # in that quarter, after these days
    for _kept in range(2):
        page = client_of("member", "").get("/steering/").content.decode()
        rows = _rows(page, "Meldingen per organisatie")
        assert rows[0][-1] == f"Zelfde dagen {a_year.year}"
        assert [row[-1] for row in rows[1:]] == ["5", "2", "7", "–", "–", "–", "3,0"]
        keep()


# --- what is behind a figure ---


def _ways(page: str) -> list[str]:
    table = page.partition('aria-label="Meldingen per organisatie"')[2].partition("</table>")[0]
    return [unescape(way) for way in re.findall(r'<a href="([^"]*)"', table)]


def test_each_figure_leads_to_the_tickets_of_ones_own_desk_and_else_to_itself_over_two_years(quarters, client_of):
    names = ("new", "resolved", "open", "answered_in_time", "resolved_in_time", "answered", "resolution")
    own = "http://bisc.samenbeheer.localhost:8000/tickets/?view=all&figure="
    whole = [f"/steering/figures/{name}/?quarter=" for name in names]
    page = client_of("bisc seated", "").get("/steering/?quarter=2026-2").content.decode()
    lists = ("new", "resolved", "open", "answered_agreed", "resolved_agreed", "answered", "resolved")
    listed = [f"{own}{name}-2026-2" for name in lists]
    assert _ways(page) == [
        way
        for mine, each in zip(listed, whole, strict=True)
        for way in (mine, f"{each}2026-2", f"{each}2026-2", f"{each}2025-2")
    ]
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()  # a seat reads no tickets
    assert {way.partition("?")[0] for way in _ways(page)} == {way.partition("?")[0] for way in whole}


def test_a_figure_over_eight_quarters_with_a_way_to_the_tickets_of_ones_own_desk(quarters, client_of):
    path = "/steering/figures/resolved/?quarter=2026-3"
    page = client_of("bisc seated", "").get(path).content.decode()
    table = page.partition("<table")[2].partition(">")[2].partition("</table>")[0]
    rows = [
        [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.split("</t[hd]>", row)[:-1]]
        for row in table.split("</tr>")
    ]
    assert rows[0] == ["Kwartaal", "BiSC", "Cubiss", "Samen"]
    assert rows[2] == ["2026-2", "3", "1", "4"] and rows[6] == ["2025-2", "2", "0", "2"] and len(rows) == 10
    ways = re.findall(r'href="(http[^"]*figure[^"]*)"', table)
    assert len(ways) == 8 and unescape(ways[1]).endswith("/tickets/?view=all&figure=resolved-2026-2")
    assert (
        "href" not in client_of("reader", "").get(path).content.decode().partition("<table")[2].partition("</table>")[0]
    )


def test_the_page_of_a_share_says_of_how_many_and_leads_to_those_that_were_late(quarters, client_of):
    path = "/steering/figures/answered_in_time/?quarter=2026-2"
    page = client_of("bisc seated", "").get(path).content.decode()
    table = page.partition("<tbody>")[2]
    cells = [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in re.split("</t[hd]>", table)[:4]]
    assert cells == ["2026-2", "66 % (2 van 3) 1 te laat", "–", "66 % (2 van 3)"]
    ways = [unescape(one).partition("figure=")[2] for one in re.findall(r'href="(http[^"]*figure[^"]*)"', table)]
    assert ways[:3] == ["answered_agreed-2026-2", "answered_late-2026-2", "answered_agreed-2026-1"]
    page = client_of("reader", "").get(path).content.decode()  # who works at no desk is told the numbers alone
    assert "66 % (2 van 3)" in page and "te laat" not in page and "http" not in page.partition("<tbody>")[2]


@pytest.mark.parametrize(
    ("in_time", "of", "said"),
    [(0, 0, "–"), (0, 3, "0 %"), (2, 3, "66 %"), (199, 200, "99 %"), (200, 200, "100 %")],
)
def test_a_share_is_a_hundred_only_where_none_was_late(in_time, of, said):
    assert shares_in_time([Share(in_time, of)]) == ("", [said])


def test_who_reads_the_page_of_a_figure(cast, client_of):
    people = ("manager", "member", "reader", "platform", "bisc lead", "bisc desk", "bisc seated", "bisc colleague")
    path = "/steering/figures/new/"
    assert [client_of(who, "").get(path).status_code for who in people] == [200] * 3 + [403] * 3 + [200, 404]
    assert client_of("member", "").post(path).status_code == 405
    assert client_of("member", "").get("/steering/figures/people/").status_code == 404
    assert client_of("member", "").get(path, {"quarter": "2026-9"}).status_code == 200


def test_the_counts_of_results_lead_to_those_results(put, acts, client_of):
    member, today = client_of("member", ""), timezone.localdate()
    for title, status in (("Rood", "off_track"), ("Groen", "on_track"), ("Klaar", "on_track")):
        finished = {"progress": 100, "finished_on": today} if title == "Klaar" else {"progress": 0}
        actions.report_progress(item=put(title), text="x", status=status, by=acts("manager"), **finished)
    page = member.get("/steering/").content.decode()
    found = re.findall(r'href="(/agenda/[?][^"]*)">[^<]*: ([0-9]+)<', page)
    assert [(unescape(way).partition("?")[2], count) for way, count in found] == [
        *(("running=on", "3"), ("running=on&status=on_track", "2")),
        *(("running=on&status=at_risk", "0"), ("running=on&status=off_track", "1")),
    ]
    for way, titles in zip((way for way, _count in found), (["Groen", "Rood"], ["Groen"], [], ["Rood"]), strict=True):
        shown = member.get(unescape(way)).content.decode()
        assert [title for title in ("Groen", "Klaar", "Rood") if f">{title}<" in shown] == titles


def test_who_has_another_role_at_an_organisation_is_not_led_to_its_tickets(cast, quarters, client_of):
    """A seat who is also key user of a library of Cubiss goes to that host, and not to its desk."""
    role = {"person": cast.everybody["member"], "library": cast.cubiss.library, "role": "key_user"}
    LibraryMembership.objects.create(**role, from_on=date(2020, 1, 1))
    page = client_of("member", "").get("/steering/?quarter=2026-2").content.decode()
    assert "cubiss.samenbeheer.localhost" in page
    assert [way for way in _ways(page) if way.startswith("http")] == []
