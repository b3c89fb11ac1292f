"""Verbs on signing in and out."""

from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants.models import Person
from tenants.organisations.queries import common_row
from tenants.outbox import actions as outbox
from tenants.refusals import NotAllowed


def mail_password_reset(person: Person) -> None:
    """Have a link to choose a new password mailed to `person`; at most one a minute."""
    outbox.put(
        organisation=common_row(),
        topic="tenants.mail_password_reset",
        address=f"person {person.pk}",
        dedupe_key=f"reset {person.pk} {timezone.now():%Y-%m-%dT%H:%M}",
    )


@transaction.atomic
def choose_password(*, person: Person, password: str) -> None:
    """Keep a new password of `person`, and nothing else of the row as it was read before.

    Raises NotAllowed when their way of signing in changed since they were read, or their account was closed: whoever
    asks knew the old one.
    """
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    unchanged = constant_time_compare(locked.get_session_auth_hash(), person.get_session_auth_hash())
    if not (unchanged and locked.is_active):
        raise NotAllowed
    person.set_password(password)
    person.save(update_fields=["password"])


@transaction.atomic
def end_other_sessions(person: Person, request: HttpRequest) -> None:
    """Sign `person` out everywhere but in the session of `request`; what is half-way signed in begins again.

    A session that another has ended meanwhile ends nothing but itself.
    """
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not constant_time_compare(request.session.get(HASH_SESSION_KEY, ""), locked.get_session_auth_hash()):
        request.session.flush()
        return
    person.sessions_ended = locked.sessions_ended + 1
    person.save(update_fields=["sessions_ended"])
    update_session_auth_hash(request, person)
