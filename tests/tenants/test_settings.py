"""Settings of an organisation."""

import pytest

from tenants.audit.models import AuditEntry
from tenants.models import Membership
from tenants.refusals import NotAllowed
from tenants.settings.actions import change_settings
from tenants.settings.models import OrganisationSettings
from tenants.settings.queries import changed_since, settings_of, version_of
from tests.browsing import form_with, press, send


def test_settings_default_own_and_back(cast):
    organisation, lead = cast.bisc.organisation, cast.bisc.actor("lead")
    assert settings_of(organisation).auto_close_days == 5
    change_settings(organisation=organisation, values={"auto_close_days": 3, "refused_endings": "bak"}, by=lead)
    assert (settings_of(organisation).auto_close_days, settings_of(organisation).refused_endings) == (3, "bak")
    assert settings_of(cast.cubiss.organisation).auto_close_days == 5
    change_settings(organisation=organisation, values={"auto_close_days": None}, by=lead)
    assert settings_of(organisation).auto_close_days == 5
    assert AuditEntry.objects.first().details == {"changes": {"auto_close_days": [3, None]}}


def test_the_version_of_settings_counts_their_own_changes_alone(cast):
    """It stands on the page: what others do with the whole installation must not show in it."""
    for days in (3, 4):
        cubiss = cast.cubiss.organisation
        change_settings(organisation=cubiss, values={"auto_close_days": days}, by=cast.cubiss.actor("lead"))
    assert version_of(cast.bisc.organisation) == 0
    bisc, lead = cast.bisc.organisation, cast.bisc.actor("lead")
    change_settings(organisation=bisc, values={"auto_close_days": 3}, by=lead)
    assert (version_of(bisc), version_of(cast.cubiss.organisation)) == (1, 2)
    assert changed_since(bisc, 1) == {} and set(changed_since(bisc, 0)) == {"auto_close_days"}


@pytest.mark.parametrize("value", ["0", "61", "-1", "x", "1e9"])
def test_settings_refuse_what_cannot_be(cast, client_of, value):
    response = client_of("bisc lead").post("/settings/", {"auto_close_days": value})
    assert response.status_code == 422 and f'value="{value}"' in response.content.decode()


def test_settings_page_saves(cast, client_of):
    answer = send(client_of("bisc lead"), "/settings/", "Opslaan", auto_close_days="7", refused_endings="Bak, tmp")
    assert answer.status_code == 302
    found = settings_of(cast.bisc.organisation)
    assert (found.auto_close_days, found.refused_endings) == (7, "bak tmp")
    changes = {"auto_close_days": [None, 7], "refused_endings": ["", "bak tmp"]}
    assert AuditEntry.objects.first().details == {"changes": changes}


@pytest.fixture
def second(cast):
    """Another administrator of BiSC: who is functional manager too."""
    person = cast.bisc.people["desk"]
    Membership.objects.create(person=person, organisation=cast.bisc.organisation, role="administrator")
    return person


def _opened(client):
    return form_with(client.get("/settings/"), "Opslaan", "/settings/")


def test_a_page_that_is_older_takes_nothing_of_a_colleagues_change(cast, second, client_of):
    first, other = client_of("bisc lead"), client_of("bisc desk")
    change_settings(organisation=cast.bisc.organisation, values={"refused_endings": "bak"}, by=cast.bisc.actor("lead"))
    older = _opened(other)
    answer = send(first, "/settings/", "Opslaan", refused_kinds=["archive"], refused_endings="bak tmp")
    assert answer.status_code == 302
    assert press(other, older, "Opslaan", auto_close_days="9").status_code == 302
    found = settings_of(cast.bisc.organisation)
    assert (found.refused_kinds, found.refused_endings, found.auto_close_days) == (["archive"], "bak tmp", 9)
    entry = AuditEntry.objects.first()
    assert (entry.actor, entry.details) == (second, {"changes": {"auto_close_days": [None, 9]}})


def test_the_same_setting_changed_by_two_is_shown_with_both_and_who(cast, second, client_of):
    first, other = client_of("bisc lead"), client_of("bisc desk")
    older = _opened(other)
    send(first, "/settings/", "Opslaan", auto_close_days="3", refused_kinds=["archive"])
    answer = press(other, older, "Opslaan", auto_close_days="9", refused_endings="bak")
    assert answer.status_code == 409
    rows = [(one.label, one.theirs, one.mine, one.who) for one in answer.context["clashes"]]
    assert rows == [("Werkdagen tot een opgeloste melding sluit", "3", "9", "Lead BiSC")]
    assert settings_of(cast.bisc.organisation).auto_close_days == 3
    # What was typed stands there, with what the colleague made of the rest; sent again, it is a decision.
    assert press(other, form_with(answer, "Opslaan", "/settings/"), "Opslaan").status_code == 302
    own = OrganisationSettings.objects.get(organisation=cast.bisc.organisation)
    assert (own.auto_close_days, own.refused_endings, own.refused_kinds) == (9, "bak", ["archive"])


def test_settings_that_clash_are_said_in_words(cast, second, client_of):
    first, other = client_of("bisc lead"), client_of("bisc desk")
    older = _opened(other)
    send(first, "/settings/", "Opslaan", refused_kinds=["archive", "macro"], auto_close_days="4")
    mine = {"refused_kinds": [], "auto_close_days": "6"}
    answer = press(other, older, "Opslaan", **mine)
    assert [(one.theirs, one.mine) for one in answer.context["clashes"]] == [
        ("4", "6"),
        ("een document met macro’s, een archief", "–"),
    ]
    assert settings_of(cast.bisc.organisation).refused_kinds == ["macro", "archive"]


def test_the_same_change_by_two_is_no_conflict(cast, second, client_of):
    first, other = client_of("bisc lead"), client_of("bisc desk")
    older = _opened(other)
    send(first, "/settings/", "Opslaan", auto_close_days="3")
    assert press(other, older, "Opslaan", auto_close_days="3").status_code == 302
    assert AuditEntry.objects.filter(action="settings.changed").count() == 1


def test_settings_show_what_is_in_force(cast, client_of):
    usual = ["program", "script", "installer", "shortcut", "disk"]
    assert _opened(client_of("bisc lead")).controls["refused_kinds"].holds == usual
    change_settings(organisation=cast.bisc.organisation, values={"refused_kinds": []}, by=cast.bisc.actor("lead"))
    assert _opened(client_of("bisc lead")).controls["refused_kinds"].holds == []


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


def test_a_setting_left_empty_is_the_cooperations_and_the_page_says_which(cast, client_of):
    client = client_of("bisc lead")
    assert send(client, "/settings/", "Opslaan", auto_close_days="7").status_code == 302
    assert send(client, "/settings/", "Opslaan", auto_close_days="").status_code == 302
    own = OrganisationSettings.objects.get(organisation=cast.bisc.organisation)
    assert (own.auto_close_days, settings_of(cast.bisc.organisation).auto_close_days) == (None, 5)
    page = client.get("/settings/").content.decode()
    field = page.partition('name="auto_close_days"')
    assert 'value="' not in field[2].partition(">")[0]
    assert page.count("Laat leeg voor de instelling van de samenwerking (5).") == 1
