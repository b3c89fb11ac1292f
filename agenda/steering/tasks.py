from celery import shared_task

from agenda.figures.actions import keep
from agenda.steering.pictures import draw_ahead


@shared_task(name="agenda.prepare_steering")
def prepare_steering() -> None:
    """Keep the figures, and draw the picture of those that run: so a page need neither count nor draw."""
    keep()
    draw_ahead()
