"""Who has a role at a place already is not invited to it again, and the inviter reads who that is."""

import pytest
from django.core.exceptions import ValidationError

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
