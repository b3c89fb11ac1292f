"""The rows of the desk's list, in words: no ticket is made of what is only shown."""

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.web.moments import moment
from tickets.access import TicketQuerySet
from tickets.desk.tags import as_tag, in_words
from tickets.states import Priority, State, Type

COLUMNS = (
    *("number", "subject", "library__name", "type", "category__name_nl", "category__name_en"),
    *("state", "priority", "assignee__name", "changed_at"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What the desk shows of a ticket in its list."""

    number: str
    subject: str
    library: str
    type: str
    category: str
    state: SafeString
    priority: SafeString
    assignee: str
    changed: SafeString


def columns(tickets: TicketQuerySet):
    """Return the queryset with what `in_rows` needs alone."""
    return tickets.values_list(*COLUMNS)


def in_rows(found) -> list[Row]:
    """Return rows of `columns` in words, in the language of the moment."""
    english, nobody = (get_language() or "nl").startswith("en"), _("nobody yet")
    return [
        Row(
            number=number,
            subject=subject,
            library=library,
            type=in_words(Type, kind),
            category=(name_en if english else "") or name_nl,
            state=as_tag(State, state),
            priority=as_tag(Priority, priority),
            assignee=assignee or nobody,
            changed=moment(changed_at),
        )
        for number, subject, library, kind, name_nl, name_en, state, priority, assignee, changed_at in found
    ]
