"""The conversation of a ticket as its page shows it: what was said and what happened, in one line of time."""

from collections.abc import Callable
from dataclasses import dataclass

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tenants.web.markdown import to_html
from tenants.web.moments import moment
from tenants.web.rows import filler, fixed
from tickets.desk.linked import linked
from tickets.desk.models import Message, Ticket
from tickets.desk.queries import Entry
from tickets.states import Speaker


@dataclass(frozen=True, slots=True)
class Said:
    """A message in words, as `_message.html` names them."""

    kind: str
    key: str
    audience: SafeString
    name: str
    side: str
    moment: SafeString
    body: SafeString
    files: SafeString


def said(entry: Entry, message: Message, *, ticket: Ticket, organisation: str, staff_right: bool) -> Said:
    """Return a message in words; `staff_right` says on which side the desk speaks."""
    files = {"files": entry.attachments, "number": ticket.number}
    return Said(
        kind=f"{message.visibility} mine" if message.by_staff == staff_right else message.visibility,
        key=message.key,
        audience=fixed("tickets/_audience.html", {"visibility": message.visibility, "name": organisation}),
        name=message.name,
        side=_side(message, ticket, organisation),
        moment=moment(message.created_at, exact=True),
        body=linked(to_html(message.body), ticket.number.rpartition("-")[0]),
        files=render_to_string("tickets/_files.html", files) if entry.attachments else SafeString(""),
    )


def _side(message: Message, ticket: Ticket, organisation: str) -> str:
    if message.by_staff:
        return organisation
    return _("colleague POI") if message.speaker == Speaker.PARTNER else ticket.library.name


def talk(entries: list[Entry], page: Context, *, staff_right: bool) -> SafeString:
    """Return the whole conversation: messages as rows, what happened by its own partial in the context of the page."""
    ticket, organisation = page["ticket"], page["organisation"].name
    happened = get_template("tickets/_event.html").template
    row: Callable[[object], str] | None = None
    shown: list[str] = []
    for entry in entries:
        if entry.message:
            one = said(entry, entry.message, ticket=ticket, organisation=organisation, staff_right=staff_right)
            row = row or filler("tickets/_message.html", one, {})
            shown.append(row(one))
        else:
            with page.push(entry=entry, event=entry.event):
                shown.append(happened.render(page))
    return SafeString("".join(shown))
