from celery import shared_task

from agenda.figures.actions import keep


@shared_task(name="agenda.keep_figures")
def keep_figures() -> None:
    """Keep figures, so that a page need not count them."""
    keep()
