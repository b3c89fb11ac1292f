"""Closing by time, organisation by organisation."""

from celery import shared_task
from django.utils import timezone

from tenants.everywhere import enqueue_everywhere, run_inside
from tickets.closing import actions


@shared_task(name="tickets.close_resolved_everywhere")
def close_resolved_everywhere() -> None:
    """Enqueue the closing of resolved tickets, one task per organisation."""
    enqueue_everywhere("tickets.close_resolved")


@shared_task(name="tickets.close_resolved")
def close_resolved(schema_name: str) -> None:
    """Close what was resolved long enough ago in one organisation."""
    run_inside(schema_name, lambda: actions.close_resolved(timezone.now()))
