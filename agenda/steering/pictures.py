"""The pictures of the steering page: a small one for each organisation, all of one figure on one scale.

Drawn as SVG of which only the width stretches: so one drawing fits a screen, a phone and paper, with its letters in
their own size, and takes its colours from the style. The quarter that runs is hatched. A table beside it has the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agenda.figures.periods import Period
from agenda.figures.queries import ALL, Figures, Quarter
from tenants.models import Organisation

TALL, ROOM = 64, 32  # of the highest bar, and for the words above it: pixels
WORDS, DIGIT, NARROW = 13, 8, 20  # height of a line of words, width of a digit, of a bar on a phone: pixels
Figure = Callable[[Figures], int]


@dataclass(frozen=True)
class Series:
    """One figure of one organisation, quarter by quarter; of all who have no column when it is `others`."""

    name: str
    key: int | None
    values: tuple[int, ...]
    before: int  # the last one is compared with

    @property
    def more(self) -> int:
        """How much more the last is than what it is compared with."""
        return self.values[-1] - self.before


@dataclass(frozen=True)
class Small:
    """A small picture with a sentence."""

    name: str
    key: int | None
    sentence: str
    picture: SafeString


@dataclass(frozen=True)
class Smalls:
    """The small pictures of one figure, and the same as a table: by quarter the name and value of each."""

    smalls: tuple[Small, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[Period, tuple[tuple[str, str], ...]], ...]


def open_tickets(
    known: dict[Period, Quarter], past: list[Period], organisations: list[Organisation], others: bool
) -> tuple[Series, ...]:
    """Return the series of open tickets at the end of quarters, compared with the quarter before."""
    return _series(known, past, known[past[-2]].figures, organisations, others, lambda one: one.open_at_end)


def new_tickets(
    known: dict[Period, Quarter], past: list[Period], organisations: list[Organisation], others: bool
) -> tuple[Series, ...]:
    """Return the series of new tickets, compared with the year before: the same days of it when the last runs."""
    before = known[past[-1]].before or known[past[-1].year_before].figures
    return _series(known, past, before, organisations, others, lambda one: one.new)


@lru_cache(maxsize=64)
def drawn(found: tuple[Series, ...], past: tuple[Period, ...], runs: bool, compared: tuple[str, str, str]) -> Smalls:
    """Return series as pictures, made once; `compared` is what a sentence says of as many, more and fewer."""
    highest = max([value for one in found for value in one.values], default=0)
    return Smalls(
        smalls=tuple(
            Small(one.name, one.key, _sentence(one, compared), _bars(one, past, runs, highest)) for one in found
        ),
        names=tuple(one.name for one in found),
        rows=tuple(
            (period, tuple((one.name, intcomma(one.values[place])) for one in found))
            for place, period in enumerate(past)
        ),
    )


def _series(
    known: dict[Period, Quarter],
    past: list[Period],
    before: dict[int | None, Figures],
    organisations: list[Organisation],
    others: bool,
    figure: Figure,
) -> tuple[Series, ...]:
    def of(figures: dict[int | None, Figures], key: int | None) -> int:
        return figure(figures.get(key, Figures()))

    found = [
        Series(one.name, one.pk, tuple([of(known[each].figures, one.pk) for each in past]), of(before, one.pk))
        for one in organisations
    ]
    if others:
        rest = [
            of(known[each].figures, ALL) - sum(of(known[each].figures, one.pk) for one in organisations)
            for each in past
        ]
        found.append(
            Series(
                _("The others"), ALL, tuple(rest), of(before, ALL) - sum(of(before, one.pk) for one in organisations)
            )
        )
    return tuple(found)


def _sentence(one: Series, compared: tuple[str, str, str]) -> str:
    return compared[(one.more > 0) - (one.more < 0)] % {"much": intcomma(abs(one.more)), "n": intcomma(one.values[-1])}


def _bars(one: Series, past: tuple[Period, ...], runs: bool, highest: int) -> SafeString:
    """Return the bars of a series; `highest` is the value that is as tall as the picture."""
    step = 100 / len(past)
    tall = (
        [max(round(value * TALL / highest), 1) if value else 0 for value in one.values] if highest else [0] * len(past)
    )
    floor = ROOM + TALL
    bars, said = [], []
    for place, (period, value) in enumerate(zip(past, one.values, strict=True)):
        words = f"{period}: {intcomma(value)}"
        kind = ' class="runs"' if runs and place == len(past) - 1 else ""
        box = f'x="{place * step + 1:g}%" y="{floor - tall[place]}" width="{step - 2:g}%" height="{tall[place]}"'
        bars.append(f"<rect{kind} {box}><title>{words}</title></rect>")
        said.append(words)
    last = floor - tall[-1] - 5
    former = floor - tall[-2] - 5
    newest = intcomma(one.values[-1])
    # Each number stands above the middle of its bar; where two about as high have no room, the former moves aside.
    lack = (len(newest) + len(intcomma(one.values[-2]))) * DIGIT // 2 + 4 - NARROW if abs(former - last) < WORDS else 0
    label = escape(f"{one.name}, {'; '.join(said)}")
    return mark_safe(
        f'<svg class="bars" height="{floor + 1}" role="img" aria-label="{label}">{"".join(bars)}'
        f'<line x1="0" x2="100%" y1="{floor}" y2="{floor}"/>'
        f'<text x="{100 - 1.5 * step:g}%" dx="{min(0, -lack)}" y="{former}">{intcomma(one.values[-2])}</text>'
        f'<text x="{100 - step / 2:g}%" y="{last}">{newest}</text></svg>'
    )
