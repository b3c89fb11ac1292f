"""What stands ready in the answer box before anybody writes."""

from django.utils.translation import gettext

from tickets.desk.models import Ticket
from tickets.states import FACT_NAMES


def ready_words() -> str:
    """Return a text to resolve with, ready to change."""
    return gettext("This is resolved. Is something still wrong? Then answer here.")


def initial_facts(ticket: Ticket) -> dict[str, object]:
    """Return what the answer box shows of the facts: those of now, else the supplier of the library's system."""
    known: dict[str, object] = {name: getattr(ticket, name) for name in FACT_NAMES if name != "partner"}
    known["partner"] = ticket.partner.slug if ticket.partner else None
    known["supplier"] = known["supplier"] or ticket.platform.supplier
    return known
