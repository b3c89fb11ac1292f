"""The picture of the steering page: new tickets per quarter, side by side."""

from datetime import timedelta

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from agenda.figures.charts import stacked_bars
from agenda.figures.periods import Period
from agenda.figures.queries import ALL, Quarter, history, quarters
from agenda.steering.queries import side_by_side
from tenants.models import Organisation

FRESH = timedelta(minutes=2)
OTHERS_COLOUR = "#8a949c"
Columns = list[tuple[str, str, int]]


def draw_ahead() -> None:
    """Draw the picture of the running quarter in both languages, so that nobody who opens the page waits for it."""
    organisations, others = side_by_side()
    past = history(Period.of(timezone.localdate()))
    known = quarters(past, [one.pk for one in organisations], fresh=FRESH)
    for language in ("nl", "en"):
        with override(language):
            chart([(one, new_tickets(known[one], organisations, others)) for one in past])


def new_tickets(quarter: Quarter, organisations: list[Organisation], others: bool) -> Columns:
    """Return (name, colour, new tickets) per column, and at the end of all who have none when there are `others`."""
    found = [(one.name, one.colour, quarter.of(one.pk).new) for one in organisations]
    if others:
        found.append((_("The others"), OTHERS_COLOUR, quarter.of(ALL).new - sum(new for _n, _c, new in found)))
    return found


def chart(past: list[tuple[Period, Columns]]) -> SafeString:
    """Return the columns of quarters as stacked bars."""
    rows = [
        {"period": _quarter_label(period), "name": name, "value": new, "order": order}
        for period, found in past
        for order, (name, _colour, new) in enumerate(found)
    ]
    first = past[0][1]
    return stacked_bars(
        rows,
        [colour for _name, colour, _new in first],
        [name for name, _colour, _new in first],
        _("New tickets per quarter and organisation; the table below has the same numbers."),
    )


def _quarter_label(period: Period) -> str:
    return _("Q%(quarter)s %(year)s") % {"quarter": period.quarter, "year": period.year}
