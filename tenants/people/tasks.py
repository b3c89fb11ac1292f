"""Background work on people."""

from celery import shared_task

from tenants.outbox import actions as outbox
from tenants.signin import mail


@shared_task(name="tenants.mail_invitation")
def mail_invitation(schema_name: str, dedupe_key: str) -> None:
    """Mail a new person the link with which they choose a password."""
    outbox.work(schema_name, dedupe_key, mail.send_invitation)
