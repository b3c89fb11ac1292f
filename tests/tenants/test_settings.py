"""Settings of an organisation."""

import pytest

from tenants.audit.models import AuditEntry
from tenants.refusals import NotAllowed
from tenants.settings.actions import change_settings
from tenants.settings.queries import settings_of


def test_settings_default_own_and_back(cast):
    organisation, lead = cast.bisc.organisation, cast.bisc.actor("lead")
    assert settings_of(organisation).auto_close_days == 5
    change_settings(organisation=organisation, values={"auto_close_days": 3, "good_friday_free": True}, by=lead)
    assert (settings_of(organisation).auto_close_days, settings_of(organisation).good_friday_free) == (3, True)
    assert settings_of(cast.cubiss.organisation).auto_close_days == 5
    change_settings(organisation=organisation, values={"auto_close_days": None}, by=lead)
    assert settings_of(organisation).auto_close_days == 5
    assert AuditEntry.objects.first().details == {"changes": {"auto_close_days": [3, None]}}


@pytest.mark.parametrize("value", ["0", "61", "-1", "x", "1e9"])
def test_settings_refuse_what_cannot_be(cast, client_of, value):
    response = client_of("bisc lead").post("/settings/", {"auto_close_days": value})
    assert response.status_code == 422 and f'value="{value}"' in response.content.decode()


def test_settings_page_saves(cast, client_of):
    client = client_of("bisc lead")
    data = {"auto_close_days": "7", "liberation_day_free": "False", "good_friday_free": "", "time_zone": ""}
    assert client.post("/settings/", data).status_code == 302
    found = settings_of(cast.bisc.organisation)
    assert (found.auto_close_days, found.liberation_day_free, found.good_friday_free) == (7, False, False)


@pytest.mark.parametrize("who", ["desk", "keyuser", "director", "guest"])
def test_only_an_administrator_changes_settings(cast, who):
    house = cast.cubiss if who == "guest" else cast.bisc
    with pytest.raises(NotAllowed):
        change_settings(organisation=cast.bisc.organisation, values={"auto_close_days": 3}, by=house.actor(who))
    with pytest.raises(NotAllowed):
        change_settings(
            organisation=cast.bisc.organisation, values={"auto_close_days": 3}, by=cast.cubiss.actor("lead")
        )
    assert settings_of(cast.bisc.organisation).auto_close_days == 5
