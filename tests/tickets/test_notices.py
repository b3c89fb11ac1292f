"""Mails derived from events: to whom, once, and with nothing internal in them."""

import hashlib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage
from django.test.signals import template_rendered
from django.utils import timezone

from tenants.models import LibraryMembership, Membership, Person
from tenants.outbox import actions as outbox
from tenants.outbox.models import OutboxEntry
from tests.tickets.verbs import PLANNED, SUPPLIER
from tickets.closing.actions import close_by_time
from tickets.desk import actions as verbs
from tickets.guests.actions import close_to, open_to
from tickets.models import Event, ServiceHours, Ticket
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
        outbox.work(house.organisation.schema_name, key, send_notices, topic="tickets.notices")
    return [(one.to, one.subject.split("] ")[1].split(":")[0]) for one in mail.outbox]


def test_reporter_hears_received_answered_resolved(bisc, ticket):
    desk = bisc.actor("desk")
    verbs.answer(ticket=ticket, body="We kijken mee.", by=desk)
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=desk)
    verbs.answer(ticket=ticket, body="Intern praatje", visibility=Visibility.INTERNAL, by=desk)
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", reason="interne reden", by=desk)
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


def test_the_assignee_hears_that_it_is_needed_no_more(bisc, ticket):
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["desk"]}, by=bisc.actor("desk"))
    verbs.move(ticket=ticket, to="closed", reason="Al gevonden.", by=bisc.actor("colleague"))
    assert _deliver(bisc) == [([bisc.people["desk"].email], "Ingetrokken")]
    assert "heeft melding BISC-1 niet meer nodig; die is gesloten." in mail.outbox[0].body
    assert "Al gevonden." in mail.outbox[0].body


def test_the_reporter_hears_of_an_answer_of_whoever_left_since(bisc, ticket):
    verbs.answer(ticket=ticket, body="Zo werkt het.", by=bisc.actor("desk"))
    Membership.objects.filter(person=bisc.people["desk"]).update(until_on=timezone.localdate() - timedelta(days=1))
    assert _deliver(bisc) == [([bisc.people["colleague"].email], "Nieuw antwoord")]


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

    assert outbox.work("bisc", key, away, topic="tickets.notices") is False
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


def _answer(who, body="Een woord", **more):
    return lambda house, ticket: verbs.answer(ticket=ticket, body=body, by=house.actor(who), **more)


def _move(who, to, **more):
    return lambda house, ticket: verbs.move(ticket=ticket, to=to, by=house.actor(who), **more)


def _edit(who, assignee=False, **changes):
    def work(house, ticket):
        values = changes if assignee is False else {**changes, "assignee": house.people.get(assignee)}
        verbs.edit(ticket=ticket, changes=values, by=house.actor(who))

    return work


def _picked_up(house, ticket):
    verbs.edit(ticket=ticket, changes={"assignee": None}, by=house.actor("lead"))
    verbs.pick_up(ticket=ticket, by=house.actor("lead"))


def _file(who, reporter=None):
    def work(house, ticket):
        values = {"type": "wish", "subject": "Wens", "body": "x", "urgency": "low", "category": ticket.category}
        verbs.create(**values, library=house.library, reporter=house.people.get(reporter), by=house.actor(who))

    return work


