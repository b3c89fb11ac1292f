"""Mailing whoever has to hear of one event."""

import logging

from celery import shared_task

from tenants.context import NoOrganisation
from tenants.outbox import actions as outbox
from tickets.events import NOTICES
from tickets.notices.actions import send_notices

log = logging.getLogger("samenbeheer.notices")


@shared_task(name=NOTICES)
def notify(schema_name: str, dedupe_key: str) -> None:
    """Mail whoever has to hear of the event of this entry of the outbox."""
    try:
        outbox.work(schema_name, dedupe_key, send_notices, topic=NOTICES)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing sent", schema_name)
