"""The table of figures: a line for each figure, in one unit, a column for each organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from agenda.figures.queries import Figures
from tenants.models import Organisation
from tenants.web.moments import day

HOUR, DAY = 60, 24 * 60  # minutes


@dataclass(frozen=True)
class Line:
    """One figure: of each organisation (name, whether it is one's own, value), of all together, and a year before."""

    label: str
    unit: str
    each: tuple[tuple[str, str, str], ...]
    together: str
    before: str


def lines(
    each: list[tuple[Organisation, Figures]],
    together: Figures,
    before: Figures,
    ended_on: date | None,
    own: frozenset[int],
) -> tuple[Line, ...]:
    """Return the lines of a quarter that ended on a day, or (None) that runs."""
    at_end = _("Open on %(day)s") % {"day": day(ended_on)} if ended_on else _("Open now")
    columns = [(one.name, "own" if one.pk in own else "other") for one, _figures in each]
    found = [figures for _one, figures in each] + [together, before]
    return (
        _line(_("New tickets"), columns, [one.new for one in found], _whole),
        _line(_("Resolved"), columns, [one.resolved for one in found], _whole),
        _line(at_end, columns, [one.open_at_end for one in found], _whole),
        _line(_("Median to first answer"), columns, [one.first_answer_minutes for one in found], in_one_unit),
        _line(_("Median to resolution"), columns, [one.resolution_minutes for one in found], in_one_unit),
    )


def _line(
    label: str, columns: list[tuple[str, str]], values: list, say: Callable[[list], tuple[str, list[str]]]
) -> Line:
    unit, words = say(values)
    *own, together, before = words
    return Line(
        label, unit, tuple((*column, value) for column, value in zip(columns, own, strict=True)), together, before
    )


def _whole(counts: list[int]) -> tuple[str, list[str]]:
    return "", [intcomma(one) for one in counts]


def in_one_unit(minutes: list[float | None]) -> tuple[str, list[str]]:
    """Return a unit, and clock minutes in it; a dash for nothing.

    Days when all are two days or more, else hours when one is two hours or more, else minutes.
    """
    known = [one for one in minutes if one is not None]
    if known and min(known) >= 2 * DAY:
        unit, size, decimals = _("days of clock time"), DAY, 1
    elif known and max(known) >= 2 * HOUR:
        unit, size, decimals = _("hours of clock time"), HOUR, 1
    else:
        unit, size, decimals = _("minutes of clock time"), 1, 0
    return unit, ["–" if one is None else _number(one / size, decimals) for one in minutes]


def _number(value: float, decimals: int) -> str:
    return number_format(round(value, decimals), decimals, force_grouping=True)
