"""Verbs on signing in."""

from django.utils import timezone

from tenants.models import Person
from tenants.organisations.queries import common_row
from tenants.outbox import actions as outbox


def mail_password_reset(person: Person) -> None:
    """Have a link to choose a new password mailed to `person`; at most one a minute."""
    outbox.put(
        organisation=common_row(),
        topic="tenants.mail_password_reset",
        address=f"person {person.pk}",
        dedupe_key=f"reset {person.pk} {timezone.now():%Y-%m-%dT%H:%M}",
    )
