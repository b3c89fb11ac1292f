"""What the steering group reads, on the common host: figures per organisation and the agenda by status."""

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from agenda.figures.periods import FIRST, Period
from agenda.figures.queries import ALL, Figures, Quarter, categories, history, quarters
from agenda.steering.behind import TICKETS, lists_of, page_of
from agenda.steering.models import Seat
from agenda.steering.news import Desks, compared_new, compared_open, headline, sentences
from agenda.steering.overview import Overview, at_end_of, running_now
from agenda.steering.pictures import drawn, new_tickets, open_tickets
from agenda.steering.queries import side_by_side
from agenda.steering.rows import standings
from agenda.steering.table import BEFORE, FRESH, lines
from agenda.work.asked import STEERING
from agenda.work.models import WorkItem
from tenants.access import Standing
from tenants.models import Organisation
from tenants.roles import CooperationRole, Permission


@require_GET
def steering(request: HttpRequest) -> HttpResponse:
    """The overview: the conclusion, what is asked of the reader, what stands in red, the figures that bear it."""
    if not request.standing.may(Permission.STEERING_READ):
        raise PermissionDenied
    this = Period.of(timezone.localdate())
    period = Period.parse(request.GET.get("quarter")) or this
    if period.begin > this.begin:
        period = this
    organisations, others = side_by_side()
    past = history(period)
    known = quarters([*past, period.year_before], [one.pk for one in organisations], fresh=FRESH)
    agenda = _agenda(request.standing) if period == this else at_end_of(period)
    desks = _desks(known, period, this, organisations)
    own = request.standing.organisation_ids(CooperationRole.STEERING_MEMBER, CooperationRole.STEERING_READER)
    seated = request.standing.organisation_ids(CooperationRole.STEERING_MEMBER)
    context = {
        "period": period,
        "is_running": period == this,
        "previous": period.previous if period.previous.begin >= FIRST.begin else None,
        "next": period.next if period != this else None,
        "days": (timezone.localdate() - period.first_on).days + 1,
        "counted_at": known[period].counted_at,
        "ended_on": desks.ended_on,
        "headline": headline(desks, agenda),
        "sentences": sentences(desks, agenda),
        "own": own,
        "own_names": tuple(one.name for one in organisations if one.pk in own),
        "asked": agenda.asked_of(own | ({STEERING} if seated else set())),
        "organisations": organisations,
        "columns": tuple((one.name, "own" if one.pk in own else "other") for one in organisations),
        "others": others,
        "before_label": _before_label(period, period == this),
        "lines": lines(
            [(one, known[period].of(one.pk)) for one in organisations],
            known[period].of(ALL),
            _before(known, period).get(ALL, Figures()),
            desks.ended_on,
            own,
            _behind(request, period),
        ),
        "together": known[period].of(ALL),
        "tally": agenda.tally,
        "trouble": standings(agenda.trouble, organisations, own, agenda.reports, agenda.day),
        "steady": standings(agenda.steady, organisations, own, {}, agenda.day),
        "categories": categories(known[period]),
        "open_smalls": drawn(
            open_tickets(known, past, organisations, others),
            tuple(past),
            period == this,
            compared_open(desks.begun_after),
        ),
        "new_smalls": drawn(
            new_tickets(known, past, organisations, others),
            tuple(past),
            period == this,
            compared_new(period, period == this),
        ),
        "seats": Seat.objects.current().select_related("organisation"),
    }
    return render(request, "agenda/steering.html", context)


def _behind(request: HttpRequest, period: Period) -> Callable[[str, int | None], str]:
    """Return where a figure leads: at one's own desk to its tickets, else to the same figure over two years."""
    lists = lists_of(request)

    def behind(name: str, organisation: int | None) -> str:
        if organisation in lists:
            return lists[organisation](TICKETS[name], period)
        return page_of(name, period.year_before if organisation == BEFORE else period)

    return behind


def _agenda(standing: Standing) -> Overview:
    """Return the agenda of today."""
    running = WorkItem.objects.visible_to(standing).running()
    return running_now(running, timezone.now(), timezone.localdate())


def _before(known: dict[Period, Quarter], period: Period) -> dict[int | None, Figures]:
    """Return the figures of a year before: of the same days when the quarter runs, else of the same quarter."""
    return known[period].before or known[period.year_before].figures


def _before_label(period: Period, runs: bool) -> str:
    if runs:
        return _("Same days %(y)s") % {"y": period.year - 1}
    return _("Quarter %(q)s of %(y)s") % {"q": period.quarter, "y": period.year - 1}


def _desks(known: dict[Period, Quarter], period: Period, this: Period, columns: list[Organisation]) -> Desks:
    """Return what the news compares."""
    now, start, before = known[period], known[period.previous], _before(known, period)
    last = period.next.first_on - timedelta(days=1)
    return Desks(
        now=now.of(ALL),
        open_before=start.of(ALL).open_at_end,
        new_before=before.get(ALL, Figures()).new,
        year=period.year,
        ended_on=None if period == this else last,
        begun_after=period.first_on - timedelta(days=1),
        more_open={one.name: now.of(one.pk).open_at_end - start.of(one.pk).open_at_end for one in columns},
    )
