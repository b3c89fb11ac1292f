"""Warnings for tests: rungs since 1 May 2026, tickets that somebody has, and what is mailed."""

from datetime import datetime

import pytest
from django.core import mail
from django.utils import timezone

from tenants.models import OutboxEntry, Person
from tenants.outbox import actions as outbox
from tests.tickets.clocking import file, may
from tickets.clocks.actions import reckon_again
from tickets.desk import actions as verbs
from tickets.models import Rung, Ticket, WarningGiven
from tickets.warnings.mailing import send_warning
from tickets.warnings.ringing import TOPIC


@pytest.fixture
def empty(bisc, rules):
    """No warnings yet, nothing in the outbox, and no other ticket than those of the test."""
    Rung.objects.all().delete()
    reckon_again(may(1))
    Ticket.objects.update(rules=None)  # what the cast filed is not of this test


def rung(clock="first_answer", at="due", hears=("assignee",), since=None, **more) -> Rung:
    return Rung.objects.create(clock=clock, at=at, hears=list(hears), since=since or may(1), **more)


def rang(outcome="rang") -> list[tuple]:
    found = WarningGiven.objects.filter(outcome=outcome).order_by("pk")
    return [(one.rung_id, timezone.localtime(one.due_at, may(1).tzinfo)) for one in found]


def waiting() -> list[OutboxEntry]:
    return list(OutboxEntry.objects.filter(topic=TOPIC).order_by("pk"))


def deliver(house) -> list[str]:
    """Do what the outbox holds; return to whom was mailed."""
    mail.outbox.clear()
    for entry in waiting():
        outbox.work(house.organisation.schema_name, entry.dedupe_key, send_warning, topic=TOPIC)
    return [one.to[0] for one in mail.outbox]


def taken(bisc, at: datetime, who="desk", **more) -> Ticket:
    """A ticket that somebody of the desk has since it was filed, without an answer."""
    ticket = file(bisc, at, **more)
    return verbs.pick_up(ticket=ticket, by=bisc.actor(who), at=at)


def planted(word: str) -> int:
    """Make a rung that gives tickets to somebody with this name; return its key."""
    given = Person.objects.create(email="z@bisc.example", name=word)
    return Rung.objects.create(clock="resolution", at="due", does="give", person=given).pk
