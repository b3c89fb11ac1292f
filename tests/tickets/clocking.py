"""A ticket at a moment, rules with a first day in the past, and the clocks that come of them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from agenda.categories.models import Category
from tickets.clocks.models import Clock
from tickets.desk import actions as verbs
from tickets.models import (
    Agreement,
    AgreementVersion,
    Ticket,
)
from tickets.rules.stamp import rules_changed

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WORKDAYS = [[[510, 1020]]] * 5  # 8:30 to 17:00
ALL_PRIORITIES = ("critical", "high", "medium", "low")
MADE = datetime(2026, 1, 1, tzinfo=UTC)


def may(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=AMSTERDAM)


def minutes(count: int) -> dict:
    return {"minutes": count}


def say(agreement: Agreement, from_on: date, targets: dict, **more) -> AgreementVersion:
    """Write what an agreement says from a day in the past on, which no verb does."""
    version = AgreementVersion.objects.create(
        agreement=agreement, from_on=from_on, targets=targets, made_at=MADE, **more
    )
    rules_changed()
    return version


def to_all(**clocks) -> dict:
    return {"*": dict.fromkeys(ALL_PRIORITIES, {name: minutes(count) for name, count in clocks.items()})}


def file(bisc, at: datetime, who="colleague", **more) -> Ticket:
    given = {"type": "incident", "subject": "Geen verbinding", "body": "Alles staat stil", "urgency": "medium"}
    return verbs.create(library=bisc.library, by=bisc.actor(who), at=at, **{**given, "impact": None, **more})


def clocks(ticket: Ticket) -> dict[str, Clock]:
    return {f"{one.kind} {one.place}".removesuffix(" 0"): one for one in Clock.objects.filter(ticket=ticket)}


def told(ticket: Ticket) -> tuple:
    ticket = Ticket.objects.get(pk=ticket.pk)
    return ticket.due_at, ticket.due_clock, ticket.late_at


def leaf() -> Category:
    """Return a leaf of the tree, for what is resolved."""
    return Category.objects.filter(parent__isnull=False).first()
