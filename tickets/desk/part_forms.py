"""Forms for a part of a ticket, changed where it stands: who has it, its category, its priority, library and places."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tenants.access import Standing, staff_of
from tenants.models import Person
from tickets.desk.forms import EditForm
from tickets.desk.models import Ticket

# What of a ticket is changed together in one place.
PARTS: dict[str, tuple[str, ...]] = {
    "who": ("assignee",),
    "category": ("category",),
    "priority": ("urgency", "impact"),
    "library": ("library",),
    "locations": ("locations",),
}


class PartForm(EditForm):
    """The fields of the form of a ticket that are asked for, and no others."""

    def __init__(self, *args, names: Iterable[str], standing: Standing, ticket: Ticket, **kwargs):
        super().__init__(*args, standing=standing, ticket=ticket, **kwargs)
        for name in self.fields.keys() - {*names, "version"}:
            del self.fields[name]


class WhoForm(forms.Form):
    """Give a ticket to a colleague: letters that begin a word of one name alone are enough; nothing is nobody."""

    who = forms.CharField(
        label=_("Assignee"),
        required=False,
        max_length=120,
        help_text=_("Three letters of a name; nothing for nobody."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "staff"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, standing: Standing, ticket: Ticket, **kwargs):
        super().__init__(*args, initial={"version": ticket.version}, **kwargs)
        self.staff = list(staff_of(standing.organisation))

    def clean_who(self) -> Person | None:
        text = self.cleaned_data["who"].strip().lower()
        if not text:
            return None
        exact = [one for one in self.staff if text in (one.name.lower(), one.email)]
        begins = [one for one in self.staff if f" {text}" in f" {one.name.lower()}"]
        found = exact or begins
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(_("Nobody at this desk is called so."))
        names = ", ".join(one.name for one in found)
        raise ValidationError(_("Several are called so: %(names)s. Type some more."), params={"names": names})

    def changes(self) -> dict[str, object]:
        """Return the value as the verb `edit` takes it."""
        return {"assignee": self.cleaned_data["who"]}


def form_of(part: str, data: Any, *, standing: Standing, ticket: Ticket) -> "PartForm | WhoForm":
    """Return the form of a part of a ticket."""
    if part == "who":
        return WhoForm(data, standing=standing, ticket=ticket)
    return PartForm(data, names=PARTS[part], standing=standing, ticket=ticket)


def as_sent(ticket: Ticket, names: Iterable[str]) -> dict[str, Any]:
    """Return what fields of a ticket hold, as a form would send them; with a library its locations."""
    sent = {
        "assignee": ticket.assignee_id or "",
        "category": ticket.category.code if ticket.category else "",
        "urgency": ticket.urgency,
        "impact": ticket.impact,
        "library": ticket.library.slug,
        "locations": [place.slug for place in ticket.locations.all()],
    }
    kept = {*names, "locations"} if "library" in names else {*names}
    return {name: sent[name] for name in sent if name in kept}


def undoing(text: str, *, standing: Standing, ticket: Ticket) -> PartForm | None:
    """Return the form that puts fields back to what `text` (JSON of `as_sent`, with a version) says, or None."""
    try:
        before = json.loads(text)
    except (ValueError, RecursionError):  # thousands of brackets within one another
        return None
    names = {name for part in PARTS.values() for name in part}
    if not isinstance(before, dict) or not isinstance(before.get("version"), int) or not before.keys() & names:
        return None
    data = QueryDict(mutable=True)
    for name in before.keys() & {*names, "version"}:
        values = before[name] if isinstance(before[name], list) else [before[name]]
        data.setlist(name, [str(value) for value in values])
    return PartForm(data, names=before.keys() & names, standing=standing, ticket=ticket)
