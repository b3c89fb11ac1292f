"""Giving the warnings whose moment has come, organisation by organisation, and mailing them."""

import logging

from celery import shared_task
from django.utils import timezone

from tenants.context import NoOrganisation
from tenants.everywhere import enqueue_everywhere, run_inside
from tenants.outbox import actions as outbox
from tickets.warnings.mailing import send_warning
from tickets.warnings.ringing import TOPIC, ring

log = logging.getLogger("samenbeheer.warnings")


@shared_task(name="tickets.warn_everywhere")
def warn_everywhere() -> None:
    """Enqueue the warnings of this minute, one task per organisation."""
    enqueue_everywhere("tickets.warn")


@shared_task(name="tickets.warn")
def warn(schema_name: str) -> None:
    """Give the warnings of one organisation whose moment has come."""
    run_inside(schema_name, lambda: ring(timezone.now()))


@shared_task(name=TOPIC)
def mail_warning(schema_name: str, dedupe_key: str) -> None:
    """Mail the warning of this entry of the outbox."""
    try:
        outbox.work(schema_name, dedupe_key, send_warning, topic=TOPIC)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing sent", schema_name)
