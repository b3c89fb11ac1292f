"""A part of a ticket, changed where it stands: a small form, the same verb, and a way back in what confirms it."""

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.refusals import Conflict
from tenants.web.refused import show_in
from tickets.desk import actions
from tickets.desk.along import list_query, with_list
from tickets.desk.models import Ticket
from tickets.desk.part_forms import PARTS, as_sent, form_of, undoing
from tickets.desk.views import fetch


def _for_staff(request: HttpRequest, number: str) -> Ticket:
    found = fetch(request, number)
    if not request.standing.is_staff:
        raise PermissionDenied
    return found


@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, number: str, part: str) -> HttpResponse:
    """Change a part of a ticket: a page of its own, or with a script the form where the part stands."""
    found = _for_staff(request, number)
    if part not in PARTS:
        raise Http404
    form = form_of(part, request.POST or None, standing=request.standing, ticket=found)
    if request.method == "POST" and form.is_valid():
        before = as_sent(found, PARTS[part])
        try:
            changed = actions.edit(
                ticket=found,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                by=Actor.of_request(request),
            )
        except ValidationError as error:
            show_in(form, error)
        except Conflict as conflict:
            messages.error(request, conflict.detail)
            return redirect(with_list(request, "ticket", found.number))
        else:
            if changed.version > found.version:
                messages.success(request, _confirmed(request, changed, part, before))
            return redirect(with_list(request, "ticket", found.number))
    context = {"form": form, "ticket": found, "part": part, "list": list_query(request)}
    page = "tickets/_part.html" if request.htmx else "tickets/part.html"
    response = render(request, page, context, status=422 if form.errors else 200)
    if request.htmx and form.errors:
        response["HX-Retarget"], response["HX-Reswap"], response["HX-Reselect"] = f"#part-{part}", "innerHTML", ".part"
    return response


def _confirmed(request: HttpRequest, ticket: Ticket, part: str, before: dict) -> SafeString:
    """Return what was done in words, with the button that takes it back: the value before, unless it changed since."""
    fresh = fetch(request, ticket.number)
    said = {
        "who": _("Assigned to %(to)s.") % {"to": fresh.assignee.name} if fresh.assignee else _("Assigned to nobody."),
        "category": _("The category is “%(to)s” now.") % {"to": fresh.category.name if fresh.category else "–"},
        "priority": _("The priority is “%(to)s” now.") % {"to": fresh.get_priority_display()},
        "library": _("The library is %(to)s now.") % {"to": fresh.library.name},
        "locations": _("The locations were changed."),
    }[part]
    return format_html(
        '{} <button class="btn-quiet" form="undo" formaction="{}" name="undo" value="{}">{}</button>',
        said,
        with_list(request, "undo_ticket", ticket.number),
        json.dumps({**before, "version": ticket.version}),
        _("Undo"),
    )


@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Put back what was changed in a part, by the same verb; refused when a colleague changed it since."""
    found = _for_staff(request, number)
    form = undoing(request.POST.get("undo", ""), standing=request.standing, ticket=found)
    try:
        if form is None or not form.is_valid():
            raise ValidationError(_("This cannot be undone any more."))
        version = form.cleaned_data["version"]
        actions.edit(ticket=found, changes=form.changes(), base_version=version, by=Actor.of_request(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    except Conflict as conflict:
        messages.error(request, conflict.detail)
    else:
        messages.success(request, _("Undone."))
    return redirect(with_list(request, "ticket", found.number))
