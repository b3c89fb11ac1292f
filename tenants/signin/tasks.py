"""Background work on signing in."""

from celery import shared_task

from tenants.context import inside
from tenants.outbox import actions as outbox
from tenants.signin import mail
from tenants.signin.sessions import SessionStore


@shared_task(name="tenants.mail_password_reset")
def mail_password_reset(schema_name: str, dedupe_key: str) -> None:
    """Mail a person the link with which they choose a new password."""
    outbox.work(schema_name, dedupe_key, mail.send_password_reset, topic="tenants.mail_password_reset")


@shared_task(name="tenants.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions that expired."""
    with inside(None):
        SessionStore.clear_expired()
