"""What a filter chooses, each as a chip that can be taken off."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tenants.models import Person
from tickets.clocks.sentences import at
from tickets.lists.due import Due
from tickets.lists.forms import FIGURE, SORTS, UNRESOLVED, UNSORTED, YES
from tickets.lists.stock import Stock
from tickets.states import Priority, State, Type

CHOICES = {"state": State, "type": Type, "priority": Priority, "due": Due}


@dataclass(frozen=True)
class Chip:
    """One thing that is chosen: in words, and the line of the address without it."""

    label: str
    query: str


def chips_of(shown: Stock, given: QueryDict) -> list[Chip]:
    """Return what is chosen beyond the tab, its words and its order."""
    if shown.form is None or not shown.form.is_valid():
        return []
    said = {name: _said(name, value, shown) for name, value in shown.form.cleaned_data.items() if value}
    if "state" in shown.data and not shown.data["state"] and not shown.searching:
        said["state"] = capfirst(_("any state"))
    return [Chip(label, _without(name, given)) for name, label in said.items() if label]


def _without(name: str, given: QueryDict) -> str:
    """Return the line of the address without one choice, its page, and what is open beside it."""
    query = given.copy()
    for key in (name, "page", "current"):
        query.pop(key, None)
    return query.urlencode()


def _said(name: str, value, shown: Stock) -> str:
    if value == UNSORTED:
        return capfirst(_("still to be sorted"))
    if name == FIGURE:
        return value.words
    if name == "breached":
        return capfirst(_("was or is late") if value == YES else _("never late"))
    if name == "due_before":
        return capfirst(_("runs out before %(moment)s") % {"moment": at(value, timezone.now())})
    if name in ("library", "category"):
        return str(value.name)
    if name == "assignee":
        return "" if shown.view != "all" else _assignee(value)
    if name not in CHOICES or (value == UNRESOLVED and not shown.searching):
        return ""
    return capfirst(str(_("all open") if value == UNRESOLVED else CHOICES[name](value).label))


def _assignee(value: str) -> str:
    if value in ("me", "none"):
        return capfirst(_("me") if value == "me" else _("nobody yet"))
    return Person.objects.filter(pk=value).values_list("name", flat=True).first() or ""


def order_of(shown: Stock) -> str:
    """Return in words how the list is sorted."""
    label, _order = SORTS.get(shown.data.get("sort") or "", SORTS["newest"])
    return capfirst(str(label))
