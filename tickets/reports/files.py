"""A table as a file: CSV, or XLSX (Office Open XML, ECMA-376) with one sheet, heads first.

A text is never a formula: in CSV one that a program could take for it gets an apostrophe (OWASP, CSV injection), in
XLSX a text is an inline string. A sheet of texts and whole numbers needs no library for it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

Rows = Sequence[Sequence[str | int | None]]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def as_csv(rows: Rows) -> bytes:
    """Return rows as CSV with semicolons, as a spreadsheet in Dutch opens it; UTF-8 that says so."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([_safe(one) for one in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(value: str | int | None) -> str | int | None:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_xlsx(rows: Rows, sheet: str) -> bytes:
    """Return rows as a workbook with one sheet of that name, as far as it fits; the first row is bold and stays."""
    name = re.sub(r"[][:*?/\\]", " ", sheet)[:31]
    parts = PARTS | {
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
            f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            '<cols><col min="1" max="16" width="24" customWidth="1"/></cols>'
            f"<sheetData>{''.join(_row(place, row) for place, row in enumerate(rows, start=1))}</sheetData></worksheet>"
        ),
    }
    found, now = io.BytesIO(), datetime.now(UTC).timetuple()[:6]
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as package:
        for path, text in parts.items():
            package.writestr(zipfile.ZipInfo(path, now), HEAD + text, zipfile.ZIP_DEFLATED)
    return found.getvalue()


def _row(place: int, row: Sequence[str | int | None]) -> str:
    style = ' s="1"' if place == 1 else ""
    cells = (_cell(f"{chr(ord('A') + column)}{place}", one, style) for column, one in enumerate(row))
    return f'<row r="{place}">{"".join(cells)}</row>'


def _cell(at: str, value: str | int | None, style: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f'<c r="{at}"{style}><v>{value}</v></c>'
    return f'<c r="{at}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(NO_XML.sub("", value))}</t></is></c>'
