"""Opening one ticket to a colleague of another organisation, and closing it again."""

from datetime import date

from django.contrib.auth.models import Permission as ModelPermission
from django.utils import timezone

from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.models import Person
from tenants.people import guests
from tickets.change import changing
from tickets.desk.models import Ticket
from tickets.events import Kind
from tickets.guests.models import TicketGrant

VIEW = "view_ticket"


def open_to(*, ticket: Ticket, person: Person, until_on: date, by: Actor) -> Ticket:
    """Let a colleague of another organisation read `ticket` and speak on it among the POIs, and return it.

    It holds until and including `until_on`, for which they come in as guest; the same again changes the day. Who comes
    in anew gets nothing back of what was open to them before. Raises
    NotAllowed for anyone but staff, ValidationError for somebody who is no staff elsewhere or an impossible day.
    """
    with changing(ticket, Kind.GRANTED, by=by) as change:
        guests.one_at_a_time(person)
        if not guests.guests_of(current_organisation()).filter(person=person).exists():
            TicketGrant.objects.filter(user=person).delete()  # of an earlier stay: that ended, and they with it
        guests.let_in(person=person, organisation=current_organisation(), until_on=until_on, by=by)
        held = _grants(ticket, person).first()
        if held is None or held.until_on != until_on:
            TicketGrant.objects.update_or_create(
                user=person,
                content_object=change.ticket,
                permission=ModelPermission.objects.get(codename=VIEW, content_type__app_label="tickets"),
                defaults={"until_on": until_on},
            )
            change.extra |= {"person": person.pk, "until_on": until_on.isoformat()}
    return change.ticket


def close_to(*, ticket: Ticket, person: Person, by: Actor) -> Ticket:
    """End what `open_to` gave, and return the ticket; with their last ticket the guest leaves. Twice is once.

    Raises NotAllowed for anyone but staff.
    """
    with changing(ticket, Kind.GRANT_ENDED, by=by) as change:
        guests.one_at_a_time(person)
        if _grants(ticket, person).delete()[0]:
            change.extra["person"] = person.pk
        if not TicketGrant.objects.filter(user=person).exclude(until_on__lt=timezone.localdate()).exists():
            guests.let_out(person=person, organisation=current_organisation(), by=by)
    return change.ticket


def _grants(ticket: Ticket, person: Person):
    return TicketGrant.objects.filter(content_object=ticket, user=person, permission__codename=VIEW)