RECEIVED, ANSWERED, DONE, REACTION = "Ontvangen", "Nieuw antwoord", "Opgelost, graag bevestigen", "Reactie"
ASSIGNED = "Aan u toegewezen"
# What happens on a ticket of the colleague that is the desk's to do -> who hears of it, and as what.
HEARD = {
    "filed by a library": (_file("keyuser"), [("keyuser", RECEIVED)]),
    "filed on behalf": (_file("lead", "director"), [("director", RECEIVED)]),
    "filed by staff for themselves": (_file("lead"), [("lead", RECEIVED)]),
    "answer of the assignee": (_answer("desk"), [("colleague", ANSWERED)]),
    "answer of another at the desk": (_answer("lead"), [("colleague", ANSWERED)]),
    "answer that resolves": (_answer("lead", then="resolved"), [("colleague", DONE)]),
    "answer of the reporter": (_answer("colleague"), [("desk", REACTION)]),
    "answer of the key user": (_answer("keyuser"), [("desk", REACTION)]),
    "answer of the director": (_answer("director"), [("desk", REACTION)]),
    "note": (_answer("lead", visibility="internal"), []),
    "note among POIs": (_answer("lead", visibility="partners"), []),
    "note that resolves": (
        _answer("lead", visibility="internal", then="resolved", words="Klaar."),
        [("colleague", DONE)],
    ),
    "resolved": (_move("lead", "resolved", answer="Klaar."), [("colleague", DONE)]),
    "waits for a supplier": (_move("lead", "waiting_supplier", fact=SUPPLIER), []),
    "planned": (_move("desk", "planned", fact=PLANNED, reason="Volgende week"), []),
    "assigned to another": (_edit("lead", assignee="seated"), [("seated", ASSIGNED)]),
    "assigned and changed": (_edit("lead", assignee="seated", subject="Anders"), [("seated", ASSIGNED)]),
    "taken by oneself": (_edit("lead", assignee="lead"), []),
    "assigned to nobody": (_edit("lead", assignee=None), []),
    "changed": (_edit("lead", subject="Anders", urgency="low", impact="high"), []),
    "picked up": (_picked_up, []),
}
# The same, from a ticket that was resolved.
HEARD_OF_RESOLVED = {
    "closed by the reporter": (_move("colleague", "closed"), []),
    "closed by the desk": (_move("lead", "closed"), []),
    "reopened by the reporter": (_move("colleague", "open", reason="Nog niet"), [("desk", "Heropend door Balie BiSC")]),
    "reopened by the key user": (_move("keyuser", "open", reason="Nee"), [("desk", "Heropend door Key-user BiSC")]),
    "reopened by a colleague at the desk": (_move("lead", "open", reason="Nee"), [("desk", "Heropend door Lead BiSC")]),
    "reopened by the assignee": (_move("desk", "open", reason="Nee"), []),
    "thanks of the reporter": (_answer("colleague"), [("desk", REACTION)]),
    "closed by time": (
        lambda house, ticket: close_by_time(ticket=ticket, resolved_at=Ticket.objects.get(pk=ticket.pk).resolved_at),
        [],
    ),
}


@pytest.mark.parametrize("name", [*HEARD, *HEARD_OF_RESOLVED])
def test_who_hears_of_what(bisc, ticket, name):
    work, heard = (HEARD | HEARD_OF_RESOLVED)[name]
    resolved = timezone.now() if name in HEARD_OF_RESOLVED else None
    state = "resolved" if resolved else "open"
    Ticket.objects.filter(pk=ticket.pk).update(assignee=bisc.people["desk"], state=state, resolved_at=resolved)
    work(bisc, Ticket.objects.get(pk=ticket.pk))
    assert _deliver(bisc) == [([bisc.people[who].email], word) for who, word in heard]


def test_of_what_is_nobodys_yet_nobody_at_the_desk_hears(bisc, ticket):
    _answer("colleague")(bisc, ticket)
    assert _deliver(bisc) == []


