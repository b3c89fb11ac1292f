"""Verbs on the seats of the steering group."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agenda.steering.models import Seat
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import Organisation
from tenants.roles import Permission


@transaction.atomic
def give_seat(*, organisation: Organisation, from_on: date, by: Actor) -> Seat:
    """Give an organisation a seat from that day on; who has one that day keeps it as it is.

    Raises ValidationError when it gets one later already, NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)  # two at once wait
    seats = Seat.objects.filter(organisation=organisation)
    held = seats.at(from_on).first()
    if held is not None:
        return held
    if seats.filter(from_on__gt=from_on).exists():
        raise ValidationError({"from_on": _("This organisation has a seat from a later day already.")})
    seat = Seat.objects.create(organisation=organisation, from_on=from_on)
    record(action="seat.given", by=by, organisation=organisation, object=f"seat {seat.pk}", from_on=str(from_on))
    return seat


@transaction.atomic
def end_seat(*, seat: Seat, until_on: date, by: Actor) -> Seat:
    """Let `until_on` be the last day of a seat. The roles of people end on the page of people, one by one.

    Raises ValidationError for a day before it begins, NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    locked = Seat.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=seat.pk)
    if until_on < locked.from_on:
        raise ValidationError({"until_on": _("This is before the day on which it begins.")})
    if locked.until_on != until_on:
        locked.until_on = until_on
        locked.save(update_fields=["until_on"])
        about = {"organisation": locked.organisation, "object": f"seat {locked.pk}"}
        record(action="seat.ended", by=by, **about, until_on=str(until_on))
    return locked
