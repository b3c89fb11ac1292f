"""The one filter of tickets: form, line of the address, API, saved view and export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from agenda.categories.queries import leaves
from tenants.access import Standing, staff_of
from tenants.libraries.fields import LibraryField
from tenants.libraries.queries import libraries_visible_to
from tenants.models import Library
from tenants.web.paging import Page
from tenants.web.widgets import LongSelect
from tickets.access import TicketQuerySet
from tickets.desk.fields import CategoryField
from tickets.lists.due import Due, due_by, late
from tickets.lists.figures import Figure
from tickets.lists.promised import Promised
from tickets.search.queries import Hits, Shown, search
from tickets.states import Priority, State, Type

UNRESOLVED = "unresolved"
TO_PICK_UP = "to-pick-up"  # what nobody has, less what waits for another
UNSORTED = "unsorted"  # has no leaf of the tree of categories yet
OFFERED = [one for one in State.choices if one[0] != State.MERGED]  # nothing can be merged yet

MATCH = "match"
SORTS = {
    MATCH: (_("open first, then what fits best"), []),
    "priority": (
        _("reopened first, then the most urgent"),
        [F("reopened_at").asc(nulls_last=True), "priority_rank", "opened_at", "pk"],
    ),
    "due": (
        _("reopened first, then what runs out first"),
        [F("reopened_at").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "priority_rank", "opened_at", "pk"],
    ),
    "newest": (_("newest first"), ["-opened_at", "-pk"]),
    "oldest": (_("oldest first"), ["opened_at", "pk"]),
    "changed": (_("last changed first"), ["-changed_at", "-pk"]),
}
# A library sorts by what it was told: an order is information too.
SORTS_FOR_LIBRARIES = {
    MATCH: SORTS[MATCH],
    "newest": SORTS["newest"],
    "oldest": SORTS["oldest"],
    "changed": (_("last changed first"), ["-told_at", "-pk"]),
}
FOR_STAFF = ("priority", "assignee", "due", "due_before", "breached")
YES, NO = "true", "false"
FIGURE = "figure"  # of the steering group or a report: no choice in the form, but a way here from there, for staff

REFINING = ("type", "priority", "library", "category", "due", "due_before", "breached", FIGURE)


def _sorts(standing: Standing) -> dict[str, tuple]:
    return SORTS if standing.is_staff else SORTS_FOR_LIBRARIES


@dataclass(frozen=True)
class Narrowed:
    """Tickets that were chosen, sorted; with words, the hits among them."""

    tickets: TicketQuerySet
    hits: Hits | None = None

    def page(self, shown: Callable[[TicketQuerySet], Any], number: str | int | None, count: int | None = None) -> Page:
        """Return a page of what `shown` makes of the tickets. `count` saves a query where it is known."""
        if self.hits is None:
            return Page(shown(self.tickets), number, count=count, counted=self.tickets)
        rows = Shown(self.hits, shown(self.tickets))
        return Page(rows, number, count=len(self.hits.keys), more=self.hits.more)


def narrowed(tickets: TicketQuerySet, chosen: Mapping[str, Any], standing: Standing, numbered: bool = True) -> Narrowed:
    """Return `tickets` narrowed and sorted by values of the filter form, cleaned; what is left out chooses nothing.

    With `numbered` a number finds its ticket, before what else has it as a word.
    """
    if chosen.get("state") == UNRESOLVED:
        tickets = tickets.open()
    elif chosen.get("state"):
        tickets = tickets.filter(state=chosen["state"])
    for name in ("type", "priority", "library", "category"):
        if chosen.get(name) == UNSORTED:
            tickets = tickets.filter(category__parent__isnull=True)
        elif chosen.get(name):
            tickets = tickets.filter(**{name: chosen[name]})
    if chosen.get("due"):
        tickets = due_by(tickets, chosen["due"])
    if chosen.get("due_before"):
        tickets = tickets.filter(due_at__lt=chosen["due_before"])
    if chosen.get("breached"):
        tickets = tickets.filter(late(timezone.now()) if chosen["breached"] == YES else ~late(timezone.now()))
    if chosen.get("figure"):
        tickets = tickets.filter(chosen["figure"].condition)
    assignee = chosen.get("assignee")
    if assignee == "me":
        tickets = tickets.assigned_to(standing.person)
    elif assignee == TO_PICK_UP:
        tickets = tickets.to_pick_up()
    elif assignee == "none":
        tickets = tickets.unassigned()
    elif assignee:
        tickets = tickets.filter(assignee_id=int(assignee))
    _label, order = _sorts(standing)[chosen.get("sort") or MATCH]
    if chosen.get("q", "").strip():
        return Narrowed(tickets, search(tickets, chosen["q"], standing, order, numbered))
    return Narrowed(tickets.order_by(*(order or SORTS["newest"][1])))


class SortedField(CategoryField):
    """A leaf of the common tree, or what has none yet."""

    def to_python(self, value):
        return UNSORTED if value == UNSORTED else super().to_python(value)

    def validate(self, value) -> None:
        if value != UNSORTED:
            super().validate(value)


class FilterForm(forms.Form):
    """Choose and sort tickets: the one filter of pages, API and whatever comes to export them."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("any state")), (UNRESOLVED, _("all open")), *OFFERED]
    )
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("any type")), *Type.choices])
    priority = forms.ChoiceField(
        label=_("Priority"), required=False, choices=[("", _("any priority")), *Priority.choices]
    )
    library = LibraryField(
        label=_("Library"), required=False, queryset=Library.objects.none(), empty_label=_("any library")
    )
    category = SortedField(label=_("Category"), required=False)
    due = forms.ChoiceField(label=_("Runs out"), required=False, choices=[("", _("whenever")), *Due.choices])
    assignee = forms.CharField(label=_("Assignee"), required=False, max_length=254)
    sort = forms.ChoiceField(label=_("Order"), required=False)
    figure = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    due_before = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    breached = forms.ChoiceField(
        required=False,
        choices=[("", _("late or not")), (YES, _("was or is late")), (NO, _("never late"))],
        widget=forms.HiddenInput,
    )

    def __init__(self, data, *, standing: Standing, **kwargs):
        self.standing = standing
        super().__init__(data, **kwargs)
        self.fields["library"].queryset = libraries_visible_to(standing)
        self.fields["category"].queryset = leaves()
        sorts = _sorts(standing).items()
        self.fields["sort"].choices = [(key, label) for key, (label, _order) in sorts if key != MATCH or data.get("q")]
        if not standing.is_staff:
            for name in (*FOR_STAFF, FIGURE):
                del self.fields[name]

    def offer(self) -> None:
        """Fill the choices that cost a query, for a page that shows them."""
        for name in ("state", "type", "priority", "due", "sort"):
            self.fields[name].widget = LongSelect(choices=self.fields[name].choices)
        self.fields["library"].widget, self.fields["category"].widget = LongSelect(), LongSelect()
        libraries = self.fields["library"].queryset.values_list("slug", "name")
        self.fields["library"].widget.choices = [("", _("any library")), *libraries]
        self.fields["category"].offer(_("any category"), (UNSORTED, _("still to be sorted")))
        people = staff_of(self.standing.organisation).values_list("pk", "name")
        self.fields["assignee"].widget = LongSelect(
            choices=[("", _("anybody")), ("me", _("me")), ("none", _("nobody yet")), *people]
        )

    def clean_assignee(self) -> str:
        value = self.cleaned_data["assignee"].strip()
        if value in ("", "me", "none", TO_PICK_UP):
            return value
        if value.isascii() and value.isdecimal() and len(value) < 10:
            return value
        person = staff_of(self.standing.organisation).filter(email=value.lower()).first()
        if person is None:
            raise ValidationError(_("Give “me”, “none” or the address of a member of staff."))
        return str(person.pk)

    def clean_due_before(self) -> datetime | None:
        """Return the moment, with its offset: without one nobody knows which moment is meant."""
        text = self.cleaned_data["due_before"].strip()
        try:
            moment = parse_datetime(text) if text else None
        except ValueError:
            moment = None
        if text and (moment is None or moment.tzinfo is None or not 1990 <= moment.year < 9000):
            raise ValidationError(_("Give a moment with its offset, such as 2026-12-01T12:00:00Z."))
        return moment

    def clean_figure(self) -> Figure | Promised | None:
        """Return the figure, or the number of a report; one that cannot be chooses nothing."""
        text = self.cleaned_data["figure"]
        return Figure.parse(text) or Promised.parse(text)

    def filter(self, tickets: TicketQuerySet, numbered: bool = True) -> Narrowed:
        """Return `tickets` narrowed and sorted by the cleaned values. Call after `is_valid()`."""
        return narrowed(tickets, self.cleaned_data, self.standing, numbered)

    @property
    def narrows(self) -> bool:
        """Does it choose anything beyond the tab and the order?"""
        return bool(self.cleaned_data.get("q")) or self.refines

    @property
    def refines(self) -> bool:
        """Does it choose a kind of ticket, beyond tab, words and order?"""
        return any(self.cleaned_data.get(name) for name in REFINING)
