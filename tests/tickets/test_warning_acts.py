"""What a warning does beside its mail: the priority a step up, the ticket to somebody or back; and history says so."""

from datetime import date

import pytest
from django.core import mail

from tenants.models import Membership, OutboxEntry
from tests.tickets.clocking import may
from tests.tickets.warned import deliver, rung, taken, waiting
from tests.tickets.warned import empty as empty
from tickets.desk import actions as verbs
from tickets.models import AgreementVersion, Ticket, WarningGiven
from tickets.rules.stamp import rules_changed
from tickets.warnings.ringing import ring

pytestmark = pytest.mark.usefixtures("empty")


def test_it_raises_the_priority_one_step_and_says_so(bisc, client_of):
    ticket = taken(bisc, may(19, 9), urgency="low")
    one = rung(hears=["assignee"], does="raise")
    before = Ticket.objects.get(pk=ticket.pk)
    assert before.priority == "low"
    assert [ring(may(19, 11)), ring(may(19, 11, 1)), ring(may(20, 11))] == [1, 0, 0]
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.priority, after.urgency, after.impact) == ("medium", "low", "low")
    assert (after.told_version, after.told_at) == (before.told_version, before.told_at)
    event = ticket.events.last()
    assert (event.kind, event.system_actor, event.channel) == ("edited", "warning", "rule")
    assert event.payload == {"changes": {"priority": ["low", "medium"]}, "warning": one.pk}
    page = client_of("bisc desk").get(f"/tickets/{ticket.number}/").content.decode()
    assert "Door de waarschuwing “eerste antwoord: op het uiterste moment zelf”." in page
    deliver(bisc)
    assert "Deze waarschuwing verhoogde de prioriteit naar “gemiddeld”." in mail.outbox[0].body


def test_a_shorter_time_by_that_does_not_raise_it_again(bisc):
    targets = {
        "*": {
            "low": {"resolution": {"minutes": 480}},
            "medium": {"resolution": {"minutes": 240}},
            "high": {"resolution": {"minutes": 60}},
        }
    }
    AgreementVersion.objects.update(targets=targets)
    rules_changed()
    ticket = taken(bisc, may(19, 9), urgency="low")
    rung("resolution", does="raise")
    assert ring(may(20, 8, 30)) == 1
    assert [ring(may(20, 8, minute)) for minute in range(31, 36)] == [0] * 5
    assert Ticket.objects.get(pk=ticket.pk).priority == "medium"
    assert deliver(bisc) == ["desk@bisc.example"]


def test_what_a_warning_raised_stays_until_somebody_judges_anew(bisc):
    ticket, by = taken(bisc, may(19, 9), urgency="low"), bisc.actor("desk")
    rung(does="raise")
    ring(may(19, 11))
    verbs.edit(ticket=ticket, changes={"subject": "Nog steeds"}, by=by)
    assert Ticket.objects.get(pk=ticket.pk).priority == "medium"
    verbs.edit(ticket=ticket, changes={"impact": "medium"}, by=by)
    assert Ticket.objects.get(pk=ticket.pk).priority == "low"


def test_the_highest_stays_and_the_mail_goes(bisc):
    ticket = taken(bisc, may(19, 9), urgency="high", impact=None, locations=bisc.locations)
    Ticket.objects.filter(pk=ticket.pk).update(priority="critical")
    events = ticket.events.count()
    rung(does="raise")
    assert ring(may(19, 11)) == 1
    assert (ticket.events.count(), deliver(bisc)) == (events, ["desk@bisc.example"])
    assert WarningGiven.objects.get().did == ""


def test_it_gives_the_ticket_to_somebody(bisc):
    ticket = taken(bisc, may(19, 9))
    one = rung(does="give", person=bisc.people["lead"])
    ring(may(19, 11))
    assert Ticket.objects.get(pk=ticket.pk).assignee == bisc.people["lead"]
    event = ticket.events.last()
    assert (event.kind, event.payload["warning"]) == ("assigned", one.pk)
    assert deliver(bisc) == ["desk@bisc.example"]  # who had it; who gets it hears by the usual notice
    assert OutboxEntry.objects.filter(topic="tickets.notices", address=f"event {event.pk}").exists()


def test_it_puts_the_ticket_back(bisc):
    ticket = taken(bisc, may(19, 9))
    rung(hears=[], does="return")
    assert (ring(may(19, 11)), waiting()) == (1, [])
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_somebody_who_left_gets_nothing_and_the_warning_goes_out(bisc):
    ticket = taken(bisc, may(19, 9))
    rung(does="give", person=bisc.people["former"])
    Membership.objects.filter(person=bisc.people["former"]).update(until_on=date(2026, 1, 1))
    assert ring(may(19, 11)) == 1
    assert Ticket.objects.get(pk=ticket.pk).assignee == bisc.people["desk"]
    assert deliver(bisc) == ["desk@bisc.example"]


def test_another_clock_that_was_moved_by_it_does_not_ring_by_its_old_moment(bisc):
    low = {"first_answer": {"minutes": 120}, "resolution": {"minutes": 240}}
    medium = {"first_answer": {"minutes": 120}, "resolution": {"minutes": 960}}
    AgreementVersion.objects.update(targets={"*": {"low": low, "medium": medium}})
    rules_changed()
    taken(bisc, may(19, 9), urgency="low")
    one = rung(at="after", minutes=120, does="raise")
    rung("resolution")
    assert [ring(may(19, 13)), ring(may(19, 13, 1))] == [1, 0]
    assert [given.rung for given in WarningGiven.objects.all()] == [one]
