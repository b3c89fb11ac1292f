"""The mail of an invitation: where its link leads, for how long, and when there is none."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tenants.invitations.actions import invite, key_of
from tenants.models import Invitation, OutboxEntry
from tenants.tasks import mail_invitation


def _invite(house, **more):
    same = {"email": "nieuw@bisc.example", "name": "Nieuwe collega", "role": "functional_manager"}
    return invite(**same, **more, organisation=house.organisation, by=house.actor("lead"))


def _path(invitation) -> str:
    return f"/account/invitation/{key_of(invitation)}/"


@pytest.mark.parametrize(
    ("language", "says"),
    [("nl", "de link werkt één keer, binnen 14 dagen"), ("en", "the link works once, within 14 days")],
)
def test_the_mail_has_a_link_to_the_common_host_for_as_long_as_it_says(cast, client_of, language, says):
    invitation = _invite(cast.bisc, language=language)
    mail_invitation("public", OutboxEntry.objects.get(topic="tenants.mail_invitation").dedupe_key)
    (message,) = mail.outbox
    assert says in message.body
    links = [word for word in message.body.split() if "://" in word]
    assert links == [f"http://samenbeheer.localhost:8000{_path(invitation)}"]
    for left, status in ((timedelta(minutes=1), 200), (timedelta(0), 404)):
        Invitation.objects.update(expires_at=timezone.now() + left)
        assert client_of(None, "").get(_path(invitation)).status_code == status


def test_an_invitation_that_was_taken_back_is_not_mailed(cast, client_of):
    _invite(cast.bisc)
    Invitation.objects.update(ended_at=timezone.now())
    mail_invitation("public", OutboxEntry.objects.get(topic="tenants.mail_invitation").dedupe_key)
    assert mail.outbox == []
