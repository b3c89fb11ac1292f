"""Background work of the desk. The schema name comes first; an unknown one is logged and nothing runs."""

import logging

from celery import current_app, shared_task
from django.utils import timezone

from tenants.context import NoOrganisation, each_organisation, inside, organisation_by_schema
from tenants.outbox import actions as outbox
from tickets import housekeeping
from tickets.notices.actions import send_notices

log = logging.getLogger("samenbeheer.tickets")


@shared_task(name="tickets.notify")
def notify(schema_name: str, dedupe_key: str) -> None:
    """Mail whoever has to hear of one event."""
    try:
        outbox.work(schema_name, dedupe_key, send_notices)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing sent", schema_name)


@shared_task(name="tickets.close_resolved_everywhere")
def close_resolved_everywhere() -> None:
    """Enqueue the closing of resolved tickets, one task per organisation."""
    for organisation in each_organisation():
        current_app.send_task("tickets.close_resolved", args=[organisation.schema_name])


@shared_task(name="tickets.close_resolved")
def close_resolved(schema_name: str) -> None:
    """Close what was resolved long enough ago in one organisation."""
    try:
        organisation = organisation_by_schema(schema_name)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing closed", schema_name)
        return
    with inside(organisation):
        housekeeping.close_resolved(timezone.now())


@shared_task(name="tickets.check_drift_everywhere")
def check_drift_everywhere() -> None:
    """Enqueue the nightly comparison of snapshots with tickets, one task per organisation."""
    for organisation in each_organisation():
        current_app.send_task("tickets.check_drift", args=[organisation.schema_name])


@shared_task(name="tickets.check_drift")
def check_drift(schema_name: str) -> None:
    """Compare the snapshots of one organisation with its tickets, report drift, and tidy what may go."""
    try:
        organisation = organisation_by_schema(schema_name)
    except NoOrganisation:
        log.error("no organisation with schema %s; nothing checked", schema_name)
        return
    with inside(organisation):
        housekeeping.check_drift()
        housekeeping.tidy(timezone.now())
