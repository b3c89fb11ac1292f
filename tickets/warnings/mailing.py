"""The mail of one warning to one person: of what holds at the moment it is sent, in that person's language."""

from datetime import datetime

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants.access import staff_of, standing
from tenants.context import current_organisation
from tenants.models import Person
from tenants.organisations.queries import address_of
from tenants.outbox.headers import headers_of
from tenants.outbox.models import OutboxEntry
from tenants.web.moments import day
from tickets.agreements.book import book
from tickets.calendars.worktime import whole
from tickets.clocks.kinds import ClockKind
from tickets.clocks.models import Clock
from tickets.clocks.words import day_of, remaining
from tickets.desk.models import Ticket
from tickets.states import OPEN_STATES
from tickets.warnings.models import Rung, WarningGiven
from tickets.warnings.moments import rings_at
from tickets.warnings.ringing import running
from tickets.warnings.words import name_of


def send_warning(entry: OutboxEntry) -> None:
    """Mail one person what an entry is about; what no longer holds is cancelled instead."""
    _word, pk, _to, person_pk = entry.address.split()
    given = WarningGiven.objects.select_related("ticket__library", "rung__person").filter(pk=pk).first()
    person = staff_of(current_organisation()).filter(pk=person_pk).first()
    if given is None or person is None or not _may_read(person, given.ticket):
        return
    clock, now = _clock_of(given), timezone.now()
    if clock is None or not _holds(given.rung, clock, now):
        WarningGiven.objects.filter(pk=given.pk, cancelled_at=None).update(cancelled_at=now)
        return
    _mail(entry, person, given, clock, now)


def _may_read(person: Person, ticket: Ticket) -> bool:
    """Is it staff who sees this ticket? Nobody else ever hears of a warning."""
    found = standing(person, current_organisation())
    return found.is_staff and Ticket.objects.visible_to(found).filter(pk=ticket.pk).exists()


def _clock_of(given: WarningGiven) -> Clock | None:
    mine = running().filter(ticket=given.ticket_id, kind=given.kind, place=given.place)
    return mine.filter(ticket__state__in=OPEN_STATES).first()


def _holds(rung: Rung, clock: Clock, now: datetime) -> bool:
    """Has the moment of a rung come by what is due now? One that ended, or whose clock jumped ahead, does not hold."""
    if rung.ended_at is not None or clock.due_at is None:
        return False
    calendar = book().calendar(clock.calendar)
    left = rung.when.left(clock.target, day_of(calendar, now))
    moment = None if left is None else rings_at(clock.due_at, left, calendar)
    return moment is not None and moment <= whole(now)


def _mail(entry: OutboxEntry, person: Person, given: WarningGiven, clock: Clock, now: datetime) -> None:
    organisation = current_organisation()
    assert clock.due_at is not None
    due = timezone.localtime(clock.due_at)
    with translation.override(person.language):
        left = remaining(clock.due_at, now, book().calendar(clock.calendar))
        words = {
            "person": person,
            "organisation": organisation,
            "ticket": given.ticket,
            "clock": ClockKind(given.kind).label,
            "due": f"{day(due.date())}, {due:%H:%M}",
            "left": left,
            "warning": name_of(given.rung),
            "did": given.did,
            "priority": given.ticket.get_priority_display(),
            "to": given.rung.person.name if given.rung.person else "",
            "link": address_of(organisation, reverse("ticket", args=[given.ticket.number], urlconf="config.urls")),
        }
        EmailMessage(
            subject=" ".join(render_to_string("tickets/mail/warning_subject.txt", words).split()),
            body=render_to_string("tickets/mail/warning_body.txt", words),
            to=[person.email],
            headers=headers_of(entry),
        ).send()
