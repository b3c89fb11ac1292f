"""Pages of the desk and of the portal. Every ticket is fetched through `visible_to`."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants import files
from tenants.markdown import to_html
from tenants.paging import Page
from tenants.queries import libraries_visible_to
from tenants.roles import Permission
from tickets import workflow
from tickets.actor import Actor
from tickets.forms import UNRESOLVED, AnswerForm, EditForm, FilterForm, MoveForm, TicketForm
from tickets.models import Attachment, Message, Ticket
from tickets.queries import listed, open_counts, timeline
from tickets.states import REPORTER, State, allowed

VIEWS = {"mine": "me", "unassigned": "none", "all": ""}


def _ticket(request: HttpRequest, number: str) -> Ticket:
    """Return a ticket the person may know of, or raise Http404."""
    if "\0" in number:
        raise Http404
    tickets = Ticket.objects.visible_to(request.standing).select_related(
        "library", "category", "assignee", "reporter", "platform"
    )
    return get_object_or_404(tickets.defer("search"), number=number.upper())


@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    """A library's first page: what can I do, and how do my tickets stand."""
    mine = Ticket.objects.visible_to(request.standing).filter(reporter=request.user)
    return render(request, "tickets/portal.html", {"tickets": listed(mine).order_by("-told_at")[:5]})


@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """The list: for staff by tab with filter, for a library its own."""
    if not request.standing.may(Permission.TICKETS_REPORT):
        raise PermissionDenied
    return desk(request) if request.standing.is_staff else my_tickets(request)


def desk(request: HttpRequest) -> HttpResponse:
    """The work in stock: mine, unassigned or all that is open, or whatever the filter asks."""
    view = request.GET.get("view", "all" if request.GET.get("q") else "mine")
    view = view if view in VIEWS else "all"
    data = request.GET.copy()
    searching = bool(data.get("q"))
    if "state" not in data and not searching:
        data["state"] = UNRESOLVED
    if view != "all":
        data["assignee"] = VIEWS[view]
    data.setdefault("sort", "priority")
    form = FilterForm(data, standing=request.standing)
    found = Ticket.objects.visible_to(request.standing)
    found = form.filter(found) if form.is_valid() else found.none()
    chosen = {"refine", "state", "assignee", "sort"} & request.GET.keys()
    refined = bool(chosen) or not form.is_valid() or form.refines
    if refined:
        form.offer()
    counts = None if searching else open_counts(request.standing)
    known = getattr(counts, view) if counts and form.is_valid() and not form.narrows and _plain(data, view) else None
    page = Page(listed(found), request.GET.get("page"), count=known)
    context = {"form": form, "page": page, "view": view, "counts": counts, "searching": searching, "refined": refined}
    return render(request, "tickets/desk.html", context)


def _plain(data, view: str) -> bool:
    return data.get("state") == UNRESOLVED and (view != "all" or not data.get("assignee"))


def my_tickets(request: HttpRequest) -> HttpResponse:
    """A library's tickets, as far as the person sees them."""
    form = FilterForm(request.GET, standing=request.standing)
    found = Ticket.objects.visible_to(request.standing)
    found = form.filter(found) if form.is_valid() else found.none()
    page = Page(listed(found), request.GET.get("page"))
    return render(request, "tickets/my_tickets.html", {"form": form, "page": page})


@require_GET
def pane(request: HttpRequest) -> HttpResponse:
    """The list beside a ticket, on wide screens: the first of the tab."""
    if not request.standing.is_staff:
        raise Http404
    view = request.GET.get("view", "mine")
    form = FilterForm(
        {"state": UNRESOLVED, "assignee": VIEWS.get(view, ""), "sort": "priority"}, standing=request.standing
    )
    form.is_valid()
    rows = listed(form.filter(Ticket.objects.visible_to(request.standing)))[:40]
    context = {"rows": rows, "view": view, "current": request.GET.get("current", "")}
    return render(request, "tickets/_pane.html", context)


