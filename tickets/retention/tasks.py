"""Retention every night, organisation by organisation; no other nightly task can stop it."""

from celery import shared_task
from django.utils import timezone

from tenants.everywhere import enqueue_everywhere, run_inside
from tickets.retention import actions


@shared_task(name="tickets.purge_attachments_everywhere")
def purge_attachments_everywhere() -> None:
    """Enqueue the purge of files with patron data, one task per organisation."""
    enqueue_everywhere("tickets.purge_attachments")


@shared_task(name="tickets.purge_attachments")
def purge_attachments(schema_name: str) -> None:
    """Delete the files of one organisation whose day has come."""
    run_inside(schema_name, lambda: actions.purge_attachments(timezone.now()))


@shared_task(name="tickets.tidy_bytes_everywhere")
def tidy_bytes_everywhere() -> None:
    """Enqueue the tidying of stored bytes, one task per organisation."""
    enqueue_everywhere("tickets.tidy_bytes")


@shared_task(name="tickets.tidy_bytes")
def tidy_bytes(schema_name: str) -> None:
    """Delete the bytes of one organisation that no row knows."""
    run_inside(schema_name, lambda: actions.tidy_bytes(timezone.now()))
