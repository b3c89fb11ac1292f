"""The page of one ticket's clocks: what runs out first, why, and how that came."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tickets.agreements.durations import in_hours
from tickets.clocks import sentences
from tickets.clocks.drawing import draw
from tickets.clocks.kinds import ClockKind
from tickets.clocks.plain import said_to_library
from tickets.clocks.standing import standing_of
from tickets.desk.models import Ticket
from tickets.desk.queries import ticket_visible_to


def of_staff(request: HttpRequest, number: str) -> Ticket:
    """Return a ticket of the staff's own organisation, or raise Http404."""
    found = ticket_visible_to(request.standing, number) if request.standing.is_staff else None
    if found is None:
        raise Http404
    return found


@require_GET
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    """All clocks of a ticket, for staff: a library never learns what happened inside."""
    ticket = of_staff(request, number)
    standing = standing_of(ticket, timezone.now())
    context = {"ticket": ticket, "headline": sentences.headline(standing), "main": standing.main}
    if standing.main:
        main = standing.main
        contracts = sentences.names_of_contracts(ticket.library_id)
        context |= {
            "drawing": draw(standing),
            "reasons": sentences.reasons(standing, contracts),
            "rows": sentences.rows(standing, main),
            "ran": in_hours(main.course.ran),
            "together": sentences.together(main, standing),
            "kind": ClockKind(main.kind).label,
            "moved": sentences.moved(standing, main),
            "coming": sentences.coming(standing),
            "told": said_to_library(ticket, standing.now),
            "considered": sentences.considered(standing, contracts),
        }
    return render(request, "tickets/clocks.html", context)
