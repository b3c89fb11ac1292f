"""What beat asks of each queue every minute, so that its worker ends a task and thereby gives a sign of life."""

from celery import shared_task


@shared_task(name="tenants.show_yourself")
def show_yourself() -> None:
    """Nothing: that it was done is the sign (config/celery.py)."""