def test_an_assignee_who_left_hears_nothing(bisc, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(assignee=bisc.people["former"])
    _answer("colleague")(bisc, ticket)
    assert _deliver(bisc) == []


def test_a_colleague_elsewhere_hears_while_it_is_open_to_them(cast, bisc, ticket):
    person, until = cast.cubiss.people["lead"], timezone.localdate() + timedelta(days=3)
    open_to(ticket=ticket, person=person, until_on=until, by=bisc.actor("desk"))
    close_to(ticket=ticket, person=person, by=bisc.actor("desk"))
    assert _deliver(bisc) == []  # closed again before the mail went out
    open_to(ticket=ticket, person=person, until_on=until, by=bisc.actor("desk"))
    _answer("desk")(bisc, ticket)
    _answer("desk", visibility="partners")(bisc, ticket)
    assert _deliver(bisc) == [(["lead@cubiss.example"], "Voor u geopend"), (["balie@bisc-een.example"], ANSWERED)]


def test_what_stands_in_a_mail(bisc, ticket):
    """The whole text, to the letter: nothing of priority, assignee or what was said inside."""
    Ticket.objects.filter(pk=ticket.pk).update(assignee=bisc.people["lead"], impact="high", priority="critical")
    verbs.answer(ticket=ticket, body="Wij kijken mee & zo <gauw>.", by=bisc.actor("desk"))
    inside = {"visibility": "internal", "then": "resolved", "words": "Klaar."}
    verbs.answer(ticket=ticket, body="Intern", **inside, by=bisc.actor("desk"))
    verbs.move(ticket=ticket, to="open", reason="Nog niet opgelost", by=bisc.actor("colleague"))
    _deliver(bisc)
    words = [" ".join(one.body.split()) for one in mail.outbox]
    end = "Lees en antwoord hier: http://bisc.samenbeheer.localhost:8000/tickets/BISC-1/ BiSC · Samenbeheer"
    assert words == [
        f"Beste Balie BiSC, BiSC heeft uw melding BISC-1 beantwoord: Wij kijken mee & zo <gauw>. {end}",
        "Beste Balie BiSC, BiSC heeft uw melding BISC-1 opgelost. Wilt u dat bevestigen, of zeggen wat er nog mis is?"
        f" Horen we niets, dan sluit de melding na 5 werkdagen vanzelf. Klaar. {end}",
        f"Beste Lead BiSC, Melding BISC-1 is heropend door Balie BiSC. Nog niet opgelost {end}",
    ]
    assert [one.subject for one in mail.outbox] == [
        f"[BISC-1] {word}: Zelfservice zegt kwartelzang" for word in (ANSWERED, DONE, "Heropend door Balie BiSC")
    ]


def test_the_headers_of_a_mail(bisc, ticket):
    verbs.answer(ticket=ticket, body="Hallo", by=bisc.actor("desk"))
    _deliver(bisc)
    (sent,) = mail.outbox
    event = Event.objects.get(ticket=ticket, kind="answered")
    message_id = sent.extra_headers.pop("Message-ID")
    assert sent.extra_headers == {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    assert (sent.to, sent.cc, sent.bcc, sent.attachments) == (["balie@bisc-een.example"], [], [], [])
    assert message_id.startswith("<") and message_id.endswith(f"@{settings.DOMAIN}>") and "/" not in message_id
    # No count of what happened can be had from it: it is no plain digest of the numbers.
    guess = hashlib.sha256(f"bisc {event.pk} {bisc.people['colleague'].pk}".encode()).hexdigest()
    assert guess[:24] not in message_id


def test_another_attempt_has_the_same_message_id(bisc, ticket, monkeypatch):
    verbs.answer(ticket=ticket, body="Hallo", by=bisc.actor("desk"))
    tried, real = [], EmailMessage.send

    def send(message, *args, **kwargs):
        tried.append(message.extra_headers["Message-ID"])
        if len(tried) == 1:
            raise ConnectionResetError
        return real(message, *args, **kwargs)

    monkeypatch.setattr(EmailMessage, "send", send)
    assert _deliver(bisc) == []
    OutboxEntry.objects.update(due_at="2020-01-01T00:00Z")
    assert len(_deliver(bisc)) == 1
    verbs.answer(ticket=ticket, body="Nog een", by=bisc.actor("desk"))
    assert len(_deliver(bisc)) == 2
    assert tried[0] == tried[1] != tried[2] and len(tried) == 3


def test_an_event_that_is_not_there_any_more_sends_nothing(bisc, ticket):
    entry = OutboxEntry(organisation=bisc.organisation, topic="tickets.notices", address="event 999999")
    send_notices(entry)
    assert mail.outbox == []


def test_the_text_of_a_mail_is_made_of_what_its_reader_may_know(bisc, ticket):
    """No text for the library can say priority or assignee, whatever somebody writes in it later."""
    given = []

    def note(context, **_more):
        given.append((context["kind"], context["ticket"].priority, context["ticket"].assignee))

    Ticket.objects.filter(pk=ticket.pk).update(assignee=bisc.people["lead"], priority="critical")
    verbs.answer(ticket=ticket, body="Wij kijken mee.", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Graag.", by=bisc.actor("colleague"))
    template_rendered.connect(note)
    try:
        _deliver(bisc)
    finally:
        template_rendered.disconnect(note)
    lead = bisc.people["lead"]
    assert given == [*[("answered", None, None)] * 2, *[("reaction", "critical", lead)] * 2]


def test_what_was_sent_is_kept_by_kind(bisc, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(assignee=bisc.people["lead"])
    verbs.answer(ticket=ticket, body="Wij kijken mee.", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Graag.", by=bisc.actor("colleague"))
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    _deliver(bisc)
    kept = Notice.objects.order_by("event").values_list("kind", "person__email")
    assert list(kept) == [
        *[("answered", "balie@bisc-een.example"), ("reaction", "lead@bisc.example")],
        ("resolved", "balie@bisc-een.example"),
    ]


def test_the_mail_of_receipt_says_when_to_expect_an_answer_and_no_other_does(bisc, ticket):
    ServiceHours.objects.update(made_by=bisc.people["lead"])
    hours = "BiSC is er maandag t/m vrijdag 8:30-17:00, niet op feestdagen."
    values = {"type": "question", "subject": "Hoe?", "body": "Zo?", "urgency": "low", "library": bisc.library}
    made = verbs.create(**values, by=bisc.actor("colleague"))
    verbs.answer(ticket=made, body="Zo.", by=bisc.actor("desk"))
    _deliver(bisc)
    assert [hours in one.body for one in mail.outbox] == [True, False]
