"""Reading a CSV file of a spreadsheet: what is in it, or what is wrong with it, by line and column in words."""

import csv
import io

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.imports.reading import Line, Trouble, read

COLUMNS = ("slug", "name", "note")


@pytest.fixture(autouse=True, scope="module")
def english():
    with translation.override("en"):
        yield


def _bytes(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def test_read_a_file():
    lines, troubles = read(_bytes("Slug; NAME ;note", "", 'a;"Een; en ""twee""";', ";;", " b ;Drie;x"), COLUMNS)
    assert troubles == []
    assert lines == [
        Line(3, {"slug": "a", "name": 'Een; en "twee"', "note": ""}),
        Line(5, {"slug": "b", "name": "Drie", "note": "x"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read_what_spreadsheets_save(encoding, delimiter, end):
    text = end.join([f"slug{delimiter}name", f"a{delimiter}Fryslân’s café"])
    assert read(text.encode(encoding), COLUMNS) == ([Line(2, {"slug": "a", "name": "Fryslân’s café"})], [])


def test_read_a_cell_of_two_lines_and_say_where_the_next_begins():
    lines, _troubles = read(_bytes("slug;name", 'a;"Een\ntwee"', "b;Drie"), COLUMNS)
    assert [(one.number, one.cells["name"]) for one in lines] == [(2, "Een twee"), (4, "Drie")]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", Trouble(1, "slug", "The first line names the columns, and slug has to be one.")),
        (b"name\nx", Trouble(1, "slug", "The first line names the columns, and slug has to be one.")),
        (b"slug;naam\na;b", Trouble(1, "naam", "No such column; there are slug, name, note.")),
        (b"slug;name;slug\na;b;c", Trouble(1, "slug", "This column is there twice.")),
        (
            "slug;name".encode("utf-16"),
            Trouble(1, "", "This is no text in UTF-8 or Windows-1252. Save it as “CSV UTF-8”."),
        ),
        (b"slug\n\x81", Trouble(1, "", "This is no text in UTF-8 or Windows-1252. Save it as “CSV UTF-8”.")),
        (b"slug" + b"\n" * 5_000_000, Trouble(1, "", "The file is larger than 5 megabytes.")),
        (b"slug\n" + b"a\n" * 20_001, Trouble(20_002, "", "There are more than 20,000 lines.")),
        (
            b'slug;name\na;b\nc;"d\ne;f',
            Trouble(
                3,
                "",
                "The quotation marks do not match: one that opens a cell also ends it, and inside it stands twice.",
            ),
        ),
        (
            b'slug;name\na;"b"c',
            Trouble(
                2,
                "",
                "The quotation marks do not match: one that opens a cell also ends it, and inside it stands twice.",
            ),
        ),
    ],
)
def test_read_nothing_of_what_cannot_be_read(content, trouble):
    assert read(content, COLUMNS) == ([], [trouble])


def test_read_takes_as_many_as_it_says():
    lines, troubles = read(b"slug\n" + b"".join(b"a%d\n" % number for number in range(20_000)), COLUMNS)
    assert (len(lines), troubles) == (20_000, [])


def test_read_says_what_is_wrong_by_line_and_column():
    content = _bytes(
        "slug;name;note;", "a;x", "b;x;y;;z", "c;x\x00;y;", f"d;{'x' * 501};y;", ";x;y;", "e;x;y;z", "f;x;y;", "f;x;y;"
    )
    lines, troubles = read(content, COLUMNS)
    assert [one.number for one in lines] == [8, 9]
    assert troubles == [
        Trouble(2, "", "There are 2 cells here, and 4 columns."),
        Trouble(3, "", "There are 5 cells here, and 4 columns."),
        Trouble(4, "name", "There is a sign in it that cannot be shown."),
        Trouble(5, "name", "At most 500 characters."),
        Trouble(6, "slug", "Say which one it is."),
        Trouble(7, "", "“z” stands in a column without a name."),
        Trouble(9, "slug", "“f” stands on line 8 already."),
    ]


CELLS = st.text(st.characters(codec="cp1252", exclude_categories=["C", "Z"]) | st.just(" "), max_size=30)


@settings(deadline=None, max_examples=100)
@given(
    rows=st.lists(
        st.tuples(CELLS.filter(str.strip), CELLS, CELLS), max_size=8, unique_by=lambda row: " ".join(row[0].split())
    ),
    delimiter=st.sampled_from(";,"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_is_written_is_read_back(rows, delimiter, encoding, quoting):
    """Whatever stands in the cells; white space apart. A short text in Windows-1252 may also be UTF-8 by chance."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([COLUMNS, *rows])
    content = out.getvalue().encode(encoding)
    if encoding == "cp1252":
        content += "drie;Fryslân;é".replace(";", delimiter).encode("cp1252")
        rows = [row for row in rows if row[0].strip() != "drie"] + [("drie", "Fryslân", "é")]
        content = b"\r\n".join([delimiter.join(COLUMNS).encode(), *(_row(row, delimiter) for row in rows)])
    lines, troubles = read(content, COLUMNS)
    assert troubles == []
    assert [tuple(one.cells.values()) for one in lines] == [
        tuple(" ".join(cell.split()) for cell in row) for row in rows
    ]


def _row(row, delimiter) -> bytes:
    return delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row).encode("cp1252")


@settings(deadline=None, max_examples=200)
@given(
    content=st.binary(max_size=200)
    | st.text(max_size=100).map(lambda text: ("slug;name\n" + text).encode("utf-8", "replace"))
)
def test_read_says_something_of_anything(content):
    """No bytes make an error of ours: there are lines, with a short name and cells that can be shown, or troubles."""
    lines, troubles = read(content, COLUMNS)
    assert all(one.cells["slug"] and "".join(one.cells.values()).isprintable() for one in lines)
    assert all(one.line >= 1 and one.says for one in troubles)
    assert lines or troubles or content.strip()
