"""The rows of the report on promises, as a page and a file show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tenants.models import Library
from tickets.agreements.durations import in_hours
from tickets.lists.promised import (
    AGREED,
    DONE,
    LEVEL,
    LEVELS,
    MISSED,
    NO_LEVEL,
    REACHED,
    STILL,
    Promised,
    level_words,
)
from tickets.reports.queries import Kept, Report

Group = tuple[str | None, str, str]  # key in the report, name in an address, words


@dataclass(frozen=True)
class Cell:
    """A number, and the list of the tickets that it counts."""

    label: str
    value: str
    href: str


@dataclass(frozen=True)
class Row:
    """A library, a level, or all together."""

    name: str
    cells: tuple[Cell, ...]


def groups_of(by: str, report: Report) -> list[Group]:
    """Return the groups that have anything in a report: libraries by name, or levels from large to small; one query."""
    keys = {key for of_kind in report.values() for key in of_kind if key}
    if by == LEVEL:
        return [(name, name, capfirst(level_words(name))) for name in (*LEVELS, NO_LEVEL) if name in keys]
    libraries = Library.objects.filter(pk__in=[int(key) for key in keys]).order_by("sort_name")
    return [(str(pk), slug, name) for pk, slug, name in libraries.values_list("pk", "slug", "name")]


def heads() -> tuple[str, ...]:
    """Return the heads of the columns with numbers."""
    return (
        *(_("With a target"), _("Reached"), _("Missed"), _("Still running")),
        *(_("Median working time"), _("90th percentile working time")),
    )


def page_rows(
    by: str, kind: str, groups: Sequence[Group], of_kind: dict[str | None, Kept], days: tuple[date, date]
) -> list[Row]:
    """Return the rows of some groups, each number with the address of its list."""
    return [_row(by, kind, one, of_kind.get(one[0], Kept()), days) for one in groups]


def together(by: str, kind: str, of_kind: dict[str | None, Kept], days: tuple[date, date]) -> Row:
    """Return the row of all together."""
    return _row(by, kind, (None, "", _("Together")), of_kind[None], days)


def _row(by: str, kind: str, group: Group, kept: Kept, days: tuple[date, date]) -> Row:
    key, name, words = group
    whats = (AGREED, REACHED, MISSED, STILL, DONE, DONE)
    counts = [intcomma(one) for one in (kept.agreed, kept.reached, kept.missed, kept.running)]
    values = (*counts, *("–" if one is None else in_hours(one) for one in (kept.median, kept.p90)))
    chosen = None if key is None else (by, name)
    return Row(
        words,
        tuple(
            Cell(label, value, "" if value in ("0", "–") else _listed(Promised(what, kind, *days, chosen)))
            for label, value, what in zip(heads(), values, whats, strict=True)
        ),
    )


def _listed(promised: Promised) -> str:
    return f"{reverse('tickets')}?{urlencode({'view': 'all', 'figure': str(promised)})}"


def file_rows(
    groups: Sequence[Group], report: Report, kinds: dict[str, str], head: str
) -> list[list[str | int | None]]:
    """Return the whole report as rows of a file, heads first: every clock, every group and all together; in minutes."""
    found: list[Sequence[str | int | None]] = [
        [
            *(_("Clock"), head, _("With a target"), _("Reached"), _("Missed"), _("Still running")),
            *(_("Median, working minutes"), _("90th percentile, working minutes")),
        ]
    ]
    for kind, label in kinds.items():
        for key, _name, words in [*groups, (None, "", _("Together"))]:
            one = report[kind].get(key, Kept())
            numbers = [one.agreed, one.reached, one.missed, one.running, one.median, one.p90]
            found.append([capfirst(label), words, *numbers])
    return found
