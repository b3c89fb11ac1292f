"""The report on promises: its numbers, the tickets behind each of them, its files, and who reads it."""

import csv
import io
import re
import zipfile
from datetime import date
from html import unescape
from xml.etree import ElementTree

import pytest

from tenants.models import AuditEntry
from tests.tickets.clocking import file, leaf, may
from tickets.clocks import actions as clock_actions
from tickets.desk import actions as verbs
from tickets.lists.promised import Promised
from tickets.models import Clock, Interval
from tickets.reports.files import as_csv, as_xlsx
from tickets.reports.queries import Kept, promises_kept

MAY = (date(2026, 5, 1), date(2026, 5, 31))
IN_MAY = "period=days&first_on=2026-05-01&last_on=2026-05-31"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def four(bisc, rules):
    """On a Tuesday at nine: one answered in an hour, one late and resolved, one late that still waits, one withdrawn in
    time, which counts nowhere; and one of four o'clock that just began.
    """
    desk = bisc.actor("desk")
    quick, late, waits, withdrawn = (file(bisc, may(19, 9), subject=f"Nummer {place}") for place in range(4))
    begun = file(bisc, may(19, 16), subject="Nummer 4")
    verbs.answer(ticket=quick, body="Kijken", by=desk, at=may(19, 10))
    verbs.move(ticket=late, to="resolved", category=leaf(), answer="Klaar", by=desk, at=may(19, 12))
    verbs.move(ticket=withdrawn, to="closed", by=bisc.actor("colleague"), at=may(19, 10))
    clock_actions.mark_late(may(19, 12))
    return {"quick": quick, "late": late, "waits": waits, "withdrawn": withdrawn, "begun": begun}


def test_promises_kept_per_library(bisc, four):
    found = promises_kept("library", *MAY)
    key = str(bisc.library.pk)
    assert found == {
        "first_answer": {key: Kept(4, 1, 2, 1, 60, 180), None: Kept(4, 1, 2, 1, 60, 180)},
        "update": {None: Kept()},
        "resolution": {key: Kept(4, 1, 0, 3, 180, 180), None: Kept(4, 1, 0, 3, 180, 180)},
    }


def test_only_what_began_in_the_days_counts(bisc, four):
    assert promises_kept("library", date(2026, 5, 19), date(2026, 5, 19))["first_answer"][None].agreed == 4
    assert promises_kept("library", date(2026, 5, 20), date(2026, 5, 31))["first_answer"][None].agreed == 0
    assert promises_kept("library", date(2026, 5, 1), date(2026, 5, 18))["first_answer"][None].agreed == 0


