"""Pages on the warnings that an organisation wants before and after a moment that was agreed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.actor import Actor
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.kept import done
from tenants.web.refused import conflicts_shown
from tickets.clocks.kinds import ClockKind
from tickets.warnings import actions
from tickets.warnings.forms import RungForm
from tickets.warnings.models import Rung
from tickets.warnings.words import in_order, told_by, when_of


def _require_reader(request: HttpRequest) -> None:
    if not (request.standing.is_staff or request.standing.may(Permission.SETTINGS_CHANGE)):
        raise NotAllowed


def _require_keeper(request: HttpRequest) -> None:
    if not request.standing.may(Permission.SETTINGS_CHANGE):
        raise NotAllowed


@require_GET
def warnings(request: HttpRequest) -> HttpResponse:
    """All warnings, clock by clock, in the order in which they come."""
    _require_reader(request)
    rungs = in_order(Rung.objects.in_force().select_related("person"))
    groups = [
        (capfirst(kind.label), [(one, capfirst(when_of(one)), told_by(one)) for one in rungs if one.clock == kind])
        for kind in ClockKind
    ]
    context = {
        "groups": [(name, found) for name, found in groups if found],
        "silent": [name for name, found in groups if not found],
        "keeps": request.standing.may(Permission.SETTINGS_CHANGE),
    }
    return render(request, "tickets/warnings/warnings.html", context)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def new_warning(request: HttpRequest) -> HttpResponse:
    """Make a warning."""
    _require_keeper(request)
    form, by = RungForm(request.POST or None), Actor.of_request(request)
    if request.method == "POST" and done(form, lambda **values: actions.make_rung(**values, by=by)):
        messages.success(request, _("Made. It rings for what comes from now on."))
        return redirect("warnings")
    return _asking(request, form, _("New warning"), _("Make it"))


@require_http_methods(["GET", "POST"])
@conflicts_shown
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a warning: it ends, and another begins."""
    _require_keeper(request)
    found, by = get_object_or_404(Rung.objects.in_force(), pk=pk), Actor.of_request(request)
    form = RungForm(request.POST or None, rung=found)
    if request.method == "POST" and done(form, lambda **values: actions.change_rung(rung=found, **values, by=by)):
        messages.success(request, _("Saved."))
        return redirect("warnings")
    return _asking(request, form, _("Change a warning"), _("Save"))


def _asking(request: HttpRequest, form: RungForm, title: str, save: str) -> HttpResponse:
    context = {"form": form, "title": title, "save": save}
    return render(request, "tickets/warnings/warning.html", context, status=422 if form.errors else 200)


@require_POST
@conflicts_shown
def end_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a warning ring no more."""
    _require_keeper(request)
    actions.end_rung(rung=get_object_or_404(Rung, pk=pk), by=Actor.of_request(request))
    messages.success(request, _("It rings no more."))
    return redirect("warnings")