@require_http_methods(["GET", "POST"])
def new_ticket(request: HttpRequest) -> HttpResponse:
    """File a ticket, in one screen."""
    if not request.standing.may(Permission.TICKETS_REPORT):
        raise PermissionDenied
    initial = {"type": request.GET.get("type", "incident")}
    form = TicketForm(request.POST or None, request.FILES or None, standing=request.standing, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        ticket = workflow.create(
            type=values["type"],
            subject=values["subject"],
            body=values["body"],
            library=values["library"],
            category=values["category"],
            urgency=values["urgency"],
            impact=values.get("impact") or None,
            locations=values["locations"],
            reporter=values.get("reporter"),
            uploads=values["attachments"],
            patron_data=values["patron_data"],
            by=Actor.of(request.standing),
        )
        messages.success(request, _("Received. You can follow it here."))
        return redirect("ticket", ticket.number)
    return render(request, "tickets/new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket: conversation in the middle, context at the side."""
    return _show(request, _ticket(request, number))


def _show(request: HttpRequest, found: Ticket, form: AnswerForm | None = None, status: int = 200) -> HttpResponse:
    actor = Actor.of(request.standing)
    steps = allowed(actor.role_on(found), found.state)
    context = {
        "ticket": found,
        "entries": timeline(found, request.standing),
        "locations": list(found.locations.all()),
        "form": form or AnswerForm(then=steps if actor.is_staff else ()),
        "steps": [State(step) for step in steps],
        "may_answer": found.is_open or found.state == State.RESOLVED,
        "is_mine": found.assignee_id == request.user.pk,
        "reopens": State.OPEN in steps and actor.role_on(found) == REPORTER,
    }
    page = "tickets/ticket.html" if actor.is_staff else "tickets/my_ticket.html"
    return render(request, page, context, status=status)


@require_POST
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Say something; what came in meanwhile is shown with it."""
    found = _ticket(request, number)
    actor = Actor.of(request.standing)
    steps = allowed(actor.role_on(found), found.state) if actor.is_staff else ()
    form = AnswerForm(request.POST, request.FILES, then=steps)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    values = form.cleaned_data
    try:
        workflow.answer(
            ticket=found,
            body=values["body"],
            visibility=values["visibility"],
            then=values["then"] or None,
            uploads=values["attachments"],
            patron_data=values["patron_data"],
            by=actor,
        )
    except workflow.NotAllowed as error:
        raise PermissionDenied from error
    except workflow.TransitionNotAllowed:
        form.add_error(None, _("This ticket was closed meanwhile. Reopen it to answer; your text is still here."))
        return _show(request, _ticket(request, number), form, status=409)
    messages.success(request, _("Sent."))
    return redirect("ticket", found.number)


@require_POST
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Take a ticket to another state."""
    found = _ticket(request, number)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _show(request, found, status=422)
    values = form.cleaned_data
    try:
        workflow.move(
            ticket=found,
            to=values["to"],
            reason=values["reason"],
            base_version=values["version"],
            by=Actor.of(request.standing),
        )
    except (workflow.TransitionNotAllowed, workflow.Conflict):
        fresh = _ticket(request, number)
        readers = "internal" if request.standing.is_staff else "public"  # those of a reason
        again = AnswerForm(
            {"body": values["reason"], "visibility": readers},
            then=allowed(Actor.of(request.standing).role_on(fresh), fresh.state),
        )
        again.add_error(
            None,
            _("The state was changed meanwhile: it is “%(state)s” now. Your text is still here.")
            % {"state": fresh.get_state_display()},
        )
        return _show(request, fresh, again, status=409)
    return redirect("ticket", found.number)


@require_POST
def pick_up(request: HttpRequest, number: str) -> HttpResponse:
    """Take a ticket oneself."""
    found = _ticket(request, number)
    try:
        workflow.pick_up(ticket=found, by=Actor.of(request.standing))
    except workflow.NotAllowed as error:
        raise PermissionDenied from error
    return redirect("ticket", found.number)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change the fields. When a colleague changed the same ones meanwhile: both versions side by side."""
    found = _ticket(request, number)
    if not request.standing.is_staff:
        raise PermissionDenied
    form = EditForm(request.POST or None, standing=request.standing, ticket=found)
    if request.method == "POST" and form.is_valid():
        try:
            workflow.edit(
                ticket=found,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                by=Actor.of(request.standing),
            )
        except workflow.Conflict as conflict:
            return _conflict(request, form, conflict)
        messages.success(request, _("Saved."))
        return redirect("ticket", found.number)
    return render(request, "tickets/edit.html", {"form": form, "ticket": found}, status=422 if form.errors else 200)


def _conflict(request: HttpRequest, form: EditForm, conflict: workflow.Conflict) -> HttpResponse:
    """Show what the colleague made of it beside what was typed; sending again then counts as a decision."""
    theirs = _ticket(request, conflict.ticket.number)
    data = request.POST.copy()
    data["version"] = str(theirs.version)
    again = EditForm(data, standing=request.standing, ticket=theirs)
    again.is_valid()
    rows = [
        {"label": form.fields[name].label, "theirs": _shown(theirs, name), "mine": _said(form, name)}
        for name in conflict.fields
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
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "–"
    choices = dict(getattr(form.fields[name], "choices", ())) if isinstance(value, str) else {}
    return str(choices.get(value, value or "–"))


@require_GET
def attachment(request: HttpRequest, number: str, key: str) -> FileResponse:
    """A file of a message that the person may read."""
    found = _ticket(request, number)
    readable = Message.objects.visible_to(request.standing).filter(ticket=found)
    row = get_object_or_404(Attachment, key=key, message__in=readable.values("pk"))
    try:
        return files.serve(storage_name=row.storage_name, name=row.name, content_type=row.content_type)
    except FileNotFoundError as error:
        raise Http404 from error


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What Markdown will look like."""
    return HttpResponse(to_html(request.POST.get("body", "")[:20000]))


@require_GET
def libraries(request: HttpRequest) -> HttpResponse:
    """The libraries this organisation serves, with their locations; for staff."""
    if not request.standing.is_staff:
        raise PermissionDenied
    rows = libraries_visible_to(request.standing).select_related("platform", "province")
    page = Page(rows.prefetch_related("locations"), request.GET.get("page"))
    return render(request, "tickets/libraries.html", {"page": page})
