"""What the verbs of a ticket refuse, besides what the actor may not (403) and what is no valid ticket (400)."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tenants.refusals import Conflict

if TYPE_CHECKING:
    from tickets.desk.models import Ticket


class TicketConflict(Conflict):
    """What was asked does not fit the ticket as it is now; `ticket` is that ticket."""

    def __init__(self, ticket: "Ticket", detail: str, fields: list[str] | None = None, version: int | None = None):
        super().__init__(detail, fields, version)
        self.ticket = ticket


class Stale(TicketConflict):
    """Somebody changed the same fields since the version the actor saw; `version` is the one to see now."""

    def __init__(self, ticket: "Ticket", fields: list[str], version: int):
        super().__init__(ticket, _("Somebody changed the same thing meanwhile."), fields, version)


class TransitionNotAllowed(TicketConflict):
    """There is no step from the state the ticket is in to that one."""

    def __init__(self, ticket: "Ticket", to: str):
        detail = _("From “%(state)s” this step is not possible.") % {"state": ticket.get_state_display()}
        super().__init__(ticket, detail)
        self.to = to


class AlreadyThere(TicketConflict):
    """The ticket is in that state already, and a reason was given that would be lost."""

    def __init__(self, ticket: "Ticket"):
        detail = _("It is “%(state)s” already. Your text is still here.") % {"state": ticket.get_state_display()}
        super().__init__(ticket, detail)


class AlreadySaid(TicketConflict):
    """The same form said this before, and the state that it asks now is not where the ticket has gone since."""

    def __init__(self, ticket: "Ticket"):
        detail = _("This was said already, and after that the ticket became “%(state)s”: it stays so.")
        super().__init__(ticket, detail % {"state": ticket.get_state_display()}, ["state"])


class AlreadyTaken(TicketConflict):
    """A colleague took the ticket before."""

    def __init__(self, ticket: "Ticket"):
        name = ticket.assignee.name if ticket.assignee else ""
        super().__init__(ticket, _("%(name)s has this ticket already.") % {"name": name}, ["assignee"])


class TicketClosed(TicketConflict):
    """The ticket is closed or merged, and takes no change of this kind."""

    def __init__(self, ticket: "Ticket"):
        super().__init__(ticket, _("This ticket is closed. Reopen it first."))
