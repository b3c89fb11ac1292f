"""Warning of contracts and hours cards, organisation by organisation."""

import logging

from celery import shared_task
from django.utils import timezone

from tenants.context import NoOrganisation
from tenants.everywhere import enqueue_everywhere, run_inside
from tenants.outbox import actions as outbox
from tickets.contracts import alerts

log = logging.getLogger("samenbeheer.contracts")


@shared_task(name="tickets.warn_of_contracts_everywhere")
def warn_of_contracts_everywhere() -> None:
    """Enqueue the warnings of today, one task per organisation."""
    enqueue_everywhere("tickets.warn_of_contracts")


@shared_task(name="tickets.warn_of_contracts")
def warn_of_contracts(schema_name: str) -> None:
    """Write the warnings of today of one organisation."""
    run_inside(schema_name, lambda: alerts.warn_of_contracts(timezone.now()))


@shared_task(name=alerts.TOPIC)
def mail_contract_warning(schema_name: str, dedupe_key: str) -> None:
    """Mail the warning of this entry of the outbox."""
    try:
        outbox.work(schema_name, dedupe_key, alerts.send_warning, topic=alerts.TOPIC)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing sent", schema_name)
