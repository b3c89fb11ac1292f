from celery import shared_task

from agenda.figures.actions import keep


@shared_task(name="agenda.prepare_steering")
def prepare_steering() -> None:
    """Keep the figures: so a page need not count."""
    keep()
