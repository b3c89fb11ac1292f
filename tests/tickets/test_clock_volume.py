"""Tickets made in volume have the clocks that the verbs would have left them."""

from datetime import date

from django.utils import timezone

from config.demo.volume import Builder
from tests.tickets.clocking import say, to_all
from tickets.agreements.book import book
from tickets.clocks import following
from tickets.clocks.actions import left_to_reckon
from tickets.models import Agreement, Clock, Ticket
from tickets.rules.stamp import stamp_now
from tickets.states import OPEN_STATES


def _clocks(ticket: Ticket) -> list[dict]:
    """Return all that is written down of its clocks, and on itself of them."""
    rows = [
        {name: value for name, value in row.items() if name not in ("id", "ticket_id")}
        for row in ticket.clocks.order_by("kind", "place").values()
    ]
    names = ("due_at", "due_clock", "due_calendar", "late_at", "rules")
    return [*rows, *Ticket.objects.filter(pk=ticket.pk).values(*names)]


def test_clocks_made_in_volume_are_those_that_the_verbs_would_give(bisc, rules):
    for level, minutes in (("large", 120), ("medium", 240), ("small", 480)):
        one = Agreement.objects.create(level=level)
        say(one, date(2024, 1, 1), to_all(first_answer=minutes, resolution=5 * minutes, update=minutes))
    before, until = set(Ticket.objects.values_list("pk", flat=True)), timezone.now()
    Builder(count=60, until=until, open_at_least=20).build()
    made = Ticket.objects.exclude(pk__in=before)
    found = {one.pk: _clocks(one) for one in made}
    assert len({row["kind"] for rows in found.values() for row in rows[:-1]}) >= 4
    assert any(row["due_at"] for rows in found.values() for row in rows[:-1])
    assert left_to_reckon() == Ticket.objects.filter(pk__in=before, state__in=OPEN_STATES).count()
    made.update(rules=None, due_at=None, due_clock="", late_at=None)
    Clock.objects.filter(ticket__in=made).update(due_at=None, late_at=None, ran=None, target=None)
    for one in made:
        following.write_clocks(one, list(one.intervals.order_by("place")), book(stamp_now()[0]), until)
        one.save()
    assert {one.pk: _clocks(one) for one in made} == found
