"""Contents: the background work of tenants, found here by Celery."""

from tenants.idempotency.tasks import forget_answers
from tenants.invitations.tasks import mail_invitation
from tenants.organisations.tasks import make_organisation
from tenants.outbox.tasks import mail_outbox_trouble, sweep_outbox, tidy, watch_outbox
from tenants.signin.tasks import mail_password_reset
from tenants.signs.tasks import show_yourself

__all__ = [
    "forget_answers",
    "mail_invitation",
    "mail_outbox_trouble",
    "mail_password_reset",
    "make_organisation",
    "show_yourself",
    "sweep_outbox",
    "tidy",
    "watch_outbox",
]
