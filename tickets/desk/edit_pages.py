"""The page that changes the fields of a ticket, and what it shows when a colleague changed the same ones meanwhile."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.actor import Actor
from tenants.web.refused import conflicts_shown, show_in
from tickets.desk import actions
from tickets.desk.along import with_list
from tickets.desk.forms import EditForm
from tickets.desk.models import Ticket
from tickets.desk.views import fetch
from tickets.refusals import Stale


@require_http_methods(["GET", "POST"])
@conflicts_shown
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change the fields. When a colleague changed the same ones meanwhile: both versions side by side."""
    found = fetch(request, number)
    if not request.standing.is_staff:
        raise PermissionDenied
    form = EditForm(request.POST or None, standing=request.standing, ticket=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(
                ticket=found,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                by=Actor.of_request(request),
            )
        except ValidationError as error:
            show_in(form, error)
        except Stale as stale:
            return _conflict(request, form, stale)
        else:
            messages.success(request, _("Saved."))
            return redirect(with_list(request, "ticket", found.number))
    return render(request, "tickets/edit.html", {"form": form, "ticket": found}, status=422 if form.errors else 200)


def _conflict(request: HttpRequest, form: EditForm, stale: Stale) -> HttpResponse:
    """Show what the colleague made of it beside what was typed; sending again then counts as a decision.

    What this person did not touch is shown as the colleague made it.
    """
    theirs = fetch(request, stale.ticket.number)
    data, mine = request.POST.copy(), form.changes()
    now = EditForm(standing=request.standing, ticket=theirs)
    for name in form.fields.keys() - mine.keys():
        data.setlist(name, now.shown(name))
    again = EditForm(data, standing=request.standing, ticket=theirs)
    again.is_valid()
    rows = [
        {"label": form.fields[name].label, "theirs": _shown(theirs, name), "mine": _said(form, name)}
        for name in stale.fields
        if name in form.fields
    ]
    last = theirs.events.select_related("actor").last()
    context = {"form": again, "ticket": theirs, "conflict": rows, "last": last}
    return render(request, "tickets/edit.html", context, status=409)


def _shown(found: Ticket, name: str) -> str:
    if name == "locations":
        return ", ".join(str(one) for one in found.locations.all()) or "–"
    display = getattr(found, f"get_{name}_display", None)
    return str(display() if display else getattr(found, name) or "–")


def _said(form: EditForm, name: str) -> str:
    value = form.cleaned_data.get(name)
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        return ", ".join(str(one) for one in value) or "–"
    choices = dict(getattr(form.fields[name], "choices", ())) if isinstance(value, str) else {}
    return str(choices.get(value, value or "–"))
