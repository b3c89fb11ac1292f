"""The steering group's overview: who reads it, what comes first, and what it never shows."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agenda.steering.actions import end_seat, give_seat
from agenda.steering.models import Seat
from agenda.steering.queries import side_by_side
from agenda.work import actions
from tenants.models import AuditEntry, Organisation

PEOPLE = [
    *("manager", "member", "reader", "platform", "bisc lead", "bisc desk", "bisc seated", "cubiss lead"),
    *("bisc colleague", "bisc former", "stranger"),
]
READ = (200, 200, 200, 403, 403, 403, 200, 403)


def test_ladder(cast, client_of, api_of):
    assert tuple(client_of(who, "").get("/steering/").status_code for who in PEOPLE) == (*READ, 404, 404, 404)
    assert tuple(client_of(who, "").post("/steering/").status_code for who in PEOPLE) == (405,) * 8 + (404,) * 3
    found = tuple(api_of(who, "")("GET", "/steering/figures").status_code for who in PEOPLE)
    assert found == (*READ, 403, 403, 403)


def test_what_is_not_on_track_comes_first(put, acts, client_of):
    for title, status in (("Groen", "on_track"), ("Rood", "off_track"), ("Oranje", "at_risk"), ("Klaar", "on_track")):
        finished = {"progress": 100, "finished_on": date(2026, 2, 1)} if title == "Klaar" else {"progress": 0}
        actions.report_progress(
            item=put(title, planned_to=date(2099, 1, 1)), text="x", status=status, by=acts("manager"), **finished
        )
    page = client_of("member", "").get("/steering/").content.decode()
    assert "1 resultaat loopt vast" in page
    trouble, summary, steady = page.partition("2 resultaten liggen op schema")
    assert summary
    for title, before, after in (
        ("Rood", True, False),
        ("Oranje", True, False),
        ("Groen", False, True),
        ("Gezamenlijke servicedesk", False, True),
        ("Klaar", False, False),
    ):
        assert (title in trouble, title in steady) == (before, after), title
    assert trouble.index("Rood") < trouble.index("Oranje")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("on_track", "De samenwerking ligt op koers"),
        ("at_risk", "1 resultaat loopt risico"),
        ("off_track", "1 resultaat loopt vast"),
    ],
)
def test_the_answer_stands_in_the_heading(item, acts, client_of, status, said):
    actions.report_progress(item=item, text="x", progress=1, status=status, by=acts("manager"))
    heading = client_of("member", "").get("/steering/").content.decode().partition("<h1>")[2].partition("</h1>")[0]
    assert said in heading


def test_each_organisation_has_the_status_of_its_own_part(item, acts, client_of):
    part = item.contributions.select_related("item").get(organisation__slug="cubiss")
    actions.change_contribution(contribution=part, changes={"status": "off_track"}, by=acts("cubiss desk"))
    page = client_of("member", "").get("/steering/").content.decode()
    row = page.partition("Gezamenlijke servicedesk</a>")[2].partition("</tr>")[0]
    cells = row.split("<td")
    assert [("off_track" in cell, "on_track" in cell) for cell in cells[1:3]] == [(False, True), (True, False)]


def test_who_takes_no_part_has_no_status_and_ones_own_is_picked_out(cast, put, acts, client_of):
    """And the reason says of which day it is."""
    item = put("Zonder BiSC", planned_to=date(2099, 1, 1), contributors=[cast.cubiss.organisation])
    at = datetime(2026, 9, 1, 12, tzinfo=UTC)
    actions.report_progress(item=item, text="Stroef.", progress=1, status="at_risk", by=acts("manager"), at=at)
    page = client_of("member", "").get("/steering/").content.decode()
    row = page.partition("Zonder BiSC</a>")[2].partition("</tr>")[0]
    assert "Stroef." in row and "(1 sep 2026)" in row
    bisc, cubiss = row.split("<td")[1:3]
    assert [("on_track" in cell, "own" in cell) for cell in (bisc, cubiss)] == [(False, True), (True, False)]


def test_the_page_compares_the_stock_with_the_quarter_before_and_says_where_it_grew(cast, snapshots, client_of):
    snapshots(cast.bisc, 20, opened_at=datetime(2026, 2, 1, tzinfo=UTC))
    snapshots(cast.cubiss, 12, opened_at=datetime(2026, 5, 1, tzinfo=UTC))
    snapshots(cast.bisc, 32, opened_at=datetime(2025, 2, 1, tzinfo=UTC), resolved_at=datetime(2025, 9, 1, tzinfo=UTC))
    page = " ".join(client_of("member", "").get("/steering/?quarter=2026-2").content.decode().split())
    assert "De voorraad groeide: 32 meldingen open op 30 juni, 12 meer dan op 31 maart" in page
    assert "het hele verschil zit bij Cubiss." in page


def test_a_seat_that_ended_gives_no_column(cast):
    for number in range(8):
        slug = f"poi{number}"
        Organisation.objects.create(slug=slug, schema_name=slug, name=f"POI {number}", prefix=f"P{number}", ready=True)
    Seat.objects.create(organisation=Organisation.objects.get(slug="poi7"), from_on="2020-01-01", until_on="2025-12-31")
    found, others = side_by_side()
    assert ([one.slug for one in found], others) == (["bisc", "cubiss", *(f"poi{n}" for n in range(6))], True)


def test_a_seat_of_one_day_ends_on_it_and_that_is_kept_with_a_line(cast, acts):
    day = date(2026, 3, 1)
    seat = give_seat(organisation=cast.cubiss.organisation, from_on=day, by=acts("platform"))
    with pytest.raises(ValidationError):
        end_seat(seat=seat, until_on=date(2026, 2, 28), by=acts("platform"))
    for _ in range(2):
        end_seat(seat=seat, until_on=day, by=acts("platform"))
    assert Seat.objects.get(pk=seat.pk).until_on == day
    lines = AuditEntry.objects.filter(object=f"seat {seat.pk}").order_by("pk")
    assert [(one.action, one.details) for one in lines] == [
        ("seat.given", {"from_on": "2026-03-01"}),
        ("seat.ended", {"until_on": "2026-03-01"}),
    ]


def test_seats_say_who_sits(cast, client_of):
    Seat.objects.create(organisation=cast.cubiss.organisation, from_on="2020-01-01", until_on="2025-12-31")
    page = client_of("reader", "").get("/steering/").content.decode()
    seats = page.split("Zetels")[1].split("</section>")[0]
    assert ("BiSC" in seats, "Cubiss" in seats) == (True, False)


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        (("2026-01-01", None), ("2026-06-01", None), False),
        (("2026-01-01", "2026-06-30"), ("2026-06-30", None), False),
        (("2026-01-01", "2026-06-30"), ("2026-07-01", None), True),
        (("2026-02-01", "2026-01-01"), ("2027-01-01", None), False),
    ],
)
def test_an_organisation_has_one_seat_at_a_time(cast, first, second, taken):
    def sit():
        with transaction.atomic():
            for from_on, until_on in (first, second):
                Seat.objects.create(organisation=cast.cubiss.organisation, from_on=from_on, until_on=until_on)

    if taken:
        sit()
    else:
        with pytest.raises(IntegrityError):
            sit()


@pytest.mark.parametrize(
    "query",
    ["?quarter=2026-3", "?quarter=onzin", "?quarter=%C2%B2%C2%B2%C2%B2%C2%B2-1", "?quarter=2099-1", "?quarter=2000-1"],
)
def test_the_page_takes_any_quarter(client_of, query):
    assert client_of("member", "").get(f"/steering/{query}").status_code == 200


@pytest.mark.parametrize(("quarter", "status"), [("2026-3", 200), ("", 200), ("onzin", 400), ("2026-5", 400)])
def test_the_api_names_a_quarter_it_cannot_read(api_of, quarter, status):
    answer = api_of("member", "")("GET", f"/steering/figures?quarter={quarter}")
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["errors"] == [{"field": "quarter", "message": "Schrijf een kwartaal als 2026-3."}]
    elif quarter:
        assert (answer.json()["quarter"], [one["organisation"] for one in answer.json()["organisations"]]) == (
            *(quarter, ["bisc", "cubiss"]),
        )


def test_it_shows_no_names_of_people(cast, client_of):
    page = client_of("member", "").get("/steering/").content.decode()
    for name in ("Desk BiSC", "Balie BiSC", "Key-user", "Bibliotheek een"):
        assert name not in page