@pytest.mark.parametrize(
    ("minutes", "median", "p90"),
    [
        ([7], 7, 7),
        ([5, 9], 5, 9),
        ([1, 2, 30], 2, 30),
        ([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 50, 90),
        ([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110], 60, 100),
    ],
)
def test_percentiles_are_of_the_nearest_rank(bisc, rules, minutes, median, p90):
    for place, ran in enumerate(minutes):
        ticket = file(bisc, may(19, 9), subject=f"Nummer {place}")
        Clock.objects.filter(ticket=ticket, kind="first_answer").update(done_at=may(19, 12), ran=ran)
    found = promises_kept("library", *MAY)["first_answer"][None]
    assert (found.median, found.p90) == (median, p90)


def test_a_ticket_with_several_updates_counts_once_as_its_worst(bisc, rules):
    desk, library = bisc.actor("desk"), bisc.actor("colleague")
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Een", by=desk, at=may(19, 9, 10))
    verbs.answer(ticket=ticket, body="En nu?", by=library, at=may(19, 10))
    verbs.answer(ticket=ticket, body="Twee", by=desk, at=may(19, 13, 1))  # 181 minutes, and three hours were agreed
    verbs.answer(ticket=ticket, body="En nu?", by=library, at=may(19, 14))
    verbs.answer(ticket=ticket, body="Drie", by=desk, at=may(19, 14, 30))
    assert promises_kept("library", *MAY)["update"][None] == Kept(1, 0, 1, 0, 181, 181)


def test_a_level_is_the_highest_of_a_ticket(bisc, four):
    for name, levels in (("quick", ["small"]), ("late", ["medium", "small"]), ("waits", ["large", "small"])):
        Interval.objects.filter(ticket=four[name], ended_at=None).update(levels=levels)
    Interval.objects.filter(ticket=four["begun"], ended_at=None).update(levels=[])
    found = promises_kept("level", *MAY)["first_answer"]
    assert {key: one.agreed for key, one in found.items()} == {"small": 1, "medium": 1, "large": 1, "none": 1, None: 4}


def _links(page: str) -> list[tuple[str, str]]:
    """Return each number that is a link in the table, with its address."""
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    found = re.findall(r'<a href="([^"]+)">(.*?)</a>', table)
    return [(re.sub(r"<[^>]+>", "", words), unescape(href)) for href, words in found]


def _listed(client, href: str) -> set[str]:
    page = client.get(href).content.decode()
    return set(re.findall(r"BISC-[0-9]+", page.partition("<main")[2]))


@pytest.mark.parametrize("by", ["library", "level"])
@pytest.mark.parametrize("clock", ["first_answer", "resolution"])
def test_each_number_opens_as_many_tickets(bisc, four, client_of, by, clock):
    desk = client_of("bisc desk")
    page = desk.get(f"/reports/promises/?{IN_MAY}&by={by}&clock={clock}").content.decode()
    links = _links(page)
    counts = [(words, href) for words, href in links if words.isdecimal()]
    assert len(counts) == (8 if clock == "first_answer" else 6)  # of one group and of all together; noughts are none
    for words, href in counts:
        assert len(_listed(desk, href)) == int(words)


def test_the_numbers_open_these_very_tickets(bisc, four, client_of):
    desk = client_of("bisc desk")
    links = _links(desk.get(f"/reports/promises/?{IN_MAY}").content.decode())[:6]
    numbers = {name: one.number for name, one in four.items()}
    assert [words for words, _href in links] == ["4", "1", "2", "1", "1 u", "3 u"]
    assert [_listed(desk, href) for _words, href in links] == [
        {numbers["quick"], numbers["late"], numbers["waits"], numbers["begun"]},
        {numbers["quick"]},
        {numbers["late"], numbers["waits"]},
        {numbers["begun"]},
        {numbers["quick"], numbers["late"]},
        {numbers["quick"], numbers["late"]},
    ]
    page = desk.get(links[2][1]).content.decode()
    assert "Eerste antwoord, te laat" in page and bisc.library.name in page


def test_updates_open_their_ticket(bisc, rules, client_of):
    """Of a ticket with an update that was late and one that was not, and of one whose update was in time."""
    test_a_ticket_with_several_updates_counts_once_as_its_worst(bisc, rules)
    other = file(bisc, may(19, 9))
    verbs.answer(ticket=other, body="Een", by=bisc.actor("desk"), at=may(19, 9, 10))
    verbs.answer(ticket=other, body="En nu?", by=bisc.actor("colleague"), at=may(19, 10))
    verbs.answer(ticket=other, body="Twee", by=bisc.actor("desk"), at=may(19, 11))
    desk = client_of("bisc desk")
    links = _links(desk.get(f"/reports/promises/?{IN_MAY}&clock=update").content.decode())[:5]
    assert [words for words, _href in links] == ["2", "1", "1", "1 u", "3 u 01"]
    assert [len(_listed(desk, href)) for _words, href in links] == [2, 1, 1, 2, 2]


def test_a_ticket_stands_in_the_list_of_its_highest_level_alone(bisc, four, client_of):
    for name, levels in (("quick", ["small"]), ("late", ["large", "small"]), ("waits", ["medium", "large"])):
        Interval.objects.filter(ticket=four[name], ended_at=None).update(levels=levels)
    Interval.objects.filter(ticket=four["begun"], ended_at=None).update(levels=[])
    desk = client_of("bisc desk")
    found = {
        level: _listed(desk, f"/tickets/?view=all&figure=agreed.first_answer.20260501.20260531.level.{level}")
        for level in ("large", "medium", "small", "none")
    }
    numbers = {name: one.number for name, one in four.items()}
    assert found == {
        "large": {numbers["late"], numbers["waits"]},
        "medium": set(),
        "small": {numbers["quick"]},
        "none": {numbers["begun"]},
    }


def test_a_library_that_ended_still_opens_its_tickets(bisc, four, client_of):
    type(bisc.library).objects.filter(pk=bisc.library.pk).update(until_on=date(2026, 6, 1))
    desk = client_of("bisc desk")
    links = _links(desk.get(f"/reports/promises/?{IN_MAY}").content.decode())
    assert len(_listed(desk, links[0][1])) == 4


@pytest.mark.parametrize(
    "text",
    [
        "missed.first_answer.20260501.20260531",
        "reached.resolution.20260501.20260531.level.large",
        "done.update.20260101.20261231.library.bisc-een",
    ],
)
def test_what_is_behind_a_number_is_read_as_it_is_written(text):
    assert str(Promised.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "missed",
        "missed.supplier.20260501.20260531",
        "lost.first_answer.20260501.20260531",
        "missed.first_answer.20260532.20260531",
        "missed.first_answer.2026051.20260531",
        "missed.first_answer.00010101.99991231",
        "missed.first_answer.20260501.20260531.level",
        "missed.first_answer.20260501.20260531.level.huge",
        "missed.first_answer.20260501.20260531.person.x",
    ],
)
def test_what_cannot_be_chooses_nothing(text):
    assert Promised.parse(text) is None


