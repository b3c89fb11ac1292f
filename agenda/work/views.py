"""Pages of the work agenda, on the common host."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agenda.work import actions
from agenda.work.forms import AgendaFilterForm, ContributionForm, ItemForm, ProgressForm
from agenda.work.models import Contribution, WorkItem
from agenda.work.queries import axis, tally
from tenants.roles import OrganisationRole, Permission
from tenants.web.paging import Page


def _items(request: HttpRequest):
    if not request.standing.may(Permission.AGENDA_READ):
        raise PermissionDenied
    return WorkItem.objects.visible_to(request.standing).select_related("lead", "goal")


@require_GET
def agenda(request: HttpRequest) -> HttpResponse:
    """The work agenda as a list or on the axis of time, red first."""
    items = _items(request)
    form = AgendaFilterForm(request.GET)
    items = form.filter(items) if form.is_valid() else items.none()
    as_time = request.GET.get("as") == "time"
    ordered = items.order_by("planned_from", "number") if as_time else items.red_first()
    page = Page(ordered.prefetch_related("contributions__organisation"), request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "tally": tally(items.running()),
        "as_time": as_time,
        "refined": "refine" in request.GET or not form.is_valid() or form.narrows,
        "axis": axis(page.rows, timezone.localdate()) if as_time else None,
        "may_add": request.standing.may(Permission.AGENDA_EDIT)
        or bool(request.standing.organisation_ids(OrganisationRole.DESK_LEAD)),
    }
    return render(request, "agenda/agenda.html", context)


def _item(request: HttpRequest, number: int) -> WorkItem:
    return get_object_or_404(_items(request), number=number)


@require_GET
def item(request: HttpRequest, number: int) -> HttpResponse:
    """One result: what it is, who does what, how it stands and how it went."""
    return _show(request, _item(request, number))


def _show(request: HttpRequest, found: WorkItem, form: ProgressForm | None = None, status: int = 200) -> HttpResponse:
    contributions = list(found.contributions.select_related("organisation"))
    for one in contributions:
        one.item = found
        one.may_edit = one.editable_by(request.standing)
    context = {
        "item": found,
        "contributions": contributions,
        "updates": found.updates.select_related("by", "organisation")[:50],
        "may_edit": found.editable_by(request.standing),
        "form": form or ProgressForm(initial={"progress": found.progress, "status": found.status}),
    }
    return render(request, "agenda/item.html", context, status=status)


@require_http_methods(["GET", "POST"])
def new_item(request: HttpRequest) -> HttpResponse:
    """Put a result on the agenda."""
    leads = request.standing.organisation_ids(OrganisationRole.DESK_LEAD)
    if not (request.standing.may(Permission.AGENDA_EDIT) or leads):
        raise PermissionDenied
    form = ItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.changes()
        finished_on = values.pop("finished_on")
        try:
            made = actions.create_item(
                **values, contributors=list(form.cleaned_data["contributors"]), by=request.standing
            )
        except actions.NotAllowed:
            form.add_error("lead", _("You can only add results that your own organisation leads."))
        else:
            if finished_on:
                actions.change_item(
                    item=made, changes={"finished_on": finished_on}, base_version=made.version, by=request.standing
                )
            messages.success(request, _("The result is on the agenda."))
            return redirect("agenda_item", made.number)
    return render(request, "agenda/edit_item.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit_item(request: HttpRequest, number: int) -> HttpResponse:
    """Change a result; when a colleague changed it meanwhile, the page says so and keeps what was typed."""
    found = _item(request, number)
    if not found.editable_by(request.standing):
        raise PermissionDenied
    before = WorkItem.objects.get(pk=found.pk)
    form = ItemForm(request.POST or None, instance=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_item(
                item=before,
                changes=form.changes(),
                contributors=list(form.cleaned_data["contributors"]),
                base_version=form.cleaned_data["version"] or 0,
                by=request.standing,
            )
        except actions.Stale:
            status = 409
            data = request.POST.copy()
            data["version"] = str(before.version)
            form = ItemForm(data, instance=found)
            form.is_valid()
            form.add_error(
                None,
                _(
                    "Somebody changed this result meanwhile."
                    " Compare with what it is now, and save again to keep your version."
                ),
            )
        else:
            messages.success(request, _("Saved."))
            return redirect("agenda_item", number)
    elif form.errors:
        status = 422
    context = {"form": form, "item": before, "stale": status == 409}
    return render(request, "agenda/edit_item.html", context, status=status)


@require_http_methods(["GET", "POST"])
def contribution(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    """Change one organisation's part."""
    found = _item(request, number)
    rows = Contribution.objects.select_related("organisation", "item")
    part = get_object_or_404(rows, item=found, organisation__slug=slug)
    if not part.editable_by(request.standing):
        raise PermissionDenied
    form = ContributionForm(request.POST or None, instance=part)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_contribution(
                contribution=part,
                description=form.cleaned_data["description"],
                status=form.cleaned_data["status"],
                base_version=form.cleaned_data["version"],
                by=request.standing,
            )
        except actions.Stale:
            status = 409
            fresh = Contribution.objects.get(pk=part.pk)
            data = request.POST.copy()
            data["version"] = str(fresh.version)
            form = ContributionForm(data, instance=part)
            form.is_valid()
            form.add_error(
                None,
                _("Somebody changed this meanwhile to “%(text)s” (%(status)s). Save again to keep your version.")
                % {"text": fresh.description, "status": fresh.get_status_display()},
            )
        else:
            messages.success(request, _("Saved."))
            return redirect("agenda_item", number)
    elif form.errors:
        status = 422
    context = {"form": form, "item": found, "part": part}
    return render(request, "agenda/contribution.html", context, status=status)


@require_POST
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """Report how a result stands."""
    found = _item(request, number)
    if not found.editable_by(request.standing):
        raise PermissionDenied
    form = ProgressForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    own = request.standing.organisation_ids(OrganisationRole.DESK_LEAD)
    actions.report_progress(
        item=found,
        text=form.cleaned_data["text"],
        progress=form.cleaned_data["progress"],
        status=form.cleaned_data["status"],
        organisation=found.lead if found.lead_id in own else None,
        by=request.standing,
    )
    messages.success(request, _("Reported."))
    return redirect("agenda_item", number)
