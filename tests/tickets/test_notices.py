"""Mails derived from events: to whom, once, and with nothing internal in them."""

import pytest
from django.core import mail

from tenants.models import LibraryMembership, Person
from tenants.outbox import actions as outbox
from tenants.outbox.models import OutboxEntry
from tickets.desk import actions as verbs
from tickets.models import Ticket
from tickets.notices.actions import send_notices
from tickets.notices.models import Notice
from tickets.states import Visibility
from tickets.tasks import notify


@pytest.fixture(autouse=True)
def empty_outbox(bisc):
    OutboxEntry.objects.all().delete()


def _deliver(house):
    """Do everything in the outbox as the worker does: by the task, from the public schema."""
    for key in list(OutboxEntry.objects.order_by("pk").values_list("dedupe_key", flat=True)):
        outbox.work(house.organisation.schema_name, key, send_notices)
    return [(one.to, one.subject.split("] ")[1].split(":")[0]) for one in mail.outbox]


def test_reporter_hears_received_answered_resolved(bisc, ticket):
    desk = bisc.actor("desk")
    verbs.answer(ticket=ticket, body="We kijken mee.", by=desk)
    verbs.move(ticket=ticket, to="waiting_supplier", by=desk)
    verbs.answer(ticket=ticket, body="Intern praatje", visibility=Visibility.INTERNAL, by=desk)
    verbs.move(ticket=ticket, to="resolved", reason="interne reden", by=desk)
    to = [bisc.people["colleague"].email]
    assert _deliver(bisc) == [(to, "Nieuw antwoord"), (to, "Opgelost, graag bevestigen")]
    text = "".join(one.subject + one.body for one in mail.outbox)
    assert "We kijken mee." in text
    assert "Intern praatje" not in text and "interne reden" not in text


def test_staff_hear_assigned_and_reaction(bisc, ticket):
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["desk"]}, by=bisc.actor("lead"))
    verbs.answer(ticket=ticket, body="Nog steeds.", by=bisc.actor("colleague"))
    to = [bisc.people["desk"].email]
    assert _deliver(bisc) == [(to, "Aan u toegewezen"), (to, "Reactie")]


def test_nobody_hears_of_what_they_did_themselves(bisc, ticket):
    verbs.pick_up(ticket=ticket, by=bisc.actor("desk"))
    assert _deliver(bisc) == []


def test_language_is_the_readers(bisc, ticket):
    Person.objects.filter(pk=bisc.people["colleague"].pk).update(language="en")
    verbs.answer(ticket=ticket, body="Hello", by=bisc.actor("desk"))
    assert _deliver(bisc) == [([bisc.people["colleague"].email], "New answer")]


def test_somebody_who_left_hears_nothing(bisc, ticket):
    LibraryMembership.objects.filter(person=bisc.people["colleague"]).update(until_on="2025-01-01")
    verbs.answer(ticket=ticket, body="Hallo", by=bisc.actor("desk"))
    assert _deliver(bisc) == []


def test_the_same_event_twice_is_one_mail(bisc, ticket):
    verbs.answer(ticket=ticket, body="Hallo", by=bisc.actor("desk"))
    _deliver(bisc)
    OutboxEntry.objects.update(done_at=None)
    _deliver(bisc)
    assert len(mail.outbox) == 1
    assert Notice.objects.filter(event__ticket=ticket).count() == 1


def test_a_mail_server_that_is_away_loses_nothing(bisc, ticket, monkeypatch):
    verbs.answer(ticket=ticket, body="Hallo", by=bisc.actor("desk"))
    key = OutboxEntry.objects.get().dedupe_key

    def away(entry):
        raise ConnectionRefusedError

    assert outbox.work("bisc", key, away) is False
    entry = OutboxEntry.objects.get()
    assert (entry.attempts, entry.done_at) == (1, None)
    assert Notice.objects.count() == 0
    OutboxEntry.objects.update(due_at="2020-01-01T00:00Z")
    assert len(_deliver(bisc)) == 1


def test_a_task_for_an_unknown_schema_runs_nowhere(bisc, ticket, caplog):
    before = Ticket.objects.values().get(pk=ticket.pk)
    notify("bestaatniet", "event 1")
    assert "no organisation with schema bestaatniet" in caplog.text
    assert Ticket.objects.values().get(pk=ticket.pk) == before and mail.outbox == []
