"""What a text may be about, asked by a script while one types or sorts; and the page that says how that is found."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from tenants.roles import Permission
from tenants.web.rates import counted
from tickets.desk.queries import ticket_visible_to
from tickets.proposals.queries import Level, proposed, score, texts
from tickets.proposals.reckoning import ENOUGH, FEW, OTHERS, TEXT_MAX, WEIGHED
from tickets.valid import SUBJECT_MAX

TYPED_PER_MINUTE = 60  # of a person: who types asks less, who tries words gets nothing more


def _refuse_others(request: HttpRequest) -> None:
    if not request.standing.may(Permission.TICKETS_REPORT):
        raise PermissionDenied


@require_POST
def typed(request: HttpRequest) -> HttpResponse:
    """What is proposed for the words of a form that is being filled in: groups, for staff leaves.

    It is posted, so that no text stands in an address. More than once a second, in a minute, is 429 and empty.
    """
    _refuse_others(request)
    if counted(f"typed-{request.user.pk}") > TYPED_PER_MINUTE:
        return HttpResponse(status=429)
    text = f"{request.POST.get('subject', '')[:SUBJECT_MAX]} {request.POST.get('body', '')[:TEXT_MAX]}"
    found = proposed(text, standing=request.standing)
    return render(request, "tickets/_proposals.html", {"proposals": found})


@require_GET
def of_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """What is proposed for a ticket that is being sorted; for staff."""
    found = ticket_visible_to(request.standing, number)
    if found is None:
        raise Http404
    if not request.standing.is_staff:
        raise PermissionDenied
    said = texts().values_list("said", flat=True).get(pk=found.pk)
    shown = proposed(f"{found.subject} {said or ''}", standing=request.standing)
    return render(request, "tickets/_proposals.html", {"proposals": shown})


@require_GET
def explained(request: HttpRequest) -> HttpResponse:
    """How proposals are made, and how often they were right; the numbers of tickets are for staff.

    For everybody of this host: the figures of the steering group lead here.
    """
    context = {"groups": score(Level.GROUP), "enough": ENOUGH, "few": FEW, "others": OTHERS, "weighed": WEIGHED}
    if request.standing.is_staff:
        context["leaves"] = score(Level.LEAF)
    return render(request, "tickets/proposals.html", context)
