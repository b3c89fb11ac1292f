"""Making an organisation in the background: a worker asks a process that owns the tables to do it."""

import os
import subprocess
import sys

from django.conf import settings
from django.utils import timezone

from tenants.models import Organisation, OutboxEntry
from tenants.organisations import schemas
from tenants.organisations.queries import by_slug, common_row
from tenants.outbox import actions as outbox

SECONDS = 90  # below the limit of a task
TOPIC = "tenants.make_organisation"


class NeedsTheOwner(RuntimeError):
    """This process may not make tables: somebody has to run `manage.py upgrade` where the owner is known."""


class NotMade(RuntimeError):
    """The making failed; the log of the worker says with what."""


def ask(organisation: Organisation) -> None:
    """Have an organisation that was begun made in the background; asked again within a minute it is asked once."""
    outbox.put(
        organisation=common_row(),
        topic=TOPIC,
        address=f"organisation {organisation.slug}",
        dedupe_key=f"make {organisation.slug} {timezone.now():%Y-%m-%dT%H:%M}",
    )


def asked(organisation: Organisation) -> OutboxEntry | None:
    """Return the last time that it was asked to make this organisation, with the cause of its failure if it failed."""
    mine = OutboxEntry.objects.filter(topic=TOPIC, address=f"organisation {organisation.slug}")
    return mine.order_by("-created_at", "-pk").first()


def make_asked(entry: OutboxEntry) -> None:
    """Make the organisation of this entry, in a process of its own; one that is ready by now is left alone.

    Raises NeedsTheOwner where only the role of the application is known, NotMade when the making failed.
    """
    organisation = by_slug(entry.address.removeprefix("organisation "))
    if organisation is None or organisation.ready:
        return
    if not owner_is_known():
        raise NeedsTheOwner
    done = subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "make_organisations"],
        env={**os.environ, "SAMENBEHEER_MODE": settings.MODE},
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise NotMade


def owner_is_known() -> bool:
    """May tables be made from here: is there the address of their owner, or are we the owner?"""
    return bool(settings.OWNER_IS_KNOWN) or schemas.may_make()
