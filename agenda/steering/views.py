"""What the steering group reads, on the common host: figures per organisation and the agenda by status."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agenda.figures.charts import stacked_bars
from agenda.figures.queries import Period, categories, figures, new_per_quarter
from agenda.steering.models import Seat
from agenda.work.models import Status, WorkItem
from agenda.work.queries import tally
from tenants.roles import Permission

FIRST = Period(2020, 1)


@require_GET
def steering(request: HttpRequest) -> HttpResponse:
    """The overview: the conclusion, then what stands in red, then the figures that bear it."""
    if not request.standing.may(Permission.STEERING_READ):
        raise PermissionDenied
    this = Period.of(timezone.localdate())
    period = Period.parse(request.GET.get("quarter")) or this
    if period.begin > this.begin:
        period = this
    each, together = figures(period)
    _each_before, before = figures(period.year_before)
    organisations = [one.organisation for one in each]
    history = new_per_quarter(period)
    items = list(
        WorkItem.objects.visible_to(request.standing)
        .running()
        .select_related("lead")
        .prefetch_related("contributions")
        .red_first()[:60]
    )
    rows = []
    for item in items:
        by_organisation = {part.organisation_id: part for part in item.contributions.all()}
        rows.append((item, [(one, by_organisation.get(one.pk)) for one in organisations]))
    context = {
        "period": period,
        "is_running": period == this,
        "previous": period.previous if period.previous.begin >= FIRST.begin else None,
        "next": period.next if period != this else None,
        "each": each,
        "together": together,
        "before": before,
        "tally": tally(),
        "trouble": [row for row in rows if row[0].status != Status.ON_TRACK],
        "steady": [row for row in rows if row[0].status == Status.ON_TRACK],
        "organisations": organisations,
        "categories": [(one.name_en if get_language() == "en" else one.name_nl, one) for one in categories(period)],
        "history": [
            (quarter, [(one.name, counts.get(one.pk, 0)) for one in organisations]) for quarter, counts in history
        ],
        "chart": _chart(history, organisations),
        "seats": Seat.objects.current().select_related("organisation"),
    }
    return render(request, "agenda/steering.html", context)


def _chart(history, organisations) -> str:
    rows = [
        {
            "period": _quarter_label(period),
            "name": one.name,
            "value": counts.get(one.pk, 0),
            "order": order,
        }
        for period, counts in history
        for order, one in enumerate(organisations)
    ]
    return stacked_bars(
        rows,
        [one.colour for one in organisations],
        [one.name for one in organisations],
        _("New tickets per quarter and organisation; the table below has the same numbers."),
    )


def _quarter_label(period: Period) -> str:
    return _("Q%(quarter)s %(year)s") % {"quarter": period.quarter, "year": period.year}
