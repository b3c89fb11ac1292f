"""Contents: the background work of tenants, found here by Celery."""

from tenants.idempotency.tasks import forget_answers
from tenants.invitations.tasks import mail_invitation
from tenants.outbox.tasks import sweep_outbox, tidy
from tenants.signin.tasks import mail_password_reset
from tenants.signs.tasks import show_yourself

__all__ = ["forget_answers", "mail_invitation", "mail_password_reset", "show_yourself", "sweep_outbox", "tidy"]
