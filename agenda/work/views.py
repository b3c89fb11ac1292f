"""Pages of the work agenda, on the common host."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agenda.history.events import plain
from agenda.history.queries import events_of
from agenda.work import actions
from agenda.work.forms import AgendaFilterForm, ContributionForm, ItemForm, ProgressForm
from agenda.work.models import Contribution, WorkItem, desks_of
from agenda.work.queries import axis, tally
from agenda.work.rows import columns, in_rows
from agenda.work.why import attention, headline, why_now
from agenda.work.words import Words
from tenants.actor import Actor
from tenants.refusals import NotAllowed, Stale
from tenants.roles import OrganisationRole, Permission
from tenants.web.paging import Page
from tenants.web.refused import Clashing, conflicts_shown, merged, show_in


def _items(request: HttpRequest):
    if not request.standing.may(Permission.AGENDA_READ):
        raise NotAllowed
    return WorkItem.objects.visible_to(request.standing).select_related("lead", "goal__framework")


@require_GET
def agenda(request: HttpRequest) -> HttpResponse:
    """The work agenda as a list or on the axis of time, red first."""
    items, form = _items(request), None
    if AgendaFilterForm.base_fields.keys() & request.GET.keys() or "refine" in request.GET:
        form = AgendaFilterForm(request.GET)
        items = form.filter(items) if form.is_valid() else items.none()
    as_time = request.GET.get("as") == "time"
    if as_time:
        page = Page(items.order_by("planned_from", "number"), request.GET.get("page"))
    else:
        page = Page(columns(items.red_first()), request.GET.get("page"), counted=items)
        page.rows = in_rows(page.rows)
    found = tally(items.running())
    context = {
        "form": form,
        "page": page,
        "headline": headline(found),
        "attention": attention(found),
        "as_time": as_time,
        "refined": form is not None and ("refine" in request.GET or not form.is_valid() or form.narrows),
        "axis": axis(page.rows, timezone.localdate()) if as_time else None,
        "may_add": request.standing.may(Permission.AGENDA_EDIT)
        or bool(request.standing.organisation_ids(OrganisationRole.DESK_LEAD)),
    }
    return render(request, "agenda/agenda.html", context)


def _item(request: HttpRequest, number: int) -> WorkItem:
    return get_object_or_404(_items(request), number=number)


@require_GET
def item(request: HttpRequest, number: int) -> HttpResponse:
    """One result: what it is, who does what, how it stands and what happened to it."""
    return _show(request, _item(request, number))


def _show(request: HttpRequest, found: WorkItem, form=None, clashes=(), status: int = 200) -> HttpResponse:
    by = Actor.of_request(request)
    contributions = list(found.contributions.select_related("organisation"))
    for one in contributions:
        one.item = found
        one.may_edit = one.editable_by(by)
    page, words = Page(events_of(found.address), request.GET.get("page")), Words()
    context = {
        "item": found,
        "why": why_now(found, contributions, timezone.now()),
        "contributions": contributions,
        "page": page,
        "history": words.told(page),
        "may_edit": found.editable_by(by),
        "form": form or ProgressForm.of(found),
        "clashes": clashes,
    }
    return render(request, "agenda/item.html", context, status=status)


@require_http_methods(["GET", "POST"])
def new_item(request: HttpRequest) -> HttpResponse:
    """Put a result on the agenda."""
    by = Actor.of_request(request)
    if not (by.may(Permission.AGENDA_EDIT) or desks_of(by, OrganisationRole.DESK_LEAD)):
        raise NotAllowed
    form = ItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contributors = form.cleaned_data["contributors"]
        try:
            made = actions.create_item(**form.changes(), contributors=contributors, by=by)
        except NotAllowed:
            form.add_error("lead", _("You can only add results that your own organisation leads."))
        except ValidationError as error:
            show_in(form, error)
        else:
            messages.success(request, _("The result is on the agenda."))
            return redirect("agenda_item", made.number)
    return render(request, "agenda/edit_item.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit_item(request: HttpRequest, number: int) -> HttpResponse:
    """Change a result; when a colleague changed the same meanwhile, the page shows both and keeps what was typed."""
    found, by = _item(request, number), Actor.of_request(request)
    if not found.editable_by(by):
        raise NotAllowed
    form, clashes, status = ItemForm(request.POST or None, instance=_item(request, number)), [], 200
    if request.method == "POST" and form.is_valid():
        contributors = form.cleaned_data["contributors"]
        try:
            actions.change_item(
                item=found,
                changes=form.changes(),
                contributors=contributors,
                base_version=form.cleaned_data["version"] or 0,
                by=by,
            )
        except Stale as refusal:
            typed = {**form.changes(), "contributors": list(contributors)}
            clashes, status = _clashes(refusal, typed), 409
            now = ItemForm(instance=_item(request, number))
            form = ItemForm(merged(request.POST, refusal, now), instance=_item(request, number))
        except ValidationError as error:
            show_in(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("agenda_item", number)
    context = {"form": form, "item": found, "clashes": clashes}
    return render(request, "agenda/edit_item.html", context, status=status if status == 409 else _status(form))


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200


def _clashes(refusal: Stale, typed: dict[str, object]) -> list[Clashing]:
    return Words().clashing(refusal, {name: plain(value) for name, value in typed.items()})


@require_http_methods(["GET", "POST"])
@conflicts_shown
def contribution(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    """Change one organisation's part."""
    found, by = _item(request, number), Actor.of_request(request)

    def fresh() -> Contribution:
        rows = Contribution.objects.select_related("organisation", "item")
        return get_object_or_404(rows, item=found, organisation__slug=slug)

    part = fresh()
    if not part.editable_by(by):
        raise NotAllowed
    form, clashes, status = ContributionForm(request.POST or None, instance=fresh()), [], 200
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in actions.PART}
        try:
            actions.change_contribution(
                contribution=part, changes=changes, base_version=form.cleaned_data["version"] or 0, by=by
            )
        except Stale as refusal:
            clashes, status = _clashes(refusal, {f"{slug}/{name}": value for name, value in changes.items()}), 409
            form = ContributionForm(merged(request.POST, refusal, ContributionForm(instance=fresh())), instance=fresh())
        except ValidationError as error:
            show_in(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("agenda_item", number)
    events = events_of(found.address).filter(data__after__has_any_keys=[f"{slug}/{name}" for name in actions.PART])
    page = Page(events, request.GET.get("page"))
    context = {"form": form, "item": found, "part": part, "clashes": clashes, "page": page}
    context["history"] = Words().told(page)
    return render(request, "agenda/contribution.html", context, status=status if status == 409 else _status(form))


@require_POST
def progress(request: HttpRequest, number: int) -> HttpResponse:
    """Report how a result stands, and whether it is finished."""
    found, by = _item(request, number), Actor.of_request(request)
    if not found.editable_by(by):
        raise NotAllowed
    form = ProgressForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    values = {name: form.cleaned_data[name] for name in (*actions.STANDS, "text")}
    try:
        actions.report_progress(item=found, **values, base_version=form.cleaned_data["version"] or 0, by=by)
    except Stale as refusal:
        form = ProgressForm(merged(request.POST, refusal, form))
        return _show(request, _item(request, number), form, _clashes(refusal, values), status=409)
    except ValidationError as error:
        show_in(form, error)
        return _show(request, found, form, status=422)
    messages.success(request, _("Reported."), extra_tags=found.address)  # by which its draft is known
    return redirect("agenda_item", number)
