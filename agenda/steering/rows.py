"""How results stand, organisation beside organisation, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString

from agenda.work.rows import Row, in_rows
from agenda.work.tags import as_dot
from tenants.models import Organisation
from tenants.web.rows import rendered


@dataclass(frozen=True, slots=True)
class Cell:
    """How one organisation's part stands."""

    name: str
    dot: SafeString


@dataclass(frozen=True, slots=True)
class Standing:
    """How a result stands: in each column, and together."""

    number: int
    title: str
    theme: str
    lead: str
    on_track: bool
    status: SafeString
    cells: SafeString


def standings(found: Iterable[tuple], organisations: list[Organisation]) -> list[Standing]:
    """Return rows of `agenda.work.rows.columns` with a cell for each of `organisations`."""
    return [_standing(row, organisations) for row in in_rows(found)]


def _standing(row: Row, organisations: list[Organisation]) -> Standing:
    parts = {part.organisation: part.status for part in row.parts}
    cells = [Cell(one.name, as_dot(parts.get(one.pk, "none"))) for one in organisations]
    return Standing(
        number=row.number,
        title=row.title,
        theme=row.theme,
        lead=row.lead,
        on_track=row.on_track,
        status=row.status,
        cells=rendered("agenda/_standing_cell.html", cells, {}),
    )
