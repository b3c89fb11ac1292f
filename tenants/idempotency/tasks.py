"""Background work on answered requests."""

from celery import shared_task
from django.utils import timezone

from tenants.context import inside
from tenants.idempotency import actions


@shared_task(name="tenants.forget_answers")
def forget_answers() -> None:
    """Forget the answers to requests of more than 24 hours ago."""
    with inside(None):
        actions.forget_answers(timezone.now())
