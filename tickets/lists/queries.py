"""Lists of tickets: what a row shows, and the counts on the tabs."""

from dataclasses import dataclass

from django.db.models import Case, Count, Q, Value, When

from tenants.access import Standing
from tickets.access import TicketQuerySet
from tickets.desk.models import Ticket
from tickets.lists.stock import MY_TURN
from tickets.states import ASKS_LIBRARY


def listed(tickets: TicketQuerySet) -> TicketQuerySet:
    """Return the queryset with all that a row of a list shows, in one query."""
    return tickets.select_related("library", "category", "assignee", "reporter").only(
        *("number", "type", "subject", "state", "priority", "urgency", "impact", "version"),
        *(
            "opened_at",
            "changed_at",
            "told_at",
            "told_version",
            "first_answer_at",
            "resolved_at",
            "closed_at",
            "reopened_at",
            "due_at",
            "due_clock",
            "due_calendar",
        ),
        *("library__slug", "library__name", "category__code", "category__name_nl", "category__name_en"),
        *("assignee__name", "reporter__name"),
    )


def asked_first(tickets: TicketQuerySet) -> TicketQuerySet:
    """Return a library's tickets in its order: what asks something of it first, then what it was told last."""
    waits = Case(When(state__in=ASKS_LIBRARY, then=Value(0)), default=Value(1))
    return tickets.order_by(waits, "-told_at", "-pk")


@dataclass(frozen=True)
class Counts:
    """How many open tickets there are."""

    mine: int
    unassigned: int
    all: int
    my_turn: int


def open_counts(standing: Standing) -> Counts:
    """Return the numbers on the tabs of the desk, in one query."""
    counts = (
        Ticket.objects.visible_to(standing)
        .open()
        .aggregate(
            all=Count("pk"),
            mine=Count("pk", filter=Q(assignee=standing.person)),
            unassigned=Count("pk", filter=Q(assignee__isnull=True, state__in=MY_TURN)),
            my_turn=Count("pk", filter=Q(assignee=standing.person, state__in=MY_TURN)),
        )
    )
    return Counts(**counts)
