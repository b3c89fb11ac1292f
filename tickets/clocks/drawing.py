"""The bars of the clocks as SVG of which only the width stretches: one row a clock, all on one axis.

The axis is of wall time where it fits in a day, else of working time alone: nights and days off would be all one sees.
The colours come from the style, the patterns of waiting stand in the axis; the table on the page says the same in text.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tickets.calendars.worktime import DAY, MINUTE, whole
from tickets.clocks.sentences import caption, kind_said, short_day
from tickets.clocks.standing import Standing
from tickets.clocks.story import Counted
from tickets.states import State

TALL, MOST_MARKS = 30, 6
HOUR = timedelta(hours=1)
PATTERNS = (
    '<defs><pattern id="waits-supplier" width="8" height="8" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="under" width="8" height="8"/><rect class="line" width="4" height="8"/>'
    '</pattern><pattern id="waits-reporter" width="7" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="under" width="7" height="6"/><circle class="dot-s" cx="3" cy="3" r="1.4"/></pattern>'
    '<pattern id="waits-partner" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="under" width="6"'
    ' height="6"/><rect class="line" width="2" height="6"/></pattern><pattern id="waits-planned" width="6" height="6"'
    ' patternUnits="userSpaceOnUse"><rect class="under" width="6" height="6"/><rect class="line" width="6" height="2"/>'
    "</pattern></defs>"
)
WAITS = {
    State.WAITING_SUPPLIER: "waits-supplier",
    State.WAITING_REPORTER: "waits-reporter",
    State.WAITING_PARTNER: "waits-partner",
    State.PLANNED: "waits-planned",
}


@dataclass(frozen=True)
class Lane:
    """One clock: its name, how it stands in a few words, and its bar."""

    name: str
    caption: str
    bar: SafeString


@dataclass(frozen=True)
class Drawing:
    """The axis, the lanes, which patterns of waiting occur, and whether only working time is drawn."""

    axis: SafeString
    lanes: Sequence[Lane]
    waits: Sequence[tuple[str, SafeString]]
    late: bool
    left: bool
    worked: bool


class Axis:
    """Where a moment stands, in hundredths of the width."""

    def __init__(self, spans: Sequence[tuple[datetime, datetime]]):
        self.spans = spans
        self.starts = [start for start, _end in spans]
        lengths = [(end - start) // MINUTE for start, end in spans]
        self.before = [0, *accumulate(lengths)]

    def at(self, moment: datetime) -> float:
        """Return where a moment stands; one outside of the spans where the next begins."""
        place = bisect_right(self.starts, moment) - 1
        if place < 0:
            return 0.0
        start, end = self.spans[place]
        return round(100 * (self.before[place] + (min(moment, end) - start) // MINUTE) / self.before[-1], 2)


def draw(standing: Standing) -> Drawing:
    """Return the bars of all clocks of a ticket."""
    clocks, now = standing.clocks, whole(standing.now)
    start = whole(min(one.started_at for one in clocks))
    ended = all(not one.runs for one in clocks)
    last = max([*(standing.end(one) for one in clocks), *(one.course.due for one in clocks if one.course.due)])
    last = max(whole(last), start + HOUR)
    spans = [(start, last + (last - start) / 25 // MINUTE * MINUTE + MINUTE)]
    worked = last - start > DAY
    if worked:
        own = list(standing.rules.calendar("default").spans(*spans[0]))
        worked = bool(own)
        spans = own or spans
    axis = Axis(spans)
    marks = _days(axis, start, last) if worked or last - start > DAY else _hours(axis, start, last)
    line = None if ended else axis.at(now)
    lanes = [Lane(kind_said(one), caption(one, standing), _bar(one, standing, axis, marks, line)) for one in clocks]
    waits = [state for state in WAITS if any(one.state == state for one in standing.story.stretches)]
    return Drawing(
        axis=_axis(marks, line),
        lanes=lanes,
        waits=[(str(state.label), _sample(f'fill="url(#{WAITS[state]})"')) for state in waits],
        late=any(one.course.late for one in clocks),
        left=any(one.runs and one.course.due and one.course.due > now for one in clocks),
        worked=worked,
    )


def _hours(axis: Axis, start: datetime, last: datetime) -> list[tuple[float, str]]:
    step = next(one for one in (1, 2, 3, 4, 6) if (last - start) / HOUR / one <= MOST_MARKS or one == 6)
    local = timezone.localtime(start).replace(minute=0)
    moments = [local + place * HOUR for place in range(1, int((last - start) / HOUR) + 2)]
    local_ones = [timezone.localtime(one) for one in moments]
    return [(axis.at(one), f"{one:%H:%M}") for one in local_ones if one.hour % step == 0 and one <= last]


def _days(axis: Axis, start: datetime, last: datetime) -> list[tuple[float, str]]:
    first: dict[str, datetime] = {}
    for opens, _closes in axis.spans:
        first.setdefault(str(timezone.localdate(opens)), opens)
    moments = list(first.values())[1:] if len(axis.spans) > 1 else []
    step = len(moments) // MOST_MARKS + 1
    return [(axis.at(one), short_day(one)) for one in moments[::step] if axis.at(one) < 97]


def _axis(marks: Sequence[tuple[float, str]], line: float | None) -> SafeString:
    words = [f'<text x="{x}%" y="17">{escape(text)}</text>' for x, text in marks if line is None or abs(x - line) > 9]
    if line is not None:
        edge = ' class="now end"' if line > 94 else ' class="now"'
        words.append(f'<text{edge} x="{line}%" y="17">{escape(_("now"))}</text>')
    return mark_safe(f'<svg class="axis" height="24" aria-hidden="true">{PATTERNS}{"".join(words)}</svg>')


def _bar(
    clock: Counted, standing: Standing, axis: Axis, marks: Sequence[tuple[float, str]], line: float | None
) -> SafeString:
    parts = [f'<line class="grid" x1="{x}%" x2="{x}%" y1="0" y2="{TALL}"/>' for x, _text in marks]
    runs: list[list] = []
    for piece in standing.pieces(clock):
        look = _look(piece.stretch.state) if piece.still else 'class="run"'
        if runs and runs[-1][2] == look:
            runs[-1][1] = axis.at(piece.end)
        else:
            runs.append([axis.at(piece.start), axis.at(piece.end), look])
    parts += [_rect(start, end, look) for start, end, look in runs if look]
    if late := standing.late(clock):
        parts.append(_rect(axis.at(late[0]), axis.at(late[1]), 'class="late"'))
    due, now = clock.course.due, whole(standing.now)
    if due and clock.runs and due > now:
        parts.append(_rect(axis.at(now), axis.at(due), 'class="left"'))
    if due:
        parts.append(f'<line class="due" x1="{axis.at(due)}%" x2="{axis.at(due)}%" y1="2" y2="{TALL - 2}"/>')
    if line is not None:
        parts.append(f'<line class="now" x1="{line}%" x2="{line}%" y1="0" y2="{TALL}"/>')
    label = escape(f"{kind_said(clock)}: {caption(clock, standing)}")
    return mark_safe(
        f'<svg class="bar" height="{TALL}" role="img" aria-label="{label}"><title>{label}</title>{"".join(parts)}</svg>'
    )


def _look(state: str) -> str:
    return f'fill="url(#{WAITS[State(state)]})"' if state in WAITS else ""


def _rect(start: float, end: float, look: str) -> str:
    return f'<rect {look} x="{start}%" y="8" width="{max(round(end - start, 2), 0.2):g}%" height="14"/>'


def _sample(look: str) -> SafeString:
    return mark_safe(f'<svg width="22" height="11" aria-hidden="true"><rect {look} width="22" height="11"/></svg>')
