"""What the tests that send odd things share: one of each thing that an address may name, and who sends."""

import time
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.context import inside
from tenants.files import actions as files
from tenants.invitations.actions import invite, key_of
from tenants.models import LibraryMembership, Membership
from tests.fuzz.sending import Sender
from tickets.desk import actions as verbs
from tickets.models import Attachment, Ticket, TicketGrant


@pytest.fixture
def things(bisc, settings, tmp_path):
    """One of each thing that an address may name, by the name of the route or of the parameter."""
    settings.EMAIL_FILE_PATH = str(tmp_path)
    ticket, lead = Ticket.objects.get(number=bisc.ticket), bisc.actor("lead")
    verbs.answer(ticket=ticket, body="a", uploads=[SimpleUploadedFile("a.txt", b"a")], by=bisc.actor("colleague"))
    attachment = Attachment.objects.get(message__ticket=ticket)
    invitation = invite(
        email="nieuw@bisc.example", name="Nieuw", role="desk_lead", organisation=bisc.organisation, by=lead
    )
    colleague = LibraryMembership.objects.get(person=bisc.people["colleague"], library=bisc.library)
    role = Membership.objects.get(person=bisc.people["desk"], organisation=bisc.organisation)
    grant = TicketGrant.objects.first()
    yield SimpleNamespace(
        by_route={
            "end_role": role.pk,
            "end_library_role": colleague.pk,
            "colleague": colleague.pk,
            "withdraw_invitation": invitation.pk,
            "end_ticket_guest": grant.pk if grant else 1,
            "account_invitation": key_of(invitation),
            "ticket_attachment": attachment.key,
        },
        by_parameter={
            "provider_id": "nergens",
            "pk": 1,
            "key": attachment.key,
            "slug": "bisc",
            "code": "6.1",
            "colour": "0b6a6a",
            "uidb36": "1",
            "part": "library",
            "name": "resolved",
        },
        ticket=ticket.number,
        attachment=attachment,
    )
    files.forget(attachment.storage_name)


@pytest.fixture
def sender_of(client_of, things):
    """Return a sender for a person on a host, who gave the password just now."""

    def make(who: str | None, at: str) -> Sender:
        client = client_of(who, at)
        if who:
            with inside(None):
                session = client.session
                session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
                session.save()
        return Sender(client)

    return make
