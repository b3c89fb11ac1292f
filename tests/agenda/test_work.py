"""Work agenda and steering group: who reads, who changes, and two at once."""

from datetime import date

import pytest

from agenda.history.queries import events_of
from agenda.steering.models import Seat
from agenda.work import actions
from agenda.work.models import Contribution, WorkItem
from agenda.work.queries import axis, tally
from agenda.work.tags import thousandths
from tenants.access import standing
from tenants.actor import Actor
from tenants.models import Organisation
from tenants.refusals import NotAllowed


def _by(cast, who):
    """Return somebody of the cast as they act on the common host."""
    return Actor.of(standing(cast.everybody[who], cast.common))


PEOPLE = [
    "manager",
    "member",
    "reader",
    "platform",
    "bisc lead",
    "bisc desk",
    "cubiss lead",
    "bisc colleague",
    "stranger",
]
LADDER = [
    ("GET", "/agenda/", (200, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("GET", "/agenda/?as=time", (200, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("GET", "/agenda/1/", (200, 200, 200, 200, 200, 200, 200, 404, 404)),
    ("GET", "/agenda/99/", (404,) * 9),
    ("GET", "/agenda/new/", (200, 403, 403, 403, 200, 403, 200, 404, 404)),
    ("GET", "/agenda/1/edit/", (200, 403, 403, 403, 200, 403, 403, 404, 404)),
    ("POST", "/agenda/1/progress/", (422, 403, 403, 403, 422, 403, 403, 404, 404)),
    ("GET", "/agenda/1/progress/", (405, 405, 405, 405, 405, 405, 405, 404, 404)),
    ("GET", "/agenda/1/contributions/cubiss/", (200, 403, 403, 403, 200, 403, 200, 404, 404)),
    ("GET", "/agenda/1/contributions/bisc/", (200, 403, 403, 403, 200, 200, 403, 404, 404)),
    ("GET", "/steering/", (200, 200, 200, 403, 403, 403, 403, 404, 404)),
    ("GET", "/people/", (404,) * 9),
    ("GET", "/tickets/", (404,) * 9),
    ("GET", "/me/", (200, 200, 200, 200, 200, 200, 200, 404, 404)),
]


@pytest.mark.parametrize(("method", "path", "statuses"), LADDER, ids=[f"{m} {p}" for m, p, _ in LADDER])
def test_ladder(cast, client_of, method, path, statuses):
    assert tuple(client_of(who, "").generic(method, path).status_code for who in PEOPLE) == statuses


@pytest.mark.parametrize(
    ("path", "statuses"),
    [("/agenda/items", (200,) * 7 + (403, 403)), ("/steering/figures", (200, 200, 200) + (403,) * 6)],
)
def test_ladder_of_the_api(cast, api_of, path, statuses):
    assert tuple(api_of(who, "")("GET", path).status_code for who in PEOPLE) == statuses


FORM = {
    **{"title": "Nieuw resultaat", "description": "", "theme": "cost", "goal": "", "planned_from": "2026-01-01"},
    **{
        "planned_to": "2026-06-30",
        "contributors": ["cubiss"],
    },
}


def test_add_a_result(cast, client_of):
    data = {**FORM, "lead": cast.bisc.organisation.pk}
    assert client_of("manager", "").post("/agenda/new/", data)["Location"] == "/agenda/2/"
    item = WorkItem.objects.get(number=2)
    assert (item.lead, item.contributions.get().organisation) == (cast.bisc.organisation, cast.cubiss.organisation)


def test_a_desk_lead_adds_only_what_the_own_organisation_leads(cast, client_of):
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
    ],
)
def test_bad_input_keeps_what_was_typed(cast, client_of, changes):
    data = {**FORM, "lead": cast.bisc.organisation.pk, "description": "Lange uitleg", **changes}
    response = client_of("manager", "").post("/agenda/new/", data)
    assert (response.status_code, "Lange uitleg" in response.content.decode()) == (422, True)


def test_two_who_edit_at_once_the_second_sees_both(cast, client_of, item):
    manager = client_of("manager", "")
    data = {**FORM, "lead": cast.bisc.organisation.pk, "version": item.version, "title": "Van mij"}
    actions.change_item(
        item=item,
        changes={"title": "Van de ander"},
        base_version=item.version,
        by=_by(cast, "manager"),
    )
    response = manager.post("/agenda/1/edit/", data)
    page = response.content.decode()
    assert response.status_code == 409 and "Van de ander" in page and 'value="Van mij"' in page
    item.refresh_from_db()
    assert manager.post("/agenda/1/edit/", {**data, "version": item.version}).status_code == 302


def test_a_contributor_edits_its_own_part_only(cast, client_of, item):
    part = item.contributions.get(organisation=cast.cubiss.organisation)
    data = {"description": "Wij testen", "status": "at_risk", "version": 1}
    assert client_of("cubiss desk", "").post("/agenda/1/contributions/cubiss/", data).status_code == 302
    part.refresh_from_db()
    assert (part.description, part.status) == ("Wij testen", "at_risk")
    stale = client_of("cubiss desk", "").post("/agenda/1/contributions/cubiss/", {**data, "description": "Anders"})
    assert (stale.status_code, "Wij testen" in stale.content.decode()) == (409, True)
    with pytest.raises(NotAllowed):
        actions.change_contribution(
            contribution=Contribution.objects.get(item=item, organisation=cast.bisc.organisation),
            changes={"description": ""},
            by=_by(cast, "cubiss desk"),
        )


def test_progress_moves_the_item(cast, client_of, item):
    data = {"text": "Halverwege", "progress": "50", "status": "at_risk", "version": 1}
    assert client_of("bisc lead", "").post("/agenda/1/progress/", data).status_code == 302
    item.refresh_from_db()
    assert (item.progress, item.status) == (50, "at_risk")
    assert events_of("W1").first().on_behalf_of == cast.bisc.organisation


def test_red_comes_first(cast, item, client_of):
    by = _by(cast, "manager")
    values = {
        "theme": "cost",
        "lead": cast.bisc.organisation,
        "planned_from": date(2026, 1, 1),
        "planned_to": date(2026, 2, 1),
        "by": by,
    }
    actions.create_item(title="Groen", **values)
    for title, status in (("Rood", "off_track"), ("Oranje", "at_risk")):
        made = actions.create_item(title=title, **values)
        actions.report_progress(item=made, text="x", progress=0, status=status, by=by)
    titles = list(WorkItem.objects.red_first().values_list("title", flat=True))
    assert titles[:2] == ["Rood", "Oranje"]
    assert (tally().all, tally().off_track, tally().at_risk) == (4, 1, 1)
    page = client_of("member", "").get("/steering/").content.decode()
    assert "1 resultaat loopt vast" in page
    trouble, _summary, steady = page.partition("2 resultaten liggen op schema")
    assert "Rood" in trouble and "Oranje" in trouble and "Groen" not in trouble and "Groen" in steady


def test_a_wrong_filter_is_said_and_can_be_mended(client_of):
    page = client_of("member", "").get("/agenda/?theme=nonsense").content.decode()
    assert "errorlist" in page and 'name="theme"' in page


def test_the_axis_holds_every_item(item):
    found = axis([item], date(2026, 7, 1))
    (bar,) = found.bars
    assert (found.begin, found.end) == (date(2026, 1, 1), date(2027, 1, 1))
    assert bar.left == 0 and 990 <= bar.width <= 1000 and 490 <= found.now <= 500
    assert bar.right == bar.left + bar.width
    assert [(one.year, one.number) for one in found.quarters] == [(2026, 1), (2026, 2), (2026, 3), (2026, 4)]
    assert [thousandths(one.left) for one in found.quarters] == ["0%", "24.7%", "49.6%", "74.8%"]


def test_seats_say_who_sits(cast, client_of):
    page = client_of("reader", "").get("/steering/").content.decode()
    assert Seat.objects.current().get().organisation == cast.bisc.organisation
    assert page.split("Zetels")[1].split("</section>")[0].count("Cubiss") == 0


@pytest.mark.parametrize(
    "query",
    ["?quarter=2026-3", "?quarter=onzin", "?quarter=%C2%B2%C2%B2%C2%B2%C2%B2-1", "?quarter=2099-1", "?quarter=2000-1"],
)
def test_steering_takes_any_quarter(client_of, query):
    assert client_of("member", "").get(f"/steering/{query}").status_code == 200


def test_steering_shows_no_names_of_people(cast, client_of):
    page = client_of("member", "").get("/steering/").content.decode()
    for name in ("Desk BiSC", "Balie BiSC", "Key-user", "Bibliotheek een"):
        assert name not in page


def test_what_an_ended_organisation_did_stays_when_an_item_is_saved(cast, item):
    Organisation.objects.filter(slug="cubiss").update(from_on="2024-01-01", until_on="2025-12-31")
    by = _by(cast, "manager")
    actions.change_item(item=item, changes={}, contributors=[], base_version=item.version, by=by)
    assert [one.organisation.slug for one in item.contributions.all()] == ["cubiss"]
