"""Rows of results, in words: no item is made of what is only shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from agenda.work.models import Contribution, WorkItem
from agenda.work.tags import as_status, finished_tag, late_tag
from tenants.web.moments import day

COLUMNS = (
    *("pk", "number", "title", "theme", "lead_id", "lead__name", "status", "progress", "planned_to", "finished_on"),
    "asked",
)


@dataclass(frozen=True, slots=True)
class Part:
    """How one organisation's part of a result stands."""

    organisation: int
    name: str
    status: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What a list of results shows of one."""

    number: int
    title: str
    theme: str
    lead_id: int
    lead: str
    state: str
    on_track: bool
    status: SafeString
    progress: int
    due: date
    planned_to: str
    contributes: str
    parts: tuple[Part, ...]
    asked: str = ""
    finished: bool = False

    @property
    def late(self) -> SafeString:
        """How late it is today, as a tag; nothing when it is not."""
        return late_tag(days_late(self, timezone.localdate()))


def days_late(row: Row, today: date) -> int:
    """Return how many days a running result is past its planned end; 0 when it is not."""
    return 0 if row.finished else max(0, (today - row.due).days)


def columns(items):
    """Return the queryset with what `in_rows` needs alone."""
    return items.values_list(*COLUMNS)


def in_rows(found: Iterable[tuple]) -> list[Row]:
    """Return rows of `columns` in words, in the language of the moment; one query, for who contributes."""
    found = list(found)
    parts: dict[int, list[Part]] = {}
    of_these = Contribution.objects.filter(item__in=[row[0] for row in found])
    for pk, *part in of_these.values_list("item_id", "organisation_id", "organisation__name", "status", "description"):
        parts.setdefault(pk, []).append(Part(*part))
    themes = {value: str(label) for value, label in WorkItem.Theme.choices}
    return [row_of(*row[1:], tuple(parts.get(row[0], ())), themes) for row in found]


def row_of(
    number: int,
    title: str,
    theme: str,
    lead_id: int,
    lead: str,
    status: str,
    progress: int,
    planned_to: date,
    finished_on: date | None,
    asked: str,
    parts: tuple[Part, ...],
    themes: dict[str, str],
) -> Row:
    """Return the row of a result with these values, in words."""
    return Row(
        number=number,
        title=title,
        theme=themes[theme],
        lead_id=lead_id,
        lead=lead,
        state=status,
        on_track=status == "on_track",
        status=finished_tag(get_language() or "nl") if finished_on else as_status(status),
        progress=progress,
        due=planned_to,
        planned_to=day(planned_to),
        contributes=", ".join(one.name for one in parts) or "–",
        parts=parts,
        asked=asked,
        finished=finished_on is not None,
    )


def of_item(item: WorkItem, parts: tuple[Part, ...]) -> Row:
    """Return the row of an item with its lead, and with these parts."""
    themes = {item.theme: item.get_theme_display()}
    values = (item.number, item.title, item.theme, item.lead_id, item.lead.name, item.status, item.progress)
    return row_of(*values, item.planned_to, item.finished_on, item.asked, parts, themes)
