"""The nightly comparison of snapshots with tickets, organisation by organisation."""

from celery import shared_task

from tenants.everywhere import enqueue_everywhere, run_inside
from tickets.snapshots import actions


@shared_task(name="tickets.check_drift_everywhere")
def check_drift_everywhere() -> None:
    """Enqueue the comparison, one task per organisation."""
    enqueue_everywhere("tickets.check_drift")


@shared_task(name="tickets.check_drift")
def check_drift(schema_name: str) -> None:
    """Compare the snapshots of one organisation with its tickets, and report drift."""
    run_inside(schema_name, actions.check_drift)
