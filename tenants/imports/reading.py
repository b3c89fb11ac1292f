"""Reading a CSV file that somebody saved from a spreadsheet: its lines with named cells, or what is wrong, in words."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

SIZE = 5_000_000  # bytes of a file
ROWS = 20_000
CELL = 500  # characters
DELIMITERS = ";,"


@dataclass(frozen=True)
class Line:
    """A line of a file: the number on which it begins, and its cells by the name of their column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a line, or with one column of it (empty: the line as a whole), in words."""

    line: int
    column: str
    says: str


class Unreadable(Exception):
    """Nothing can be read from this file on."""

    def __init__(self, trouble: Trouble):
        super().__init__(trouble.says)
        self.trouble = trouble


def read(
    content: bytes, columns: Collection[str], key: str = "slug", unique: bool = True
) -> tuple[list[Line], list[Trouble]]:
    """Return the lines of a file of which the first names some of `columns`, `key` among them; and what is wrong.

    What stands in `key` is there on every line, and on one line only where it is `unique`.

    The file is UTF-8 (with a mark in front or without) or Windows-1252, its cells divided by `;` or `,`. White space in
    a cell becomes one space, and none at its ends; lines without anything are left out. A line of which anything is
    wrong is not returned. Of a file that cannot be read there are no lines and one trouble.
    """
    lines: list[Line] = []
    troubles: list[Trouble] = []
    try:
        rows = _rows(decoded(content))
        header = _header(rows, columns, key)
        for number, row in rows:
            wrong = _wrong(number, row, header, key)
            troubles += wrong
            if not wrong:
                lines.append(Line(number, {name: cell for name, cell in zip(header, row, strict=False) if name}))
    except Unreadable as error:
        return [], [error.trouble]
    return lines, troubles + (_twice(lines, key) if unique else [])


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 or Windows-1252. Raises Unreadable for anything else and for too much."""
    if len(content) > SIZE:
        raise Unreadable(Trouble(1, "", _("The file is larger than 5 megabytes.")))
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise Unreadable(Trouble(1, "", _("This is no text in UTF-8 or Windows-1252. Save it as “CSV UTF-8”.")))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Return the rows that have anything in them, each with the number of the line on which it begins."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number, count = 1, 0
    try:
        for row in reader:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                count += 1
                if count > ROWS + 1:
                    raise Unreadable(Trouble(number, "", _("There are more than 20,000 lines.")))
                yield number, cells
            number = reader.line_num + 1
    except csv.Error:
        says = _("The quotation marks do not match: one that opens a cell also ends it, and inside it stands twice.")
        raise Unreadable(Trouble(number, "", says)) from None


def _header(rows: Iterator[tuple[int, list[str]]], columns: Collection[str], key: str) -> list[str]:
    number, row = next(rows, (1, []))
    names = [name.lower() for name in row]
    known = ", ".join(columns)
    for name in names:
        if name and name not in columns:
            raise Unreadable(Trouble(number, name[:50], _("No such column; there are %(known)s.") % {"known": known}))
        if name and names.count(name) > 1:
            raise Unreadable(Trouble(number, name, _("This column is there twice.")))
    if key not in names:
        says = _("The first line names the columns, and %(key)s has to be one.") % {"key": key}
        raise Unreadable(Trouble(number, key, says))
    return names


def _wrong(number: int, row: list[str], header: list[str], key: str) -> list[Trouble]:
    if len(row) < len(header) or any(row[len(header) :]):
        says = _("There are %(here)s cells here, and %(columns)s columns.")
        return [Trouble(number, "", says % {"here": len(row), "columns": len(header)})]
    found = []
    for name, cell in zip(header, row, strict=False):
        if cell and not name:
            found.append(Trouble(number, "", _("“%(text)s” stands in a column without a name.") % {"text": cell[:50]}))
        elif not cell.isprintable():
            found.append(Trouble(number, name, _("There is a sign in it that cannot be shown.")))
        elif len(cell) > CELL:
            found.append(Trouble(number, name, _("At most %(most)s characters.") % {"most": CELL}))
    if not row[header.index(key)]:
        found.append(Trouble(number, key, _("Say which one it is.")))
    return found


def _twice(lines: list[Line], key: str) -> list[Trouble]:
    first: dict[str, int] = {}
    found = []
    counted = Counter(line.cells[key] for line in lines)
    for line in lines:
        slug = line.cells[key]
        if counted[slug] > 1 and slug in first:
            says = _("“%(slug)s” stands on line %(line)s already.") % {"slug": slug, "line": first[slug]}
            found.append(Trouble(line.number, key, says))
        first.setdefault(slug, line.number)
    return found
