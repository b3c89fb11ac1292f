"""Lists of tickets: the portal of a library, the desk with its tabs and filter, the list beside a ticket."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tenants.roles import Permission
from tickets.access import as_told_to
from tickets.desk.models import Ticket
from tickets.lists.forms import MATCH, UNRESOLVED, FilterForm, Narrowed, narrowed
from tickets.lists.queries import listed, open_counts
from tickets.lists.rows import columns, in_rows
from tickets.search.queries import ticket_by_number

ALONE = {"q", "view"}  # asked so, a number is no word to look up
VIEWS = {"mine": "me", "unassigned": "none", "all": ""}


@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    """A library's first page: what can I do, and how do my tickets stand."""
    mine = Ticket.objects.visible_to(request.standing).filter(reporter=request.user)
    rows = [as_told_to(one, request.standing) for one in listed(mine).order_by("-told_at")[:5]]
    return render(request, "tickets/portal.html", {"tickets": rows})


@require_GET
def tickets(request: HttpRequest) -> HttpResponse:
    """The list: for staff by tab with filter, for a library its own. A number alone opens its ticket."""
    if not (request.standing.may(Permission.TICKETS_REPORT) or request.standing.may(Permission.TICKETS_GUEST)):
        raise PermissionDenied
    alone = not request.GET.keys() - ALONE
    found = ticket_by_number(request.GET.get("q", ""), request.standing) if alone else None
    if found:
        return redirect("ticket", found.number)
    return (desk if request.standing.is_staff else my_tickets)(request, numbered=not alone)


def desk(request: HttpRequest, *, numbered: bool) -> HttpResponse:
    """The work in stock: mine, unassigned or all that is open, or whatever the filter asks. See `narrowed`."""
    view = request.GET.get("view", "all" if request.GET.get("q") else "mine")
    view = view if view in VIEWS else "all"
    data = request.GET.copy()
    searching = bool(data.get("q"))
    if "state" not in data and not searching:
        data["state"] = UNRESOLVED
    if view != "all":
        data["assignee"] = VIEWS[view]
    data.setdefault("sort", MATCH if searching else "priority")
    mine, form = Ticket.objects.visible_to(request.standing), None
    if FilterForm.base_fields.keys() & request.GET.keys() or "refine" in request.GET:
        form = FilterForm(data, standing=request.standing)
        found = form.filter(mine, numbered) if form.is_valid() else Narrowed(mine.none())
    else:  # the tab alone, which needs no form to be understood
        found = narrowed(mine, data, request.standing)
    chosen = {"refine", "state", "assignee", "sort"} & request.GET.keys()
    refined = form is not None and (bool(chosen) or not form.is_valid() or form.refines)
    if refined:
        form.offer()
    counts = None if searching else open_counts(request.standing)
    known = getattr(counts, view) if counts and (form is None or _is_tab(form, data, view)) else None
    page = found.page(columns, request.GET.get("page"), count=known)
    page.rows = in_rows(page.rows)
    context = {"form": form, "page": page, "view": view, "counts": counts, "searching": searching, "refined": refined}
    context["narrower"] = searching and (view != "all" or form.refines or bool(data.get("state")))
    return render(request, "tickets/desk.html", context)


def _is_tab(form: FilterForm, data, view: str) -> bool:
    """Does the filter choose what its tab shows anyway?"""
    plain = data.get("state") == UNRESOLVED and (view != "all" or not data.get("assignee"))
    return form.is_valid() and not form.narrows and plain


def my_tickets(request: HttpRequest, *, numbered: bool) -> HttpResponse:
    """A library's tickets, as far as the person sees them. See `narrowed`."""
    form = FilterForm(request.GET, standing=request.standing)
    mine = Ticket.objects.visible_to(request.standing)
    found = form.filter(mine, numbered) if form.is_valid() else Narrowed(mine.none())
    page = found.page(listed, request.GET.get("page"))
    page.rows = [as_told_to(one, request.standing) for one in page.rows]
    context = {"form": form, "page": page, "narrower": form.refines or bool(request.GET.get("state"))}
    return render(request, "tickets/my_tickets.html", context)


@require_GET
def pane(request: HttpRequest) -> HttpResponse:
    """The list beside a ticket, on wide screens: the first of the tab."""
    if not request.standing.is_staff:
        raise Http404
    view = request.GET.get("view", "mine")
    tab = {"state": UNRESOLVED, "assignee": VIEWS.get(view, ""), "sort": "priority"}
    rows = listed(narrowed(Ticket.objects.visible_to(request.standing), tab, request.standing).tickets)[:40]
    context = {"rows": rows, "view": view, "current": request.GET.get("current", "")}
    return render(request, "tickets/_pane.html", context)
