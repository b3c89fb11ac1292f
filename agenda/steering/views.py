"""What the steering group reads, on the common host: figures per organisation and the agenda by status."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agenda.figures.charts import stacked_bars
from agenda.figures.periods import FIRST, Period
from agenda.figures.queries import ALL, Quarter, categories, history, quarters
from agenda.steering.models import Seat
from agenda.steering.queries import side_by_side
from agenda.steering.rows import standings
from agenda.work.models import WorkItem
from agenda.work.queries import tally
from agenda.work.rows import columns
from tenants.models import Organisation
from tenants.roles import Permission

MOST = 60
FRESH = timedelta(minutes=2)
OTHERS_COLOUR = "#8a949c"


@require_GET
def steering(request: HttpRequest) -> HttpResponse:
    """The overview: the conclusion, then what stands in red, then the figures that bear it."""
    if not request.standing.may(Permission.STEERING_READ):
        raise PermissionDenied
    this = Period.of(timezone.localdate())
    period = Period.parse(request.GET.get("quarter")) or this
    if period.begin > this.begin:
        period = this
    organisations, others = side_by_side()
    past = history(period)
    known = quarters([*past, period.year_before], [one.pk for one in organisations], fresh=FRESH)
    running = WorkItem.objects.visible_to(request.standing).running()
    rows = standings(columns(running.red_first()[:MOST]), organisations)
    context = {
        "period": period,
        "is_running": period == this,
        "previous": period.previous if period.previous.begin >= FIRST.begin else None,
        "next": period.next if period != this else None,
        "counted_at": known[period].counted_at,
        "organisations": organisations,
        "others": others,
        "each": [(one, known[period].of(one.pk)) for one in organisations],
        "together": known[period].of(ALL),
        "before": known[period.year_before].of(ALL),
        "tally": tally(),
        "trouble": [row for row in rows if not row.on_track],
        "steady": [row for row in rows if row.on_track],
        "categories": categories(known[period]),
        "history": [(one, _new(known[one], organisations, others)) for one in past],
        "seats": Seat.objects.current().select_related("organisation"),
    }
    context["chart"] = _chart(context["history"])
    return render(request, "agenda/steering.html", context)


def _new(quarter: Quarter, organisations: list[Organisation], others: bool) -> list[tuple[str, str, int]]:
    """Return (name, colour, new tickets) per column, and at the end of all who have none when there are `others`."""
    found = [(one.name, one.colour, quarter.of(one.pk).new) for one in organisations]
    if others:
        found.append((_("The others"), OTHERS_COLOUR, quarter.of(ALL).new - sum(new for _n, _c, new in found)))
    return found


def _chart(past: list[tuple[Period, list[tuple[str, str, int]]]]) -> str:
    rows = [
        {"period": _quarter_label(period), "name": name, "value": new, "order": order}
        for period, columns in past
        for order, (name, _colour, new) in enumerate(columns)
    ]
    columns = past[0][1]
    return stacked_bars(
        rows,
        [colour for _name, colour, _new in columns],
        [name for name, _colour, _new in columns],
        _("New tickets per quarter and organisation; the table below has the same numbers."),
    )


def _quarter_label(period: Period) -> str:
    return _("Q%(quarter)s %(year)s") % {"quarter": period.quarter, "year": period.year}
