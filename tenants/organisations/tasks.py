"""Background work on organisations."""

from celery import shared_task

from tenants.organisations import making
from tenants.outbox import actions as outbox


@shared_task(name=making.TOPIC)
def make_organisation(schema_name: str, dedupe_key: str) -> None:
    """Make an organisation that was begun on a page."""
    outbox.work(schema_name, dedupe_key, making.make_asked, topic=making.TOPIC)
