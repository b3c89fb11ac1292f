"""Two who change one result: what clashes, what goes on, and that nothing typed is lost."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from agenda.history.queries import events_of
from agenda.work import actions
from agenda.work.models import WorkItem
from tenants.models import Organisation
from tenants.refusals import Conflict, Stale
from tests.agenda.pages import FORM, words_of


def test_a_report_does_not_stand_in_the_way_of_the_title(cast, client_of, item, acts):
    data = {**FORM, "lead": cast.bisc.organisation.pk, "version": 1, "title": "Andere titel"}
    actions.report_progress(item=item, text="x", progress=40, status="at_risk", by=acts("bisc lead"), base_version=1)
    assert client_of("manager", "").post("/agenda/1/edit/", data).status_code == 302
    found = WorkItem.objects.values_list("title", "progress", "status", "version").get()
    assert found == ("Andere titel", 40, "at_risk", 3)


def test_a_field_that_was_not_touched_keeps_what_a_colleague_made_of_it(cast, item, acts):
    by = acts("manager")
    actions.change_item(item=item, changes={"title": "Van de ander", "theme": "cost"}, by=by)
    seen = {"title": "Gezamenlijke servicedesk", "theme": "integration", "description": "Van mij"}
    actions.change_item(item=item, changes=seen, base_version=1, by=by)
    found = WorkItem.objects.values_list("title", "theme", "description").get()
    assert found == ("Van de ander", "cost", "Van mij")
    assert events_of("W1").first().payload.changed == ["description"]


# The title was A at version 1, B at 2 and C at 3; who saw this version and asks for this title gets:
SEEN = [
    (1, "D", "clash"),
    (2, "D", "clash"),
    (3, "D", "D"),
    (3, "B", "B"),
    (2, "B", "C"),  # as it was seen: not touched
    (1, "A", "C"),
    (1, "B", "clash"),
    (1, "C", "C"),  # both want the same
    (2, "A", "clash"),
    (0, "D", "clash"),  # there never was such a version
    (0, "A", "clash"),
    (-1, "D", "clash"),
    (4, "D", "clash"),
    (99, "A", "clash"),
    (None, "D", "D"),  # who saw no version, decides
]


@pytest.mark.parametrize(("version", "asked", "becomes"), SEEN)
def test_a_title_conflicts_only_when_it_changed_since_it_was_seen(put, acts, version, asked, becomes):
    by, item = acts("manager"), put("A")
    for title in ("B", "C"):
        actions.change_item(item=item, changes={"title": title}, by=by)
    if becomes == "clash":
        with pytest.raises(Stale) as refusal:
            actions.change_item(item=item, changes={"title": asked, "theme": "cost"}, base_version=version, by=by)
        (clash,) = refusal.value.clashes
        assert (clash.name, clash.now, clash.who) == ("title", "C", "Kwartiermaker")
        assert (refusal.value.fields, refusal.value.version) == (["title"], 3)
        becomes = "C"
    else:
        actions.change_item(item=item, changes={"title": asked}, base_version=version, by=by)
    assert WorkItem.objects.get(pk=item.pk).title == becomes


REPORTED_SINCE = [
    (1, 40, "on_track", None),
    (1, 30, "on_track", ["progress"]),
    (1, 0, "on_track", ["progress"]),  # a report says how it stands, also what it leaves
    (1, 40, "at_risk", None),
    (2, 30, "on_track", None),
    (0, 40, "at_risk", ["status"]),
    (9, 30, "on_track", ["progress"]),
    (9, 40, "at_risk", ["status"]),  # there never was such a version: nothing of it was seen
    (None, 0, "on_track", None),
]


@pytest.mark.parametrize(("version", "progress", "status", "clash"), REPORTED_SINCE)
def test_a_report_conflicts_when_how_it_stands_is_not_as_it_was_seen(item, acts, version, progress, status, clash):
    by = acts("manager")
    actions.report_progress(item=item, text="a", progress=40, status="on_track", by=by)
    values = {"text": "b", "progress": progress, "status": status, "base_version": version, "by": by}
    if clash:
        with pytest.raises(Stale) as refusal:
            actions.report_progress(item=item, **values)
        assert refusal.value.fields == clash
        assert WorkItem.objects.values_list("progress", "version").get() == (40, 2)
    else:
        actions.report_progress(item=item, **values)
        assert WorkItem.objects.values_list("progress", "status", "version").get() == (progress, status, 3)


@pytest.mark.parametrize("version", [-1, 0, 2])
def test_of_a_version_that_never_was_nothing_was_seen(item, acts, version):
    """Also what stands since the beginning clashes."""
    with pytest.raises(Stale) as refusal:
        actions.change_item(item=item, changes={"theme": "cost"}, base_version=version, by=acts("manager"))
    assert (refusal.value.fields, WorkItem.objects.get().theme) == (["theme"], "integration")


def test_the_second_sees_both_versions_and_saving_again_decides(cast, client_of, item, acts):
    manager = client_of("manager", "")
    mine = {**FORM, "lead": cast.bisc.organisation.pk, "version": 1, "title": "Van mij", "theme": "integration"}
    mine = {**mine, "planned_to": "2026-12-31", "contributors": ["bisc", "cubiss"]}
    changes = {"title": "Van de ander", "description": "Van de ander", "planned_to": date(2027, 3, 31)}
    actions.change_item(item=item, changes=changes, contributors=[cast.bisc.organisation], by=acts("bisc lead"))
    response = manager.post("/agenda/1/edit/", mine)
    page, words = response.content.decode(), words_of(response)
    assert response.status_code == 409
    assert "Zoals" not in words.split("Resultaat")[0]
    clash = words.partition("Iemand anders heeft intussen hetzelfde gewijzigd.")[2].partition("Wat is er als het")[0]
    assert re.search(r"Resultaat zoals het nu is, door Lead BiSC, .* Van de ander zoals u het typte Van mij", clash)
    assert "31 mrt 2027" not in clash  # not touched, so no clash
    for now in ('value="Van mij"', 'value="2027-03-31"', 'name="version" value="2"'):
        assert now in page
    assert re.search(r'value="bisc"[^>]*checked', page) and not re.search(r'value="cubiss"[^>]*checked', page)
    assert manager.post("/agenda/1/edit/", {**mine, "version": 2}).status_code == 302
    item.refresh_from_db()
    assert item.title == "Van mij"


def test_a_contribution_that_two_change(cast, client_of, item, acts):
    part = item.contributions.select_related("item").get(organisation=cast.cubiss.organisation)
    actions.change_contribution(contribution=part, changes={"description": "Bellen"}, by=acts("bisc lead"))
    data = {"description": "Wij testen", "status": "at_risk", "version": 1}
    response = client_of("cubiss desk", "").post("/agenda/1/contributions/cubiss/", data)
    words = words_of(response)
    assert response.status_code == 409 and 'name="version" value="2"' in response.content.decode()
    assert re.search(r"Cubiss: bijdrage zoals het nu is, door Lead BiSC, .* Bellen zoals u het typte Wij testen", words)
    assert (
        client_of("cubiss desk", "").post("/agenda/1/contributions/cubiss/", {**data, "version": 2}).status_code == 302
    )
    part.refresh_from_db()
    assert (part.description, part.status) == ("Wij testen", "at_risk")
    untouched = {"description": "Wij testen", "status": "off_track", "version": 3}
    actions.change_contribution(contribution=part, changes={"description": "Anders"}, by=acts("bisc lead"))
    assert client_of("cubiss lead", "").post("/agenda/1/contributions/cubiss/", untouched).status_code == 302
    part.refresh_from_db()
    assert (part.description, part.status) == ("Anders", "off_track")


def test_a_report_that_two_make_shows_both_and_keeps_the_text(client_of, item, acts):
    actions.report_progress(item=item, text="a", progress=40, status="on_track", by=acts("manager"))
    data = {"text": "Lang verhaal", "progress": "30", "status": "on_track", "version": 1}
    response = client_of("bisc lead", "").post("/agenda/1/progress/", data)
    words = words_of(response)
    assert response.status_code == 409
    assert re.search(r"Voortgang \(%\) zoals het nu is, door Kwartiermaker, .* 40 % zoals u het typte 30 %", words)
    page = response.content.decode()
    assert "Lang verhaal" in page and 'name="version" value="2"' in page and 'name="progress" value="30"' in page
    assert client_of("bisc lead", "").post("/agenda/1/progress/", {**data, "version": 2}).status_code == 302


def test_a_contribution_that_is_gone_says_so(item, acts):
    part = item.contributions.select_related("item", "organisation").get(organisation__slug="cubiss")
    actions.change_item(item=item, changes={}, contributors=[], by=acts("manager"))
    with pytest.raises(Conflict) as refusal:
        actions.change_contribution(contribution=part, changes={"description": "x"}, by=acts("manager"))
    assert refusal.value.detail


# --- contributions ---


def test_contributors_come_and_go_and_what_they_said_stays_in_the_history(cast, item, acts):
    by, bisc, cubiss = acts("manager"), cast.bisc.organisation, cast.cubiss.organisation
    part = item.contributions.select_related("item").get(organisation=cubiss)
    actions.change_contribution(contribution=part, changes={"description": "Bellen", "status": "at_risk"}, by=by)
    actions.change_item(item=item, changes={}, contributors=[bisc], by=by)
    event = events_of("W1").first()
    assert event.payload.before == {
        "contributors": ["bisc", "cubiss"],
        "cubiss/description": "Bellen",
        "cubiss/status": "at_risk",
    }
    assert event.payload.after == {"contributors": ["bisc"], "cubiss/description": None, "cubiss/status": None}
    actions.change_item(item=item, changes={}, contributors=[bisc, cubiss], by=by)
    again = item.contributions.select_related("item").get(organisation=cubiss)
    assert (again.description, again.status) == ("", "on_track")
    with pytest.raises(Stale):
        actions.change_contribution(contribution=again, changes={"status": "off_track"}, base_version=2, by=by)
    assert actions.change_contribution(contribution=again, changes={"status": "off_track"}, base_version=4, by=by)


def test_what_an_ended_organisation_did_stays_when_an_item_is_saved(cast, item, acts):
    Organisation.objects.filter(slug="cubiss").update(from_on="2024-01-01", until_on="2025-12-31")
    actions.change_item(item=item, changes={}, contributors=[], base_version=item.version, by=acts("manager"))
    assert [one.organisation.slug for one in item.contributions.all()] == ["cubiss"]


@pytest.mark.parametrize(
    ("values", "fields"),
    [({"description": "x" * 401}, ["description"]), ({"status": "x"}, ["status"]), ({"status": None}, ["status"])],
)
def test_a_contribution_that_cannot_be_is_refused(item, acts, values, fields):
    part = item.contributions.select_related("item").first()
    with pytest.raises(ValidationError) as refusal:
        actions.change_contribution(contribution=part, changes=values, by=acts("manager"))
    assert sorted(refusal.value.message_dict) == fields
    assert WorkItem.objects.get().version == 1


# --- lists ---
