"""Telling administrators, once per trouble, that mail of their organisation does not go by itself."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants.access import administrators_of
from tenants.context import inside
from tenants.models import Organisation, Person
from tenants.organisations.queries import address_of, common_row
from tenants.outbox.actions import put
from tenants.outbox.headers import headers_of
from tenants.outbox.models import OutboxEntry, OutboxTrouble
from tenants.outbox.queries import ALERT, trouble_by_organisation


def watch(at: datetime | None = None) -> int:
    """End the troubles that are over and begin those that are new, each with a mail to who sees to it; return how many.

    A trouble is one from the first entry that needs somebody until there is none, however many come meanwhile.
    """
    now = at or timezone.now()
    with inside(None):
        found = trouble_by_organisation(now)
        OutboxTrouble.objects.filter(ended_at=None).exclude(organisation__in=found).update(ended_at=now)
        open_ones = OutboxTrouble.objects.filter(ended_at=None).values("organisation")
        new = Organisation.objects.filter(pk__in=found).exclude(pk__in=open_ones)
        return sum(_begin(organisation, now) for organisation in new)


def _begin(organisation: Organisation, at: datetime) -> bool:
    try:
        with transaction.atomic():
            trouble = OutboxTrouble.objects.create(organisation=organisation, began_at=at)
            for person in _told(organisation):
                put(
                    organisation=organisation,
                    topic=ALERT,
                    address=f"trouble {trouble.pk} person {person.pk}",
                    dedupe_key=f"{ALERT} {trouble.pk} {person.pk}",
                )
    except IntegrityError as error:
        if "outbox_one_trouble_at_a_time" not in str(error):
            raise
        return False  # another watcher was first, and tells
    return True


def _told(organisation: Organisation):
    """Return who sees to the outbox of `organisation`: its administrators, or else those of the platform."""
    own = administrators_of(organisation)
    return own if own.exists() else administrators_of(common_row())


def send_trouble(entry: OutboxEntry) -> None:
    """Mail the administrator of this entry that mail waits; not when the trouble, or their role, ended meanwhile."""
    _word, trouble_pk, _word, person_pk = entry.address.split()
    trouble = OutboxTrouble.objects.filter(pk=trouble_pk, ended_at=None).select_related("organisation").first()
    person = Person.objects.filter(pk=person_pk, is_active=True).first()
    if trouble is None or person is None:
        return
    organisation = trouble.organisation
    if not _told(organisation).filter(pk=person.pk).exists():
        return
    given_up, late = trouble_by_organisation(timezone.now()).get(organisation.pk, (0, 0))
    own = not organisation.is_common and administrators_of(organisation).filter(pk=person.pk).exists()
    host, urls = (organisation, settings.ROOT_URLCONF) if own else (common_row(), settings.PUBLIC_SCHEMA_URLCONF)
    with translation.override(person.language):
        context = {
            "person": person,
            "organisation": organisation,
            "given_up": given_up,
            "late": late,
            "link": address_of(host, reverse("outbox", urlconf=urls)),
        }
        EmailMessage(
            subject=render_to_string("tenants/mail/outbox_trouble_subject.txt", context).strip(),
            body=render_to_string("tenants/mail/outbox_trouble_body.txt", context),
            to=[person.email],
            headers=headers_of(entry),
        ).send()
