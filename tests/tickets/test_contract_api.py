"""Contracts and their hours in the API: staff all, who leads a library its own, and nobody else any."""

from datetime import date

import pytest

from tests.tickets.agreed import ahead, card_of, make, supplier, today
from tickets.contracts import cards


@pytest.fixture
def own(bisc):
    return make(bisc, number="DVO-1", from_on=date(2026, 1, 1), until_on=date(2029, 12, 31), notice_months=3)


def ids(answer) -> list[str]:
    return [one["id"] for one in answer.json()["items"]]


@pytest.mark.parametrize("who", ["bisc desk", "bisc lead"])
def test_staff_read_all_contracts_those_of_libraries_first(bisc, own, api_of, who):
    other, bought = make(bisc, library=bisc.other_library), supplier(bisc)
    answer = api_of(who)("GET", "/contracts")
    assert ids(answer) == [f"library-{own.pk}", f"library-{other.pk}", f"supplier-{bought.pk}"]
    assert (answer.json()["count"], answer.json()["next"]) == (3, None)


def test_a_contract_says_its_days_and_how_it_ends(bisc, own, api_of):
    call = api_of("bisc desk")
    assert call("GET", f"/contracts/library-{own.pk}").json() == {
        "id": f"library-{own.pk}",
        "kind": "library",
        "number": "DVO-1",
        "name": "DVO",
        "library": {"slug": "bisc-een", "name": "Bibliotheek een BiSC"},
        "supplier": None,
        "platform": None,
        "fromOn": "2026-01-01",
        "lastDay": "2029-12-31",
        "termEnd": "2029-12-31",
        "renewal": "express",
        "renewalMonths": 12,
        "noticeMonths": 3,
        "noticeBy": "2029-09-30",
        "warnsFrom": "2029-08-31",
        "inForce": True,
    }
    bought = supplier(bisc, until_on=None)
    found = call("GET", f"/contracts/supplier-{bought.pk}").json()
    assert (found["kind"], found["library"], found["supplier"], found["platform"], found["lastDay"]) == (
        "supplier",
        None,
        "OCLC",
        "midden-zuid",
        None,
    )


@pytest.mark.parametrize("who", ["bisc keyuser", "bisc director"])
def test_who_leads_a_library_reads_its_own_and_no_other(bisc, own, api_of, who):
    other, bought, call = make(bisc, library=bisc.other_library), supplier(bisc), api_of(who)
    assert ids(call("GET", "/contracts")) == [f"library-{own.pk}"]
    assert call("GET", f"/contracts/library-{own.pk}").json()["warnsFrom"] is None
    assert call("GET", f"/contracts/library-{own.pk}/hours").status_code == 200
    for id in (f"library-{other.pk}", f"supplier-{bought.pk}"):
        assert call("GET", f"/contracts/{id}").status_code == 404
        assert call("GET", f"/contracts/{id}/hours").status_code == 404


@pytest.mark.parametrize("who", ["bisc colleague", "bisc neighbour", "cubiss guest"])
def test_nobody_else_reads_any(bisc, own, api_of, who):
    call = api_of(who, token_at="bisc")
    for path in ("", f"/library-{own.pk}", f"/library-{own.pk}/hours", "/library-0"):
        assert call("GET", f"/contracts{path}").status_code == 403


@pytest.mark.parametrize(
    "id", ["library-0", "library-", "library-1.5", "library-²", "1", "ander-1", "library-9999999999"]
)
def test_what_is_no_contract_is_404(bisc, own, api_of, id):
    assert api_of("bisc desk")("GET", f"/contracts/{id}").status_code == 404


def test_hours_say_what_is_left_and_what_was_booked(bisc, own, ticket, api_of):
    card = card_of(bisc, own, from_on=date(2026, 1, 1), minutes=600)
    booking = cards.book_hours(card=card, minutes=90, on=today(), note="Uitleg", ticket=ticket, by=bisc.actor("desk"))
    cards.take_back(booking=booking, by=bisc.actor("desk"))
    cards.book_hours(card=card, minutes=660, on=ahead(-1), note="Import", by=bisc.actor("desk"))
    answer = api_of("bisc desk")("GET", f"/contracts/library-{own.pk}/hours").json()
    assert answer["cards"] == [
        {"fromOn": "2026-01-01", "untilOn": None, "boughtMinutes": 600, "usedMinutes": 660, "balanceMinutes": -60}
    ]
    name = bisc.people["desk"].name
    said = [(one["minutes"], one["ticket"], one["bookedBy"]) for one in answer["bookings"]]
    assert said == [(-90, "BISC-1", name), (90, "BISC-1", name), (660, None, name)]
    told = api_of("bisc keyuser")("GET", f"/contracts/library-{own.pk}/hours").json()
    assert [(one["minutes"], one["ticket"], one["bookedBy"]) for one in told["bookings"]] == [
        (-90, "BISC-1", None),
        (90, "BISC-1", None),
        (660, None, None),
    ]


def test_a_ticket_that_moved_to_another_library_is_not_named(bisc, own, ticket, api_of):
    card = card_of(bisc, own, from_on=own.from_on)
    cards.book_hours(card=card, minutes=60, on=today(), ticket=ticket, by=bisc.actor("desk"))
    type(ticket).objects.filter(pk=ticket.pk).update(library=bisc.other_library)
    for who in ("bisc keyuser", "bisc desk"):
        (one,) = api_of(who)("GET", f"/contracts/library-{own.pk}/hours").json()["bookings"]
        assert one["ticket"] is None


def test_hours_come_fifty_a_page(bisc, own, api_of):
    card = card_of(bisc, own, from_on=own.from_on)
    for n in range(51):
        cards.book_hours(card=card, minutes=1, on=today(), note=str(n), by=bisc.actor("desk"))
    call = api_of("bisc desk")
    first = call("GET", f"/contracts/library-{own.pk}/hours").json()
    assert (first["count"], len(first["bookings"])) == (51, 50)
    assert first["next"].endswith(f"/api/v1/contracts/library-{own.pk}/hours?page=2")
    second = call("GET", f"/contracts/library-{own.pk}/hours?page=2").json()
    assert ([one["note"] for one in second["bookings"]], second["next"]) == (["0"], None)
