"""Lists of tickets: the portal of a library, the desk with its tabs and filter, the list beside a ticket."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from tenants.access import Standing
from tenants.roles import Permission
from tenants.web.paging import Page
from tenants.web.uploads import takes_files
from tickets.access import TicketQuerySet, as_told_to
from tickets.clocks.plain import rows_in_words
from tickets.clocks.promised import with_promises
from tickets.desk.along import list_query, with_list
from tickets.desk.models import Ticket
from tickets.desk.views import answer
from tickets.lists.chips import chips_of, order_of
from tickets.lists.forms import UNRESOLVED, FilterForm, Narrowed
from tickets.lists.neighbours import Neighbour, neighbour
from tickets.lists.queries import Counts, asked_first, listed, open_counts
from tickets.lists.rows import Group, columns, in_groups, in_rows, runs_out
from tickets.lists.stock import Stock, stock
from tickets.search.queries import ticket_by_number
from tickets.states import ASKS_LIBRARY, CLOSED_STATES

ALONE = {"q", "view"}  # asked so, a number is no word to look up
MINE, LIBRARY = "mine", "library"  # whose tickets a library's list shows


@require_GET
def portal(request: HttpRequest) -> HttpResponse:
    """A library's first page: what can I do, and how do my tickets stand."""
    mine = Ticket.objects.visible_to(request.standing).filter(reporter=request.user)
    rows = _as_told(asked_first(_shown(mine))[:5], request.standing)
    asked = mine.filter(state__in=ASKS_LIBRARY).count() if rows and rows[0].state in ASKS_LIBRARY else 0
    return render(request, "tickets/portal.html", {"tickets": rows, "asked": asked})


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
    return render(request, "tickets/desk.html", _list(request, numbered=numbered))


def _list(request: HttpRequest, *, numbered: bool, here: str = "") -> dict[str, Any]:
    """Return what the list of the desk shows; `here` is the number of the ticket that is open beside it."""
    shown = stock(request.GET, request.standing, numbered=numbered)
    form, view = shown.form, shown.view
    refined = form is not None and ("refine" in request.GET or not form.is_valid())
    if refined:
        form.offer()
    counts = None if shown.searching else open_counts(request.standing)
    known = getattr(counts, view) if counts and shown.is_tab else None
    page = shown.found.page(columns, request.GET.get("page"), count=known)
    chips = chips_of(shown, request.GET)
    context = {"form": form, "page": page, "view": view, "counts": counts, "searching": shown.searching}
    context |= {
        "refined": refined,
        "chips": chips,
        "list": list_query(request) or f"view={view}",
        "order": order_of(shown),
    }
    context["heading"] = _("Search: %(q)s") % {"q": request.GET["q"]} if shown.searching else _("Desk")
    context["all_open"] = shown.data.get("state") == UNRESOLVED
    context["due"] = runs_out(page.rows)
    context["groups"] = _groups(shown, page, counts, here, context["due"])
    context["narrower"] = shown.searching and (view != "all" or form.refines or bool(shown.data.get("state")))
    return context


def _groups(shown: Stock, page: Page, counts: Counts | None, here: str, due: bool) -> list[Group]:
    if not shown.grouped:
        return [Group("", None, in_rows(page.rows, here, due))] if page.rows else []
    known = counts if shown.is_tab else None
    mine, waiting = (known.my_turn, known.mine - known.my_turn) if known else (None, None)
    return in_groups(page.rows, here, mine, waiting, due)


def my_tickets(request: HttpRequest, *, numbered: bool) -> HttpResponse:
    """A library's tickets, as far as the person sees them: one's own or all, and what is not closed yet.

    Words search all that one sees, unless a tab was chosen with them. See `narrowed`.
    """
    form = FilterForm(request.GET, standing=request.standing)
    searching, whose = bool(request.GET.get("q")), _whose(request)
    mine = Ticket.objects.visible_to(request.standing)
    if whose == MINE:
        mine = mine.filter(reporter=request.user)
    if "state" not in request.GET and not searching:
        mine = mine.exclude(state__in=CLOSED_STATES)
    found = form.filter(mine, numbered) if form.is_valid() else Narrowed(mine.none())
    if not searching and not request.GET.get("sort"):
        found = Narrowed(asked_first(found.tickets))
    page = found.page(_shown, request.GET.get("page"))
    page.rows = _as_told(page.rows, request.standing)
    context = {"form": form, "page": page, "narrower": form.refines or bool(request.GET.get("state"))}
    by_default = "state" not in request.GET and not searching
    whole = not by_default and not searching and not request.GET.get("state")
    kept = urlencode({"q": request.GET["q"], "whose": whose} if searching else {"whose": whose})
    context |= {"whose": whose, "by_default": by_default, "whole": whole, "kept": kept}
    return render(request, "tickets/my_tickets.html", context)


def _shown(tickets: TicketQuerySet) -> TicketQuerySet:
    return with_promises(listed(tickets))


def _as_told(tickets: Iterable[Ticket], standing: Standing) -> list[Any]:
    """Return tickets as this person knows them, each with what was promised about it in words."""
    found = list(tickets)
    rows: list[Any] = [as_told_to(one, standing) for one in found]
    for row, words in zip(rows, rows_in_words(found, standing, timezone.now()), strict=True):
        row.promised_words = words
    return rows


def _whose(request: HttpRequest) -> str:
    """Return whose tickets are asked for; who sees a whole library begins there, everybody else with their own."""
    asked = request.GET.get("whose")
    if asked in (MINE, LIBRARY):
        return asked
    libraries = request.standing.libraries
    begins_with_own = libraries and not any(at.sees_all for at in libraries) and not request.GET.get("q")
    return MINE if begins_with_own else LIBRARY


@require_GET
def pane(request: HttpRequest) -> HttpResponse:
    """The list beside a ticket, on wide screens: the one it was opened from, at the same page."""
    if not request.standing.is_staff:
        raise Http404
    return render(request, "tickets/_list.html", _list(request, numbered=False, here=request.GET.get("current", "")))


@require_GET
def beside(request: HttpRequest, number: str, step: int) -> HttpResponse:
    """Go to the ticket after (`step` 1) or before (-1) this one in the list; where there is none, to the list."""
    if not request.standing.is_staff:
        raise Http404
    found = neighbour(request.GET, number, request.standing, step=step)
    edge = _("That was the last of this list.") if step > 0 else _("That was the first of this list.")
    return _to(request, found, edge)


@takes_files
@require_POST
def answer_and_next(request: HttpRequest, number: str) -> HttpResponse:
    """Say something, and go on to the ticket that came next in the list before it was said."""
    if not request.standing.is_staff:
        raise Http404
    following = neighbour(request.GET, number, request.standing, step=1)
    said = answer(request, number)
    return _to(request, following, _("That was the last of this list.")) if said.status_code == 302 else said


def _to(request: HttpRequest, found: Neighbour | None, otherwise: str) -> HttpResponse:
    """Go to a ticket of the list; to the list, and say `otherwise`, where there is none."""
    if found is None:
        messages.info(request, otherwise)
        goal = with_list(request, "tickets")
        return HttpResponseClientRedirect(goal) if request.htmx else redirect(goal)  # a whole page, with what it says
    request.GET = request.GET.copy()
    if found.page > 1 or "page" in request.GET:
        request.GET["page"] = str(found.page)
    return redirect(with_list(request, "ticket", found.number))
