"""The work agenda: who reads, what a result may be, two who change it, the lists, and what happened in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from agenda.history.queries import events_of
from agenda.work import actions
from agenda.work.forms import ItemForm
from agenda.work.models import PolicyFramework, PolicyGoal, WorkItem
from agenda.work.queries import tally
from tenants.models import Organisation
from tenants.refusals import NotAllowed
from tests.agenda.pages import FORM, words_of

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


def test_add_a_result(cast, client_of):
    PolicyFramework.objects.update(until_on=None)
    PolicyGoal.objects.update(until_on=None)
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


def test_goals_of_frameworks_that_run_are_offered_and_what_serves_an_ended_one_says_so(item, client_of):
    framework = PolicyFramework.objects.create(name_nl="Nieuw kader", name_en="New", from_on=date(2024, 1, 1))
    same = {"framework": framework, "from_on": date(2024, 1, 1), "name_en": "x"}
    PolicyGoal.objects.create(code="loopt", name_nl="Loopt", **same)
    PolicyGoal.objects.create(code="voorbij", name_nl="Voorbij", until_on=date(2024, 12, 31), **same)
    ended = PolicyGoal.objects.get(code="innovatie")
    assert [one.name for one in ItemForm().fields["goal"].queryset] == ["Loopt"]
    item.goal = ended
    item.save()
    assert [one.name for one in ItemForm(instance=item).fields["goal"].queryset] == [ended.name, "Loopt"]
    page = words_of(client_of("member", "").get("/agenda/1/"))
    assert f"Opgave {ended.name} Netwerkagenda 2021-2023 liep tot en met 31 dec 2023" in page


ENDED = [
    ("framework", {"until_on": date(2025, 12, 31)}, {}),
    ("goal", {}, {"until_on": date(2025, 12, 31)}),
    ("framework to come", {"from_on": date(2026, 7, 1)}, {"from_on": date(2026, 7, 1)}),
]


@pytest.mark.parametrize(("framework", "goal"), [one[1:] for one in ENDED], ids=[one[0] for one in ENDED])
def test_both_verbs_take_a_goal_only_while_it_and_its_framework_run(cast, item, acts, framework, goal):
    row = PolicyFramework.objects.create(name_nl="K", name_en="K", **{"from_on": date(2024, 1, 1), **framework})
    ended = PolicyGoal.objects.create(
        framework=row, code="einde", name_nl="Einde", name_en="End", **{"from_on": date(2024, 1, 1), **goal}
    )
    new = {**AGREED, "lead": cast.bisc.organisation, "goal": ended, "by": acts("manager")}
    day = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with pytest.raises(ValidationError) as refusal:
        actions.create_item(**new, at=day)
    assert refusal.value.message_dict == {"goal": ["Einde loopt niet."]}
    with pytest.raises(ValidationError) as refusal:
        actions.change_item(item=item, changes={"goal": ended}, by=acts("manager"), at=day)
    assert refusal.value.message_dict == {"goal": ["Einde loopt niet."]}
    item.goal = ended
    item.save()
    kept = actions.change_item(item=item, changes={"goal": ended, "title": "Anders"}, by=acts("manager"), at=day)
    assert (kept.title, kept.goal) == ("Anders", ended)  # what it serves already, it goes on serving
