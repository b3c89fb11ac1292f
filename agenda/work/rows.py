"""Rows of results, in words: no item is made of what is only shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from agenda.work.models import Contribution, WorkItem
from agenda.work.tags import as_status, finished_tag
from tenants.web.moments import day

COLUMNS = ("pk", "number", "title", "theme", "lead__name", "status", "progress", "planned_to", "finished_on")


@dataclass(frozen=True, slots=True)
class Part:
    """How one organisation's part of a result stands."""

    organisation: int
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class Row:
    """What a list of results shows of one."""

    number: int
    title: str
    theme: str
    lead: str
    on_track: bool
    status: SafeString
    progress: int
    planned_to: str
    contributes: str
    parts: tuple[Part, ...]


def columns(items):
    """Return the queryset with what `in_rows` needs alone."""
    return items.values_list(*COLUMNS)


def in_rows(found: Iterable[tuple]) -> list[Row]:
    """Return rows of `columns` in words, in the language of the moment; one query, for who contributes."""
    found = list(found)
    parts: dict[int, list[Part]] = {}
    of_these = Contribution.objects.filter(item__in=[row[0] for row in found])
    for pk, *part in of_these.values_list("item_id", "organisation_id", "organisation__name", "status"):
        parts.setdefault(pk, []).append(Part(*part))
    language = get_language() or "nl"
    themes = {value: str(label) for value, label in WorkItem.Theme.choices}
    return [_row(row, tuple(parts.get(row[0], ())), themes, language) for row in found]


def _row(row: tuple, parts: tuple[Part, ...], themes: dict[str, str], language: str) -> Row:
    _pk, number, title, theme, lead, status, progress, planned_to, finished_on = row
    return Row(
        number=number,
        title=title,
        theme=themes[theme],
        lead=lead,
        on_track=status == "on_track",
        status=finished_tag(language) if finished_on else as_status(status),
        progress=progress,
        planned_to=day(planned_to),
        contributes=", ".join(one.name for one in parts) or "–",
        parts=parts,
    )
