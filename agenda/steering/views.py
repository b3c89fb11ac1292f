"""What the steering group reads, on the common host: figures per organisation and the agenda by status."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from agenda.figures.periods import FIRST, Period
from agenda.figures.queries import ALL, categories, history, quarters
from agenda.steering.models import Seat
from agenda.steering.pictures import FRESH, chart, new_tickets
from agenda.steering.queries import side_by_side
from agenda.steering.rows import standings
from agenda.work.models import WorkItem
from agenda.work.queries import tally
from agenda.work.rows import columns
from tenants.roles import Permission

MOST = 60


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
        "history": [(one, new_tickets(known[one], organisations, others)) for one in past],
        "seats": Seat.objects.current().select_related("organisation"),
    }
    context["chart"] = chart(context["history"])
    return render(request, "agenda/steering.html", context)
