"""Counting what the desk sorted, organisation by organisation."""

from celery import shared_task

from tenants.everywhere import enqueue_everywhere, run_inside
from tickets.proposals import actions


@shared_task(name="tickets.count_sorted_everywhere")
def count_sorted_everywhere() -> None:
    """Enqueue the counting, one task per organisation."""
    enqueue_everywhere("tickets.count_sorted")


@shared_task(name="tickets.count_sorted")
def count_sorted(schema_name: str) -> None:
    """Count what was sorted in one organisation since the last time."""
    run_inside(schema_name, actions.count_sorted)
