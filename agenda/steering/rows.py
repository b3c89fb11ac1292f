"""How results stand, organisation beside organisation, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from agenda.work.asked import asks_of, is_trouble
from agenda.work.rows import Row, days_late
from agenda.work.tags import as_dot, late_tag
from tenants.models import Organisation
from tenants.web.moments import day
from tenants.web.rows import rendered

LONGEST_REASON = 240
Reports = dict[int, tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class Cell:
    """How one organisation's part stands; `own` is the class of the reader's own column."""

    name: str
    dot: SafeString
    own: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a result stands: in each column, and together; `why` it wants attention, and what is asked of whom."""

    number: int
    title: str
    theme: str
    lead: str
    due: SafeString | str
    why: SafeString
    status: SafeString
    cells: SafeString


def standings(
    found: list[Row], organisations: list[Organisation], own: frozenset[int], reports: Reports, today: date
) -> list[Standing]:
    """Return rows with a cell for each of `organisations`; `reports` are of those that want attention."""
    return [
        Standing(
            number=row.number,
            title=row.title,
            theme=row.theme,
            lead=row.lead,
            due=_due(row, today),
            why=_why(row, reports, today) if is_trouble(row, today) else SafeString(""),
            status=row.status,
            cells=_cells(row, organisations, own),
        )
        for row in found
    ]


def _cells(row: Row, organisations: list[Organisation], own: frozenset[int]) -> SafeString:
    parts = {part.organisation: part.status for part in row.parts}
    cells = [Cell(one.name, as_dot(parts.get(one.pk, "none")), "own" if one.pk in own else "") for one in organisations]
    return rendered("agenda/_standing_cell.html", cells, {})


def _due(row: Row, today: date) -> SafeString | str:
    return late_tag(days_late(row, today)) or _("until %(day)s") % {"day": day(row.due)}


def _why(row: Row, reports: Reports, today: date) -> SafeString:
    text, at = reports.get(row.number, ("", None))
    said = _("Nothing was reported yet.") if at is None else Truncator(" ".join(text.split())).chars(LONGEST_REASON)
    when = f" ({day(at.date())})" if at else ""
    asked = format_html_join(
        "", '<span class="asked"><b>{}</b> {}</span>', ((_asked_of(one.name), one.text) for one in asks_of(row, today))
    )
    return format_html('<span class="why">{}<span class="quiet">{}</span></span>{}', said, when, asked)


def _asked_of(name: str) -> str:
    return _("Asked of %(name)s:") % {"name": name}
