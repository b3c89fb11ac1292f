"""Reckoning clocks again, organisation by organisation."""

from celery import shared_task

from tenants.everywhere import enqueue_everywhere, run_inside
from tickets.clocks import actions
from tickets.rules.stamp import RECKONING


@shared_task(name="tickets.reckon_everywhere")
def reckon_everywhere() -> None:
    """Enqueue the reckoning of what is not reckoned yet, one task per organisation."""
    enqueue_everywhere(RECKONING)


@shared_task(name=RECKONING)
def reckon(schema_name: str) -> None:
    """Reckon what is open in one organisation again, as far as the rules changed since or time passed."""
    run_inside(schema_name, actions.reckon_again)
    run_inside(schema_name, actions.mark_late)


@shared_task(name="tickets.begin_day_everywhere")
def begin_day_everywhere() -> None:
    """Enqueue the beginning of a day, one task per organisation."""
    enqueue_everywhere("tickets.begin_day")


@shared_task(name="tickets.begin_day")
def begin_day(schema_name: str) -> None:
    """Let all that is open in one organisation be reckoned again by the rules of today."""
    run_inside(schema_name, actions.begin_day)