def test_a_library_cannot_choose_by_a_promise(bisc, four, client_of):
    page = client_of("bisc colleague").get(
        "/tickets/?figure=missed.first_answer.20260501.20260531&whose=library&state="
    )
    numbers = set(re.findall(r"BISC-[0-9]+", page.content.decode()))
    assert four["quick"].number in numbers


# --- the page ---


@pytest.mark.parametrize("path", ["/reports/promises/", "/reports/promises/csv/", "/reports/promises/xlsx/"])
def test_who_reads_it(bisc, client_of, path):
    people = (
        "bisc desk",
        "bisc lead",
        "bisc keyuser",
        "bisc colleague",
        "bisc director",
        "cubiss desk",
        "cubiss guest",
    )
    assert [client_of(who).get(path).status_code for who in people] == [200, 200, 403, 403, 403, 404, 403]
    assert client_of("bisc desk").post(path).status_code == 405


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("period=days", "Vul een dag in."),
        ("period=days&first_on=2026-05-02&last_on=2026-05-01", "Dit ligt voor de eerste dag."),
        ("period=days&first_on=2019-12-31&last_on=2020-05-01", "Kies dagen vanaf 2020."),
        ("period=days&first_on=2020-01-01&last_on=2026-05-01", "Hoogstens vijf jaar tegelijk."),
        ("period=1999", "Selecteer een geldige keuze"),
    ],
)
def test_a_period_that_cannot_be_is_said_at_its_field(bisc, client_of, asked, said):
    answer = client_of("bisc desk").get(f"/reports/promises/?{asked}")
    assert answer.status_code == 422 and said in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [("period=2026-2", True), ("period=2026", True), ("period=2026-3", False), ("period=2025", False)],
)
def test_quarters_and_years(bisc, four, client_of, asked, agreed):
    page = client_of("bisc desk").get(f"/reports/promises/?{asked}").content.decode()
    assert ("<tbody>" in page) == agreed


def test_two_questions_however_many_libraries(bisc, four, client_of, django_assert_num_queries):
    desk = client_of("bisc desk")
    path = f"/reports/promises/?{IN_MAY}"
    desk.get(path)
    with django_assert_num_queries(3):  # of which the door asks one
        desk.get(path)


# --- the files ---

