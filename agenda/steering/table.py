"""The table of figures: a line for each figure, in one unit, a column for each organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from agenda.figures.queries import ALL, Figures, Share
from tenants.models import Organisation
from tenants.web.moments import day

HOUR, DAY = 60, 24 * 60  # minutes
FRESH = timedelta(minutes=2)  # what is kept of the running quarter, each minute
BEFORE = 0  # in the place of an organisation: all of them, a year before


@dataclass(frozen=True)
class Line:
    """One figure: of each organisation (name, whether it is one's own, value, address of what is behind it), of all
    together, and a year before; and the addresses of what is behind the last two.
    """

    label: str
    unit: str
    each: tuple[tuple[str, str, str, str], ...]
    together: str
    before: str
    behind: str
    behind_before: str


def lines(
    each: list[tuple[Organisation, Figures]],
    together: Figures,
    before: Figures,
    ended_on: date | None,
    own: frozenset[int],
    behind: Callable[[str, int | None], str],
) -> tuple[Line, ...]:
    """Return the lines of a quarter that ended on a day, or (None) that runs.

    `behind` gives where a figure leads, by its name and the key of an organisation; `ALL` and BEFORE: of the last two.
    """
    at_end = _("Open on %(day)s") % {"day": day(ended_on)} if ended_on else _("Open now")
    columns = [(one.name, "own" if one.pk in own else "other", one.pk) for one, _figures in each]
    found = [figures for _one, figures in each] + [together, before]

    def line(name: str, label: str, values: list, say: Callable[[list], tuple[str, list[str]]]) -> Line:
        unit, (*words, together_said, before_said) = say(values)
        cells = tuple(
            (title, whose, said, behind(name, pk)) for (title, whose, pk), said in zip(columns, words, strict=True)
        )
        return Line(label, unit, cells, together_said, before_said, behind(name, ALL), behind(name, BEFORE))

    return (
        line("new", _("New tickets"), [one.new for one in found], whole),
        line("resolved", _("Resolved"), [one.resolved for one in found], whole),
        line("open", at_end, [one.open_at_end for one in found], whole),
        line("answered_in_time", _("First answer in time"), [one.answered_in_time for one in found], in_time),
        line("resolved_in_time", _("Resolved in time"), [one.resolved_in_time for one in found], in_time),
        line("answered", _("Median to first answer"), [one.first_answer_minutes for one in found], in_one_unit),
        line("resolution", _("Median to resolution"), [one.resolution_minutes for one in found], in_one_unit),
    )


def whole(counts: list[int]) -> tuple[str, list[str]]:
    """Return no unit, and counts as they are said."""
    return "", [intcomma(one) for one in counts]


def in_time(shares: list[Share]) -> tuple[str, list[str]]:
    """Return no unit, and shares as whole percents; a dash for a share of nothing."""
    return "", ["–" if one.percent is None else f"{one.percent} %" for one in shares]


def in_time_in_full(shares: list[Share]) -> tuple[str, list[str]]:
    """Return the same with what each is a share of."""
    _unit, percents = in_time(shares)
    said = [
        _("%(n)s of %(of)s") % {"n": intcomma(one.in_time), "of": intcomma(one.of)} if one.of else "" for one in shares
    ]
    return "", [f"{percent} ({of})" if of else percent for percent, of in zip(percents, said, strict=True)]


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
