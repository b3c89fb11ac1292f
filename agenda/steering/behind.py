"""What is behind a figure of the overview: tickets at one's own desk, and that figure of all over two years."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from agenda.figures.periods import FIRST, Period
from agenda.figures.queries import ALL, Share, history, quarters
from agenda.steering.queries import side_by_side
from agenda.steering.table import FRESH, in_one_unit, in_time_in_full, whole
from tenants.organisations.queries import origin
from tenants.roles import OrganisationRole, Permission


@dataclass(frozen=True)
class Behind:
    """A figure by the name in its address: its label, what it means, where it is kept, how it is said."""

    label: str | Promise
    meaning: str | Promise
    kept: str
    say: Callable[[list], tuple[str, list[str]]]


BEHIND = {
    "new": Behind(
        gettext_lazy("New tickets"),
        gettext_lazy("Opened in these days. Days are those of Europe/Amsterdam."),
        "new",
        whole,
    ),
    "resolved": Behind(
        gettext_lazy("Resolved"),
        gettext_lazy(
            "Last resolved in these days; a ticket that came back counts when it is resolved again."
            " What a library withdrew does not count."
        ),
        "resolved",
        whole,
    ),
    "open": Behind(
        gettext_lazy("Open tickets"),
        gettext_lazy("Opened before that moment, and not resolved or withdrawn by then."),
        "open_at_end",
        whole,
    ),
    "answered_in_time": Behind(
        gettext_lazy("First answer in time"),
        gettext_lazy(
            "Of the tickets that were first answered in these days and had an agreed time: how many were answered"
            " within it, in working time. Rounded down; what still waits counts when it is answered."
        ),
        "answered_in_time",
        in_time_in_full,
    ),
    "resolved_in_time": Behind(
        gettext_lazy("Resolved in time"),
        gettext_lazy(
            "Of the tickets that were last resolved in these days and had an agreed time: how many were resolved"
            " within it, in working time, pauses left out. Rounded down; what still waits counts when it is resolved."
        ),
        "resolved_in_time",
        in_time_in_full,
    ),
    "answered": Behind(
        gettext_lazy("Median to first answer"),
        gettext_lazy("Half of the tickets took less, half took more. Clock time counts nights and weekends."),
        "first_answer_minutes",
        in_one_unit,
    ),
    "resolution": Behind(
        gettext_lazy("Median to resolution"),
        gettext_lazy("Half of the tickets took less, half took more. Clock time counts nights and weekends."),
        "resolution_minutes",
        in_one_unit,
    ),
}
# Which tickets of a desk a figure is made of, by the name that its list knows.
TICKETS = {
    **{name: name for name in BEHIND},
    **{"resolution": "resolved", "answered_in_time": "answered_agreed", "resolved_in_time": "resolved_agreed"},
}
LATE = {"answered_in_time": "answered_late", "resolved_in_time": "resolved_late"}  # and which of them were not in time


@require_GET
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure over eight quarters, organisation beside organisation."""
    if not request.standing.may(Permission.STEERING_READ):
        raise PermissionDenied
    if name not in BEHIND:
        raise Http404
    shown, this = BEHIND[name], Period.of(timezone.localdate())
    period = min(Period.parse(request.GET.get("quarter")) or this, this)
    organisations, _others = side_by_side()
    past = [one for one in history(period) if one.begin >= FIRST.begin]
    known = quarters(past, [one.pk for one in organisations], fresh=FRESH)
    keys = [*(one.pk for one in organisations), ALL]
    values = [attrgetter(shown.kept)(known[quarter].of(key)) for quarter in past for key in keys]
    unit, words = shown.say(values)
    lists = lists_of(request)
    rows = []
    for place, quarter in enumerate(past):
        said, counted = (found[place * len(keys) : (place + 1) * len(keys)] for found in (words, values))
        cells = [
            (one.name, value, lists[one.pk](TICKETS[name], quarter), *_late(name, quarter, count, lists[one.pk]))
            if one.pk in lists
            else (one.name, value, "", 0, "")
            for one, value, count in zip(organisations, said, counted, strict=False)
        ]
        rows.append((quarter, cells, said[-1]))
    context = {"figure": shown, "unit": unit, "rows": rows, "period": period, "this": this, "listed": bool(lists)}
    return render(request, "agenda/figure.html", context | {"organisations": organisations})


def _late(name: str, quarter: Period, value: Share, to: Callable[[str, Period], str]) -> tuple[int, str]:
    """Return how many of a share were late, and where these are listed."""
    return (value.late, to(LATE[name], quarter)) if name in LATE and value.late else (0, "")


def lists_of(request: HttpRequest) -> dict[int, Callable[[str, Period], str]]:
    """Return, by key of each organisation at whose desk this person works, where the tickets of a figure are listed."""
    desks = request.standing.organisation_ids(OrganisationRole.DESK_LEAD, OrganisationRole.FUNCTIONAL_MANAGER)
    hosts = request.arrival.hosts if desks else ()

    def to(domain: str) -> Callable[[str, Period], str]:
        def address(name: str, period: Period) -> str:
            return f"{origin(domain)}/tickets/?{urlencode({'view': 'all', 'figure': f'{name}-{period}'})}"

        return address

    return {one.pk: to(one.domain) for one in hosts if one.pk in desks}


def page_of(name: str, period: Period) -> str:
    """Return the address of the page of a figure."""
    return f"{reverse('steering_figure', args=[name])}?quarter={period}"