ROWS = [
    ["Klok", "Bibliotheek", "Met doel"],
    ['=HYPERLINK("http://x")', "+31 & <b>", 12],
    ["-1", "@x", None],
    ["\tx", "Gewoon", 0],
]


def test_a_text_is_never_a_formula_in_csv():
    found = as_csv(ROWS)
    assert found.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(found.decode("utf-8-sig"), newline=""), delimiter=";")) == [
        ["Klok", "Bibliotheek", "Met doel"],
        ['\'=HYPERLINK("http://x")', "'+31 & <b>", "12"],
        ["'-1", "'@x", ""],
        ["'\tx", "Gewoon", "0"],
    ]


def _sheet(found: bytes) -> list[list[str | int | None]]:
    with zipfile.ZipFile(io.BytesIO(found)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))
        tree = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in tree.iter(f"{MAIN}row"):
        cells = {}
        for cell in row:
            text = cell.find(f"{MAIN}is/{MAIN}t")
            cells[cell.get("r")[0]] = int(cell.find(f"{MAIN}v").text) if text is None else text.text
        assert not list(row.iter(f"{MAIN}f"))
        rows.append([cells.get(letter) for letter in "ABC"])
    return rows


def test_a_workbook_holds_the_same_texts_and_numbers():
    assert _sheet(as_xlsx(ROWS, "Afspraken [2026]: x")) == ROWS


def test_what_xml_cannot_hold_is_left_out():
    assert _sheet(as_xlsx([["a\x00b\x0bc\ud800", "d", 1]], "x")) == [["abc", "d", 1]]


def test_the_files_hold_every_clock(bisc, four, client_of):
    desk = client_of("bisc desk")
    answer = desk.get(f"/reports/promises/csv/?{IN_MAY}")
    assert answer["Content-Disposition"] == 'attachment; filename="bisc-afspraken-2026-05-01-2026-05-31.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    name = bisc.library.name
    assert rows == [
        [
            *("Klok", "Bibliotheek", "Met afspraak", "Gehaald", "Gemist", "Loopt nog"),
            *("Mediaan, minuten werktijd", "90e percentiel, minuten werktijd"),
        ],
        ["Eerste antwoord", name, "4", "1", "2", "1", "60", "180"],
        ["Eerste antwoord", "Samen", "4", "1", "2", "1", "60", "180"],
        [rows[3][0], name, "0", "0", "0", "0", "", ""],
        [rows[3][0], "Samen", "0", "0", "0", "0", "", ""],
        ["Oplossing", name, "4", "1", "0", "3", "180", "180"],
        ["Oplossing", "Samen", "4", "1", "0", "3", "180", "180"],
    ]
    found = _sheet(desk.get(f"/reports/promises/xlsx/?{IN_MAY}").content)
    assert found[1] == ["Eerste antwoord", name, 4]
    lines = AuditEntry.objects.filter(action="report.exported").order_by("pk")
    assert list(lines.values_list("actor", "organisation", "object")) == [
        (bisc.people["desk"].pk, bisc.organisation.pk, f"bisc-afspraken-2026-05-01-2026-05-31.{form}")
        for form in ("csv", "xlsx")
    ]


def test_a_file_of_a_period_that_cannot_be_is_the_page_that_says_so(bisc, client_of):
    answer = client_of("bisc desk").get("/reports/promises/csv/?period=days")
    assert answer.status_code == 422 and "Vul een dag in." in answer.content.decode()
    assert not AuditEntry.objects.filter(action="report.exported").exists()


def test_numbers_of_another_organisation_are_not_there(cast, four, client_of):
    page = client_of("cubiss desk", "cubiss").get(f"/reports/promises/?{IN_MAY}").content.decode()
    assert "<tbody>" not in page and "Rapport" in page


def test_a_choice_that_is_left_empty_is_the_usual_one(bisc, client_of):
    page = client_of("bisc lead").get("/reports/promises/", {"period": "", "by": "", "clock": ""})
    assert (page.status_code, page.context["by"], page.context["kind"]) == (200, "library", "first_answer")
