"""Background work on invitations."""

from celery import shared_task

from tenants.invitations import mail
from tenants.outbox import actions as outbox


@shared_task(name="tenants.mail_invitation")
def mail_invitation(schema_name: str, dedupe_key: str) -> None:
    """Mail somebody who is invited the link with which they accept."""
    outbox.work(schema_name, dedupe_key, mail.send_invitation, topic="tenants.mail_invitation")
