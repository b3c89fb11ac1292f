"""The work agenda: who reads, what a result may be, two who change it, the lists, and what happened in words."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from agenda.history.queries import events_of
from agenda.work import actions
from agenda.work.models import PolicyGoal, WorkItem
from agenda.work.queries import axis, tally
from agenda.work.tags import thousandths
from agenda.work.words import Words
from tenants.models import Organisation
from tenants.refusals import Conflict, NotAllowed, Stale

PEOPLE = [
    *("manager", "member", "reader", "platform", "bisc lead", "bisc desk", "bisc seated", "cubiss lead", "cubiss desk"),
    *("bisc colleague", "bisc former", "stranger"),
]
READ = (200,) * 9 + (404,) * 3
LADDER = [
    ("GET", "/agenda/", READ),
    ("GET", "/agenda/?as=time", READ),
    ("GET", "/agenda/1/", READ),
    ("GET", "/agenda/99/", (404,) * 12),
    ("GET", "/agenda/new/", (200, 403, 403, 403, 200, 403, 403, 200, 403, 404, 404, 404)),
    ("GET", "/agenda/1/edit/", (200, 403, 403, 403, 200, 403, 403, 403, 403, 404, 404, 404)),
    ("POST", "/agenda/1/progress/", (422, 403, 403, 403, 422, 403, 403, 403, 403, 404, 404, 404)),
    ("GET", "/agenda/1/progress/", (405,) * 9 + (404,) * 3),
    ("GET", "/agenda/1/contributions/cubiss/", (200, 403, 403, 403, 200, 403, 403, 200, 200, 404, 404, 404)),
    ("GET", "/agenda/1/contributions/bisc/", (200, 403, 403, 403, 200, 200, 200, 403, 403, 404, 404, 404)),
    ("GET", "/agenda/1/contributions/niemand/", (404,) * 12),
    ("GET", "/people/", (404,) * 12),
    ("GET", "/tickets/", (404,) * 12),
]


@pytest.mark.parametrize(("method", "path", "statuses"), LADDER, ids=[f"{m} {p}" for m, p, _ in LADDER])
def test_ladder(cast, client_of, method, path, statuses):
    assert tuple(client_of(who, "").generic(method, path).status_code for who in PEOPLE) == statuses


def test_ladder_of_the_api(cast, api_of):
    found = tuple(api_of(who, "")("GET", "/agenda/items").status_code for who in PEOPLE)
    assert found == (200,) * 9 + (403,) * 3


# --- what a result may be: the verb says it, the form shows it ---

AGREED = {
    **{"title": "Nieuw resultaat", "description": "", "theme": "cost", "goal": None},
    **{"planned_from": date(2026, 1, 1), "planned_to": date(2026, 6, 30)},
}
WRONG = [
    ({"title": ""}, ["title"]),
    ({"title": "   "}, ["title"]),
    ({"title": "x" * 161}, ["title"]),
    ({"description": "x" * 4001}, ["description"]),
    ({"theme": "x"}, ["theme"]),
    ({"planned_to": date(2025, 12, 31)}, ["planned_to"]),
    ({"planned_from": None}, ["planned_from"]),
    ({"title": "", "theme": "", "planned_to": date(2025, 1, 1)}, ["planned_to", "theme", "title"]),
]


@pytest.mark.parametrize(("values", "fields"), WRONG)
def test_a_result_that_cannot_be_is_refused_by_both_verbs(cast, item, acts, values, fields):
    by = acts("manager")
    with pytest.raises(ValidationError) as refusal:
        actions.create_item(**{**AGREED, "lead": cast.bisc.organisation, "by": by, **values})
    assert sorted(refusal.value.message_dict) == fields
    with pytest.raises(ValidationError) as refusal:
        actions.change_item(item=item, changes=values, by=by)
    assert sorted(refusal.value.message_dict) == fields
    assert (WorkItem.objects.count(), WorkItem.objects.get().version, WorkItem.objects.get().title) == (
        *(1, 1, "Gezamenlijke servicedesk"),
    )


def test_the_longest_title_and_a_plan_of_one_day_are_taken(cast, put):
    day = date(2026, 5, 4)
    made = put("x" * 160, planned_from=day, planned_to=day, description="y" * 4000)
    assert WorkItem.objects.values_list("planned_to", "title").get(pk=made.pk) == (day, "x" * 160)


def test_only_who_takes_part_leads_or_contributes(cast, item, acts, put):
    by, yesterday = acts("manager"), timezone.localdate() - timedelta(days=1)
    Organisation.objects.filter(slug="cubiss").update(from_on="2024-01-01", until_on=yesterday)
    cubiss = Organisation.objects.get(slug="cubiss")
    for wrong in (cubiss, cast.common):
        with pytest.raises(ValidationError) as refusal:
            put("x", lead=wrong, contributors=[cast.bisc.organisation, wrong])
        assert sorted(refusal.value.message_dict) == ["contributors", "lead"]
        with pytest.raises(ValidationError) as refusal:
            actions.change_item(item=item, changes={"lead": wrong}, contributors=[cast.common], by=by)
        assert sorted(refusal.value.message_dict) == ["contributors", "lead"]
    made = put("Blijft", contributors=[cast.bisc.organisation, cast.bisc.organisation])
    assert [one.organisation.slug for one in made.contributions.all()] == ["bisc"]


def test_a_desk_lead_puts_only_what_the_own_organisation_leads(cast, put, acts):
    assert put("Eigen", by=acts("bisc lead")).number == 2
    with pytest.raises(NotAllowed):
        put("Andermans", by=acts("bisc lead"), lead=cast.cubiss.organisation)
    item = WorkItem.objects.get(number=2)
    handed = actions.change_item(item=item, changes={"lead": cast.cubiss.organisation}, by=acts("bisc lead"))
    with pytest.raises(NotAllowed):
        actions.change_item(item=handed, changes={"title": "Terug"}, by=acts("bisc lead"))


def test_what_is_reported_is_not_changed_otherwise(item, acts):
    for name, value in (("progress", 50), ("status", "at_risk"), ("finished_on", None), ("number", 9), ("version", 9)):
        with pytest.raises(ValueError, match=name):
            actions.change_item(item=item, changes={name: value}, by=acts("manager"))
    with pytest.raises(ValueError, match="organisation"):
        part = item.contributions.select_related("item").first()
        actions.change_contribution(contribution=part, changes={"organisation": None}, by=acts("manager"))


TODAY = timezone.localdate
REPORTS = [
    ({"text": " "}, ["text"]),
    ({"text": "x" * 4001}, ["text"]),
    ({"progress": 101}, ["progress"]),
    ({"progress": -1}, ["progress"]),
    ({"status": "best"}, ["status"]),
    ({"progress": 99, "finished_on": date(2026, 1, 2)}, ["progress"]),
    ({"progress": 100, "finished_on": date(2100, 1, 1)}, ["finished_on"]),
    ({"text": "", "progress": 5, "finished_on": date(2100, 1, 1)}, ["finished_on", "progress", "text"]),
]


@pytest.mark.parametrize(("values", "fields"), REPORTS)
def test_a_report_that_cannot_be_is_refused(item, acts, values, fields):
    with pytest.raises(ValidationError) as refusal:
        actions.report_progress(
            item=item, by=acts("manager"), **{"text": "x", "progress": 10, "status": "at_risk", **values}
        )
    assert sorted(refusal.value.message_dict) == fields
    assert WorkItem.objects.values_list("progress", "status", "version").get() == (0, "on_track", 1)


def test_a_report_may_be_as_long_as_is_said(item, acts):
    text = "x" * 4000
    actions.report_progress(item=item, text=text, progress=10, status="at_risk", by=acts("manager"))
    assert events_of("W1").first().payload.text == text


def test_finishing_is_reported_and_a_later_report_lets_it_run_again(item, acts):
    by, today = acts("bisc lead"), timezone.localdate()
    actions.report_progress(item=item, text="Klaar", progress=100, status="on_track", finished_on=today, by=by)
    assert WorkItem.objects.get().finished_on == today and tally().all == 0
    actions.report_progress(item=item, text="Toch niet", progress=95, status="at_risk", by=by)
    assert (WorkItem.objects.get().finished_on, tally().all) == (None, 1)
    assert [event.payload.after["finished_on"] for event in events_of("W1")[:2]] == [None, today.isoformat()]


@pytest.mark.parametrize(
    "values", [{"progress": 101}, {"finished_on": date(2026, 1, 1)}, {"planned_to": date(2025, 1, 1)}, {"number": 2}]
)
def test_the_database_refuses_what_no_result_may_be(put, item, values):
    put("Twee")
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkItem.objects.filter(number=1).update(**values)


# --- forms ---

FORM = {
    **{"title": "Nieuw resultaat", "description": "", "theme": "cost", "goal": "", "planned_from": "2026-01-01"},
    **{"planned_to": "2026-06-30", "contributors": ["cubiss"]},
}


def test_add_a_result(cast, client_of):
    goal = PolicyGoal.objects.get(code="innovatie")
    data = {**FORM, "lead": cast.bisc.organisation.pk, "goal": goal.pk, "description": "Uitleg"}
    assert client_of("manager", "").post("/agenda/new/", data)["Location"] == "/agenda/2/"
    item = WorkItem.objects.get(number=2)
    assert (item.lead, item.contributions.get().organisation) == (cast.bisc.organisation, cast.cubiss.organisation)
    found = (item.title, item.description, item.theme, item.goal, item.planned_from, item.planned_to)
    assert found == ("Nieuw resultaat", "Uitleg", "cost", goal, date(2026, 1, 1), date(2026, 6, 30))
    assert (item.progress, item.status, item.finished_on) == (0, "on_track", None)


def test_a_desk_lead_hears_beside_the_lead_that_it_must_be_the_own_organisation(cast, client_of):
    data = {**FORM, "lead": cast.cubiss.organisation.pk}
    response = client_of("bisc lead", "").post("/agenda/new/", data)
    assert (response.status_code, WorkItem.objects.count()) == (422, 1)
    assert "Nieuw resultaat" in response.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"planned_to": "2025-01-01"},
        {"theme": "x"},
        {"planned_from": "gisteren"},
        {"lead": "0"},
        {"contributors": ["niemand"]},
    ],
)
@pytest.mark.parametrize("path", ["/agenda/new/", "/agenda/1/edit/"])
def test_bad_input_keeps_what_was_typed(cast, client_of, path, changes):
    data = {**FORM, "lead": cast.bisc.organisation.pk, "description": "Lange uitleg", **changes}
    response = client_of("manager", "").post(path, data)
    page = response.content.decode()
    assert (response.status_code, "Lange uitleg" in page, "errorlist" in page) == (422, True, True)
    assert WorkItem.objects.get().version == 1


def test_a_report_from_the_page(cast, client_of, item):
    data = {"text": "Halverwege", "progress": "50", "status": "at_risk", "finished_on": "", "version": 1}
    assert client_of("bisc lead", "").post("/agenda/1/progress/", data)["Location"] == "/agenda/1/"
    item.refresh_from_db()
    assert (item.progress, item.status, item.version) == (50, "at_risk", 2)
    event = events_of("W1").first()
    assert (event.on_behalf_of, event.channel, event.payload.text) == (cast.bisc.organisation, "page", "Halverwege")


@pytest.mark.parametrize(
    "changes", [{"text": ""}, {"progress": "101"}, {"progress": "60", "finished_on": "2026-01-01"}, {"status": ""}]
)
def test_a_report_that_cannot_be_comes_back_as_it_was_typed(client_of, item, changes):
    data = {"text": "Lang verhaal", "progress": "50", "status": "at_risk", "version": 1, **changes}
    response = client_of("bisc lead", "").post("/agenda/1/progress/", data)
    page = response.content.decode()
    assert (response.status_code, "errorlist" in page) == (422, True)
    assert data["text"] in page and f'value="{data["progress"]}"' in page
    assert WorkItem.objects.get().version == 1


# --- two who change the same result ---


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


def _page(response) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_the_second_sees_both_versions_and_saving_again_decides(cast, client_of, item, acts):
    manager = client_of("manager", "")
    mine = {**FORM, "lead": cast.bisc.organisation.pk, "version": 1, "title": "Van mij", "theme": "integration"}
    mine = {**mine, "planned_to": "2026-12-31", "contributors": ["bisc", "cubiss"]}
    changes = {"title": "Van de ander", "description": "Van de ander", "planned_to": date(2027, 3, 31)}
    actions.change_item(item=item, changes=changes, contributors=[cast.bisc.organisation], by=acts("bisc lead"))
    response = manager.post("/agenda/1/edit/", mine)
    page, words = response.content.decode(), _page(response)
    assert response.status_code == 409
    assert "Zoals" not in words.split("Resultaat")[0]
    clash = words.partition("Een collega heeft intussen hetzelfde gewijzigd.")[2].partition("Wat is er als het")[0]
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
    words = _page(response)
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
    words = _page(response)
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


@pytest.fixture
def many(put, acts, cast):
    """Five results, of every status, two themes and either organisation; W1 is on track, and W6 is finished."""
    cubiss = {"lead": cast.cubiss.organisation, "contributors": [cast.cubiss.organisation]}
    for title, status, values in (
        ("Groen", "on_track", {"planned_to": date(2026, 3, 1)}),
        ("Rood", "off_track", cubiss),
        ("Oranje", "at_risk", {"theme": "set_up"}),
        ("Rood later", "off_track", {"planned_to": date(2026, 12, 1), "planned_from": date(2025, 6, 1)}),
        ("Klaar", "on_track", cubiss),
    ):
        made = put(title, **values)
        finished = {"progress": 100, "finished_on": date(2026, 2, 1)} if title == "Klaar" else {"progress": 0}
        actions.report_progress(item=made, text="x", status=status, by=acts("manager"), **finished)


FILTERS = [
    ("", [1, 2, 3, 4, 5, 6]),
    ("status=off_track", [3, 5]),
    ("status=at_risk", [4]),
    ("theme=set_up", [4]),
    ("theme=integration", [1]),
    ("organisation=cubiss", [1, 3, 6]),
    ("organisation=bisc", [1]),
    ("organisation=cubiss&status=off_track", [3]),
    ("theme=harmonisation", []),
]


@pytest.mark.parametrize(("query", "numbers"), FILTERS)
def test_page_and_api_filter_alike(many, client_of, api_of, query, numbers):
    page = client_of("member", "").get(f"/agenda/?{query}").content.decode()
    assert sorted({int(one) for one in re.findall(r'href="/agenda/(\d+)/"', page)}) == numbers
    answer = api_of("member", "")("GET", f"/agenda/items?{query}").json()
    assert ([one["number"] for one in answer["items"]], answer["count"]) == (numbers, len(numbers))


def test_red_comes_first_then_what_is_due_first(many, client_of):
    titles = list(WorkItem.objects.red_first().values_list("title", flat=True))
    assert titles == ["Rood", "Rood later", "Oranje", "Klaar", "Groen", "Gezamenlijke servicedesk"]
    page = client_of("member", "").get("/agenda/").content.decode()
    assert re.findall(r'href="/agenda/(\d+)/"', page) == ["3", "5", "4", "6", "2", "1"]
    page = client_of("member", "").get("/agenda/?as=time").content.decode()
    assert re.findall(r'href="/agenda/(\d+)/"', page) == ["5", "1", "2", "3", "4", "6"]


@pytest.fixture
def two(item, put, acts, cast):
    """W1 at 45 %, at risk, until the end of 2026; W2 finished, of Cubiss alone."""
    today = {"finished_on": date(2026, 2, 1), "progress": 100, "status": "on_track"}
    actions.report_progress(item=item, text="x", progress=45, status="at_risk", by=acts("manager"))
    other = put("Klaar", lead=cast.cubiss.organisation, contributors=[cast.cubiss.organisation])
    actions.report_progress(item=other, text="x", by=acts("manager"), **today)


def test_a_row_of_the_list_says_what_is_its_own(two, client_of):
    table = client_of("member", "").get("/agenda/").content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.split(r"</td>", row)[:-1] for row in table.split("</tr>")[:-1]]
    assert [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in rows] == [
        ["Gezamenlijke servicedesk W1 · integratie · trekker BiSC", "Risico", "45 %", "31 dec 2026", "BiSC, Cubiss"],
        ["Klaar W2 · kosten · trekker Cubiss", "klaar", "100 %", "28 feb 2026", "Cubiss"],
    ]


def test_a_line_of_the_time_axis_says_what_is_its_own(two, client_of):
    page = client_of("member", "").get("/agenda/?as=time")
    words = _page(page)
    assert "Gezamenlijke servicedesk BiSC · 1 jan 2026 – 31 dec 2026 · 45 %" in words
    assert "Klaar Cubiss · 1 jan 2026 – 28 feb 2026 · 100 %" in words
    labels = re.findall(r'role="img" aria-label="([^"]+)"', page.content.decode())
    assert labels == ["risico, 45 %", "op schema, 100 %"]
    bars = re.findall(r'<rect class="(all|done)" x="([^"]+)" y="13" width="([^"]+)"', page.content.decode())
    shares = [
        round(100 * _percent(done[2]) / _percent(whole[2])) for whole, done in zip(bars[::2], bars[1::2], strict=True)
    ]
    assert ([one[0] for one in bars], shares) == (["all", "done"] * 2, [45, 100])


def _percent(width: str) -> float:
    return float(width.removesuffix("%"))


def test_the_page_of_a_result_says_what_is_its_own(two, client_of):
    member = client_of("member", "")
    running, finished = _page(member.get("/agenda/1/")), _page(member.get("/agenda/2/"))
    assert "Gepland 1 jan 2026 – 31 dec 2026 45 %" in running
    assert "Gepland 1 jan 2026 – 28 feb 2026 Klaar 1 feb 2026 100 %" in finished
    assert '<progress max="100" value="45"' in member.get("/agenda/1/").content.decode()


def test_the_tally_counts_what_runs(many):
    found = tally()
    assert (found.all, found.on_track, found.at_risk, found.off_track) == (5, 2, 1, 2)


def test_a_wrong_filter_is_said_and_can_be_mended(client_of, api_of):
    page = client_of("member", "").get("/agenda/?theme=nonsense").content.decode()
    assert "errorlist" in page and 'name="theme"' in page
    answer = api_of("member", "")("GET", "/agenda/items?theme=nonsense&status=x&organisation=niemand")
    assert (answer.status_code, sorted(one["field"] for one in answer.json()["errors"])) == (
        *(400, ["organisation", "status", "theme"]),
    )


def test_an_item_in_the_api(cast, item, api_of, acts):
    part = item.contributions.select_related("item").get(organisation__slug="cubiss")
    actions.change_contribution(
        contribution=part, changes={"description": "Bellen", "status": "at_risk"}, by=acts("manager")
    )
    assert api_of("bisc desk", "")("GET", "/agenda/items").json() == {
        "count": 1,
        "next": None,
        "items": [
            {
                "number": 1,
                "title": "Gezamenlijke servicedesk",
                "description": "",
                "theme": "integration",
                "goal": None,
                "lead": "bisc",
                "plannedFrom": "2026-01-01",
                "plannedTo": "2026-12-31",
                "progress": 0,
                "status": "on_track",
                "finishedOn": None,
                "contributions": [
                    {"organisation": "bisc", "description": "", "status": "on_track"},
                    {"organisation": "cubiss", "description": "Bellen", "status": "at_risk"},
                ],
                "version": 2,
            }
        ],
    }


def test_51_items_are_two_pages(put, api_of, client_of):
    for index in range(50):
        put(f"Resultaat {index}")
    first = api_of("member", "")("GET", "/agenda/items?theme=cost").json()
    assert (len(first["items"]), first["count"], first["next"]) == (50, 50, None)
    first = api_of("member", "")("GET", "/agenda/items").json()
    assert (len(first["items"]), first["count"], first["next"].partition("/api")[2]) == (
        *(50, 51, "/v1/agenda/items?page=2"),
    )
    assert [one["number"] for one in api_of("member", "")("GET", "/agenda/items?page=2").json()["items"]] == [51]


def test_the_axis_holds_every_item(item):
    found = axis([item], date(2026, 7, 1))
    (bar,) = found.bars
    assert (found.begin, found.end) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (bar.left, bar.width, bar.done, bar.right, found.now) == (0, 997, 0, 997, 496)
    assert [(one.year, one.number) for one in found.quarters] == [(2026, 1), (2026, 2), (2026, 3), (2026, 4)]
    assert [thousandths(one.left) for one in found.quarters] == ["0%", "24.7%", "49.6%", "74.8%"]


def test_the_filled_part_is_the_progress_and_eight_years_are_the_most(item):
    item.progress = 40
    assert axis([item], date(2026, 7, 1)).bars[0].done == 399
    item.planned_from, item.planned_to = date(2010, 1, 1), date(2060, 1, 1)
    found = axis([item], date(2026, 7, 1))
    assert (found.begin, found.end, found.bars[0].left, found.bars[0].right) == (
        *(date(2022, 1, 1), date(2031, 1, 1), 0, 1000),
    )
    item.planned_from = item.planned_to = date(2026, 7, 1)
    assert axis([item], date(2026, 7, 1)).bars[0].width == 6
    assert axis([], date(2026, 7, 1)).bars == []


# --- what happened, in words ---


def _history(response) -> str:
    return _page(response).partition("Wat er veranderde")[2].partition("Samenbeheer")[0]


def test_the_history_says_who_changed_what_from_what_to_what(cast, client_of, item, acts):
    goal = PolicyGoal.objects.get(code="innovatie")
    changes = {"title": "Eén desk", "planned_to": date(2027, 1, 31), "theme": "cost", "goal": goal}
    changes = {**changes, "lead": cast.cubiss.organisation}
    actions.change_item(item=item, changes=changes, contributors=[cast.cubiss.organisation], by=acts("bisc lead"))
    part = item.contributions.select_related("item").get()
    actions.change_contribution(contribution=part, changes={"status": "at_risk"}, by=acts("cubiss desk"))
    actions.report_progress(item=item, text="Halverwege", progress=50, status="on_track", by=acts("cubiss lead"))
    words = re.sub(r"\s+", " ", _history(client_of("member", "").get("/agenda/1/")))
    for said in (
        "Lead Cubiss Cubiss Op schema 50 %",
        "Halverwege Voortgang (%): was 0 % werd 50 %",
        "Desk Cubiss Cubiss",
        "Cubiss: status: was op schema werd risico",
        "Lead BiSC BiSC",
        "Resultaat: was Gezamenlijke servicedesk werd Eén desk",
        "Gepland tot en met: was 31 dec 2026 werd 31 jan 2027",
        "Thema: was integratie werd kosten",
        "Opgave: was – werd Innovatie",
        "Trekker: was BiSC werd Cubiss",
        "Organisaties die meedoen: was BiSC, Cubiss werd Cubiss",
        "Kwartiermaker · op de agenda gezet",
    ):
        assert said in words, words
    assert words.index("Halverwege") < words.index("Cubiss: status") < words.index("Resultaat: was")


def test_the_history_in_english(client_of, item, acts, cast):
    actions.change_item(item=item, changes={"title": "One desk", "planned_to": date(2027, 5, 31)}, by=acts("bisc lead"))
    with translation.override("en"):
        (told, made) = Words().told(events_of("W1"))
        assert [(one.label, one.before, one.after) for one in told.lines] == [
            ("result", "Gezamenlijke servicedesk", "One desk"),
            ("planned to", "31 Dec 2026", "31 May 2027"),
        ]
        assert (made.what, made.lines) == ("put on the agenda", [])


def test_a_long_text_that_changed_opens_to_both(client_of, item, acts):
    for text in ("Eerst. " * 30, "Later. " * 30):
        actions.change_item(item=item, changes={"description": text}, by=acts("manager"))
    page = client_of("member", "").get("/agenda/1/").content.decode()
    assert page.count("<details>") == 2 and "Eerst. Eerst." in page and "Later. Later." in page


def test_what_was_typed_is_text_and_nothing_else(client_of, item, acts):
    nasty = "<script>alert(1)</script>"
    actions.change_item(item=item, changes={"title": nasty}, by=acts("manager"))
    actions.report_progress(item=item, text=nasty, progress=1, status="on_track", by=acts("manager"))
    page = client_of("member", "").get("/agenda/1/").content.decode()
    assert "<script>alert" not in page and page.count("&lt;script&gt;alert(1)") >= 3


def test_a_contribution_shows_its_own_history(cast, client_of, item, acts):
    part = item.contributions.select_related("item").get(organisation__slug="cubiss")
    for status in ("at_risk", "off_track"):
        actions.change_contribution(contribution=part, changes={"status": status}, by=acts("cubiss desk"))
    actions.report_progress(item=item, text="Van het geheel", progress=1, status="on_track", by=acts("manager"))
    words = re.sub(r"\s+", " ", _history(client_of("cubiss desk", "").get("/agenda/1/contributions/cubiss/")))
    assert "was op schema werd risico" in words and "was risico werd loopt vast" in words
    assert "Van het geheel" not in words
    assert "werd" not in _history(client_of("bisc desk", "").get("/agenda/1/contributions/bisc/"))


def test_the_history_comes_50_at_a_time_with_as_many_queries(client_of, item, acts):
    member, by, counts = client_of("member", ""), acts("manager"), []
    for until in (2, 51):
        while WorkItem.objects.get().version < until:
            actions.report_progress(item=item, text="Bericht", progress=1, status="on_track", by=by)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = member.get("/agenda/1/").content.decode()
        counts.append(len(queries))
    assert page.count('class="msg"') == 50 and "?page=2" in page
    assert counts[1] == counts[0] + 1  # the count of all, when there is a second page
    assert "op de agenda gezet" in _history(member.get("/agenda/1/?page=2"))
