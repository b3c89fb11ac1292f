"""Background work on the outbox."""

from celery import shared_task

from tenants.outbox import actions as outbox


@shared_task(name="tenants.sweep_outbox")
def sweep_outbox() -> None:
    """Nudge for every entry of the outbox that is due: the guarantee behind 'nothing is lost'."""
    outbox.sweep()


@shared_task(name="tenants.tidy")
def tidy() -> None:
    """Forget what was done long ago."""
    outbox.tidy()
