"""Who hears of an event by mail. Derived from the event and the truth of the moment; nothing internal ever goes out."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from tenants.access import standing
from tenants.context import current_organisation
from tenants.models import Person
from tenants.organisations.queries import address_of
from tenants.outbox.models import OutboxEntry
from tenants.settings.queries import settings_of
from tickets.access import as_told_to
from tickets.clocks.plain import told_in_words
from tickets.desk.expected import expected
from tickets.desk.models import Event, Ticket
from tickets.events import Kind, is_withdrawal
from tickets.notices.models import Notice
from tickets.states import ENDED, Speaker, State, Visibility


def recipients(event: Event) -> list[tuple[Person, str]]:
    """Return who hears of `event`, and as what kind of notice; never the actor, never somebody who may not see it.

    The reporter hears that it was received, answered, resolved; the assignee that the library reacted or withdrew it,
    and that it was assigned; the last assignee that it was reopened, and by whom; a colleague elsewhere that it was
    opened to them. Of its closing, nobody hears.
    """
    ticket, found = event.ticket, list[tuple[Person, str]]()
    changes = event.payload.get("changes", {})
    before, state = changes.get("state", [None, None])
    reopened = before in ENDED and state == State.OPEN
    by_staff = _by_staff(event)
    if event.kind == Kind.CREATED:
        found.append((ticket.reporter, Notice.Kind.RECEIVED))
    elif event.kind == Kind.GRANTED:
        found.append((Person.objects.get(pk=event.payload["person"]), Notice.Kind.OPENED))
    elif state == State.RESOLVED:
        found.append((ticket.reporter, Notice.Kind.RESOLVED))
    elif event.kind == Kind.ANSWERED and by_staff:
        found.append((ticket.reporter, Notice.Kind.ANSWERED))
    elif ticket.assignee and not reopened and not by_staff and _reacts(event):
        found.append((ticket.assignee, Notice.Kind.REACTION))
    elif "assignee" in changes and ticket.assignee:
        found.append((ticket.assignee, Notice.Kind.ASSIGNED))
    last = _last_assignee(ticket) if reopened else None
    if last:
        found.append((last, Notice.Kind.REOPENED))
    return [
        (person, kind)
        for person, kind in found
        if (person.pk != event.actor_id or kind == Notice.Kind.RECEIVED) and _may_hear(person, ticket)
    ]


def _reacts(event: Event) -> bool:
    """Does the desk have something to do, or nothing more, because of this: an answer, a withdrawal?"""
    changes = event.payload.get("changes", {})
    return event.kind == Kind.ANSWERED or State.OPEN in changes.get("state", [])[1:] or is_withdrawal(changes)


def _last_assignee(ticket: Ticket) -> Person | None:
    """Return who has the ticket, or had it last."""
    if ticket.assignee:
        return ticket.assignee
    payload = ticket.events.filter(payload__changes__has_key="assignee").values_list("payload", flat=True).last()
    return Person.objects.filter(pk=payload["changes"]["assignee"][0]).first() if payload else None


def _by_staff(event: Event) -> bool:
    """Did the desk do this? Who said something is told by what they were then; they may have left since."""
    if event.message is not None:
        return event.message.speaker == Speaker.STAFF
    return event.actor is not None and standing(event.actor, current_organisation()).is_staff


def _may_hear(person: Person, ticket: Ticket) -> bool:
    return Ticket.objects.visible_to(standing(person, current_organisation())).filter(pk=ticket.pk).exists()


def send_notices(entry: OutboxEntry) -> None:
    """Mail everyone who hears of the event of this entry and was not mailed yet."""
    event = (
        Event.objects.select_related("ticket__reporter", "ticket__assignee", "ticket__library", "message", "actor")
        .filter(pk=int(entry.address.removeprefix("event ")))
        .first()
    )
    if event is None:
        return
    for person, kind in recipients(event):
        _made, fresh = Notice.objects.get_or_create(event=event, person=person, defaults={"kind": kind})
        if fresh:
            _mail(event, person, kind)


def _expected(ticket: Ticket, person: Person) -> list[str]:
    """Return what is said in the mail of receipt: by when the reporter hears something, and when the desk works."""
    organisation = current_organisation()
    return [
        *told_in_words(ticket, standing(person, organisation), timezone.now()),
        *expected(organisation.name),
    ]


def _mail(event: Event, person: Person, kind: str) -> None:
    organisation = current_organisation()
    ticket = event.ticket
    text = event.message.body if event.message and event.message.visibility == Visibility.PUBLIC else ""
    path = reverse("ticket", args=[ticket.number], urlconf=settings.ROOT_URLCONF)
    # The same at each attempt; with the secret key, or it would tell the reader how many events there were.
    token = salted_hmac("tickets.notices", f"{organisation.schema_name} {event.pk} {person.pk}").hexdigest()[:24]
    with translation.override(person.language):
        context = {
            "person": person,
            "ticket": as_told_to(ticket, standing(person, organisation)),
            "organisation": organisation,
            "kind": kind,
            "who": event.actor.name if event.actor else "",
            "text": text,
            "withdrawn": is_withdrawal(event.payload.get("changes", {})),
            "expected": _expected(ticket, person) if kind == Notice.Kind.RECEIVED else [],
            "closes_after": settings_of(organisation).auto_close_days,
            "link": address_of(organisation, path),
        }
        EmailMessage(
            subject=" ".join(render_to_string("tickets/mail/subject.txt", context).split()),
            body=render_to_string("tickets/mail/body.txt", context),
            to=[person.email],
            headers={
                "Message-ID": f"<{token}@{settings.DOMAIN}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        ).send()
