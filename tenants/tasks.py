"""Background work that belongs to no organisation."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from tenants import mail
from tenants.outbox import actions as outbox


@shared_task(name="tenants.sweep_outbox")
def sweep_outbox() -> None:
    """Nudge for every entry of the outbox that is due: the guarantee behind 'nothing is lost'."""
    outbox.sweep()


@shared_task(name="tenants.tidy")
def tidy() -> None:
    """Forget what was done long ago."""
    outbox.forget_done(timezone.now() - timedelta(days=30))


@shared_task(name="tenants.mail_invitation")
def mail_invitation(schema_name: str, dedupe_key: str) -> None:
    """Mail a new person the link with which they choose a password."""
    outbox.work(schema_name, dedupe_key, mail.send_invitation)


@shared_task(name="tenants.mail_password_reset")
def mail_password_reset(schema_name: str, dedupe_key: str) -> None:
    """Mail a person the link with which they choose a new password."""
    outbox.work(schema_name, dedupe_key, mail.send_password_reset)
