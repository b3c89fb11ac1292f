"""The work in stock, as the desk's list shows it for a line of the address: page, pane and what comes next alike."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, Value, When

from tenants.access import Standing
from tickets.desk.models import Ticket
from tickets.lists.forms import FIGURE, MATCH, TO_PICK_UP, UNRESOLVED, FilterForm, Narrowed, narrowed
from tickets.states import State

VIEWS = {"mine": "me", "unassigned": TO_PICK_UP, "all": ""}
MY_TURN = (State.NEW, State.OPEN)
WAITS = Case(When(state__in=MY_TURN, then=Value(0)), default=Value(1))


@dataclass(frozen=True)
class Stock:
    """Which tickets, in which order. `grouped`: those that wait for somebody else come last."""

    view: str
    searching: bool
    data: Mapping[str, str]
    form: FilterForm | None
    found: Narrowed
    grouped: bool

    @property
    def is_tab(self) -> bool:
        """Does it choose what its tab shows anyway?"""
        if self.form is None:
            return True
        plain = self.data.get("state") == UNRESOLVED and (self.view != "all" or not self.data.get("assignee"))
        return self.form.is_valid() and not self.form.narrows and plain


def stock(given, standing: Standing, *, numbered: bool = False) -> Stock:
    """Return what the desk's list shows for `given`, a line of an address (QueryDict). See `narrowed`."""
    view = given.get("view", "all" if given.get("q") else "mine")
    view = view if view in VIEWS else "all"
    data, searching = given.copy(), bool(given.get("q"))
    if "state" not in data and not searching and not data.get(FIGURE):
        data["state"] = UNRESOLVED
    if view != "all":
        data["assignee"] = VIEWS[view]
    data.setdefault("sort", MATCH if searching else "due")
    mine, form = Ticket.objects.visible_to(standing), None
    if FilterForm.base_fields.keys() & given.keys() or "refine" in given:
        form = FilterForm(data, standing=standing)
        found = form.filter(mine, numbered) if form.is_valid() else Narrowed(mine.none())
    else:  # the tab alone, which needs no form to be understood
        found = narrowed(mine, data, standing)
    grouped = view == "mine" and not searching and data.get("state") == UNRESOLVED
    if grouped:
        found = Narrowed(found.tickets.order_by(WAITS, *found.tickets.query.order_by))
    return Stock(view, searching, data, form, found, grouped)
