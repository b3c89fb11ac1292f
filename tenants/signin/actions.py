"""Verbs on signing in and out."""

from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest
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


def end_other_sessions(person: Person, request: HttpRequest) -> None:
    """Sign `person` out everywhere but in the session of `request`; what is half-way signed in begins again."""
    Person.objects.filter(pk=person.pk).update(sessions_ended=F("sessions_ended") + 1)
    person.refresh_from_db(fields=["sessions_ended"])
    update_session_auth_hash(request, person)
