"""The mail of an invitation; its link lies on the common host."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from tenants.context import common_organisation
from tenants.invitations.actions import key_of
from tenants.models import Invitation, OutboxEntry
from tenants.organisations.queries import address_of
from tenants.outbox.headers import headers_of


def link_of(invitation: Invitation) -> str:
    """Return the address on the common host at which an invitation is accepted."""
    path = reverse("account_invitation", kwargs={"key": key_of(invitation)}, urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    return address_of(common_organisation(), path)


def send_invitation(entry: OutboxEntry) -> None:
    """Mail the invitation of this entry; one that was accepted or taken back meanwhile is not mailed."""
    pk = int(entry.address.removeprefix("invitation "))
    invitation = Invitation.objects.open(timezone.now()).filter(pk=pk).first()
    if invitation is None:
        return
    with translation.override(invitation.language):
        context = {"name": invitation.name, "link": link_of(invitation)}
        EmailMessage(
            subject=render_to_string("tenants/mail/invitation_subject.txt", context).strip(),
            body=render_to_string("tenants/mail/invitation_body.txt", context),
            to=[invitation.email],
            headers=headers_of(entry),
        ).send()
