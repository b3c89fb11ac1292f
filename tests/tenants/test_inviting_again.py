"""Who has a role at a place already is not invited to it again, and the inviter reads who that is."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from tenants.invitations import actions
from tenants.models import Invitation


def test_who_has_the_role_there_already_is_not_invited_again(bisc):
    def invite(who, **values):
        email = bisc.people[who].email.upper()
        return actions.invite(email=email, name="X Y", organisation=bisc.organisation, by=bisc.actor("lead"), **values)

    for who, place, values in (
        ("desk", "BiSC", {"role": "functional_manager"}),
        ("colleague", bisc.library.name, {"role": "colleague", "library": bisc.library}),
    ):
        with pytest.raises(ValidationError) as refused:
            invite(who, **values)
        assert refused.value.message_dict == {"email": [f"{bisc.people[who].name} heeft deze rol bij {place} al."]}
    assert not Invitation.objects.exists()
    assert invite("colleague", role="key_user", library=bisc.library).pk


def test_who_has_the_role_elsewhere_alone_is_invited_and_not_named(cast, bisc):
    """At another library here, or another organisation."""
    values = {"name": "X Y", "organisation": bisc.organisation, "by": bisc.actor("lead")}
    desk, neighbour = cast.cubiss.people["desk"], bisc.people["neighbour"]
    assert actions.invite(email=desk.email, role="functional_manager", **values).pk
    assert actions.invite(email=neighbour.email, role="colleague", library=bisc.library, **values).pk


def test_invited_again_after_it_expired_they_read_their_own_language(bisc, client_of):
    old = actions.invite(
        **{"email": "new@bisc.example", "name": "New", "role": "desk_lead", "language": "en"},
        **{"organisation": bisc.organisation, "by": bisc.actor("lead")},
    )
    long_ago = timezone.now() - timedelta(days=20)
    Invitation.objects.filter(pk=old.pk).update(created_at=long_ago, expires_at=long_ago + timedelta(days=14))
    assert client_of("bisc lead").post(f"/people/invitations/{old.pk}/again/").status_code == 302
    assert Invitation.objects.unanswered().get().language == "en"


def test_a_key_user_reads_and_takes_back_what_was_sent_for_the_own_library_alone(bisc, client_of):
    for who, library in (("een", bisc.library), ("twee", bisc.other_library)):
        actions.invite(
            **{"email": f"{who}@nieuw.example", "name": "Nieuw", "role": "colleague", "library": library},
            **{"organisation": bisc.organisation, "by": bisc.actor("lead")},
        )
    client = client_of("bisc keyuser")
    page = client.get("/colleagues/").content.decode()
    assert ("een@nieuw.example" in page, "twee@nieuw.example" in page) == (True, False)
    other = Invitation.objects.get(email="twee@nieuw.example")
    assert client.post(f"/people/invitations/{other.pk}/withdraw/").status_code == 404
    assert Invitation.objects.unanswered().count() == 2
