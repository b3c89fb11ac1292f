"""The role of guest: a colleague of another organisation is let in until a day. What they see there, others say."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.access import is_staff_elsewhere
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.dated import DatedQuerySet
from tenants.models import Membership, Organisation, Person
from tenants.refusals import NotAllowed
from tenants.roles import GuestRole, Permission

MOST_DAYS = 366


def refuse_day(until_on: date) -> None:
    """Raise ValidationError for a day that is past or more than a year away."""
    today = timezone.localdate()
    if not today <= until_on <= today + timedelta(days=MOST_DAYS):
        raise ValidationError(_("Choose a day from today, within a year."))


def guests_of(organisation: Organisation) -> DatedQuerySet:
    """Return the roles of those who are guest of `organisation` today, with the person."""
    return Membership.objects.current().filter(organisation=organisation, role=GuestRole.GUEST).select_related("person")


def one_at_a_time(person: Person) -> None:
    """Let two who open or close something to the same person at once wait for one another. Inside a transaction."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)


@transaction.atomic
def let_in(*, person: Person, organisation: Organisation, until_on: date, by: Actor) -> Membership:
    """Let a colleague of another organisation in as guest, until and including `until_on`; never shortens their stay.

    Raises NotAllowed for anyone but staff of `organisation`, and ValidationError for somebody who is no staff of
    another organisation, or a day that is past or more than a year away.
    """
    if not by.may_at(organisation, Permission.TICKETS_WORK):
        raise NotAllowed
    today = timezone.localdate()
    errors: dict[str, Any] = {}
    try:
        refuse_day(until_on)
    except ValidationError as error:
        errors["until_on"] = error
    if not is_staff_elsewhere(person, organisation):
        errors["person"] = _("Nobody with this address works at the desk of another organisation.")
    if errors:
        raise ValidationError(errors)
    one_at_a_time(person)
    held = guests_of(organisation).filter(person=person).first()
    if held and held.until_on and held.until_on >= until_on:
        return held
    if held:
        held.until_on = until_on
        held.save(update_fields=["until_on"])
    else:
        held = Membership.objects.create(
            person=person, organisation=organisation, role=GuestRole.GUEST, from_on=today, until_on=until_on
        )
    record(
        action="guest.let_in",
        by=by,
        organisation=organisation,
        object=f"person {person.pk}",
        until=until_on.isoformat(),
    )
    return held


@transaction.atomic
def let_out(*, person: Person, organisation: Organisation, by: Actor) -> None:
    """End the role of guest as of now; whoever is no guest stays what they are.

    Raises NotAllowed for anyone but staff of `organisation` and its administrators.
    """
    if not any(by.may_at(organisation, one) for one in (Permission.TICKETS_WORK, Permission.PEOPLE_MANAGE)):
        raise NotAllowed
    one_at_a_time(person)
    held = guests_of(organisation).filter(person=person).first()
    if held is None:
        return
    record(
        action="guest.let_out",
        by=by,
        organisation=organisation,
        object=f"person {person.pk}",
    )
    today = timezone.localdate()
    if held.from_on >= today:
        held.delete()
    else:
        held.until_on = today - timedelta(days=1)
        held.save(update_fields=["until_on"])
