"""Background work on the outbox."""

from celery import shared_task

from tenants.outbox import actions as outbox
from tenants.outbox import troubles
from tenants.outbox.queries import ALERT


@shared_task(name="tenants.sweep_outbox")
def sweep_outbox() -> None:
    """Nudge for every entry of the outbox that is due: the guarantee behind 'nothing is lost'."""
    outbox.sweep()


@shared_task(name="tenants.watch_outbox")
def watch_outbox() -> None:
    """Tell administrators, once per trouble, of mail that does not go by itself."""
    troubles.watch()


@shared_task(name=ALERT)
def mail_outbox_trouble(schema_name: str, dedupe_key: str) -> None:
    """Mail an administrator that mail of their organisation waits."""
    outbox.work(schema_name, dedupe_key, troubles.send_trouble, topic=ALERT)


@shared_task(name="tenants.tidy")
def tidy() -> None:
    """Forget what was done long ago."""
    outbox.tidy()
