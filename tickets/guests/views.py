"""The page on which staff see and decide to which colleagues elsewhere a ticket is open."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.people.guests import guests_of
from tenants.web.refused import conflicts_shown, show_in
from tickets.desk.views import fetch
from tickets.guests import actions
from tickets.guests.forms import GuestForm
from tickets.guests.models import TicketGrant


@require_http_methods(["GET", "POST"])
@conflicts_shown
def guests(request: HttpRequest, number: str) -> HttpResponse:
    """Who of another organisation may see this ticket; open it to one more."""
    found = fetch(request, number)
    if not request.standing.is_staff:
        raise PermissionDenied
    form = GuestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_to(ticket=found, **form.cleaned_data, by=Actor.of_request(request))
        except ValidationError as error:
            show_in(form, error)
        else:
            messages.success(request, _("Opened."))
            return redirect("ticket_guests", found.number)
    here = guests_of(request.organisation).values("person_id")
    grants = TicketGrant.objects.filter(content_object=found, user__in=here).select_related("user")
    grants = grants.order_by("user__name", "pk")
    context = {"form": form, "ticket": found, "grants": grants[:100]}
    return render(request, "tickets/guests.html", context, status=422 if form.errors else 200)


@require_POST
@conflicts_shown
def end_guest(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Close the ticket to one colleague elsewhere."""
    found = fetch(request, number)
    if not request.standing.is_staff:
        raise PermissionDenied
    grant = get_object_or_404(TicketGrant.objects.select_related("user"), content_object=found, pk=pk)
    actions.close_to(ticket=found, person=grant.user, by=Actor.of_request(request))
    messages.success(request, _("Closed to this colleague."))
    return redirect("ticket_guests", found.number)
