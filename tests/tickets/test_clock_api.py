"""Clocks in the API: what staff read of a ticket and of each row, and that a library reads its promise and no more."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Organisation
from tests.tickets.clocking import file, may, say, to_all
from tickets.desk import actions as verbs
from tickets.models import Agreement, Clock

NOTHING = ("startedAt", "doneAt", "lateAt", "ranMinutes", "targetMinutes", "party", "agreement")


@pytest.fixture
def rules(bisc):
    """First answer in two hours, resolved in eight, since January; and what a supplier promised."""
    return say(Agreement.objects.create(), date(2026, 1, 1), to_all(first_answer=120, resolution=480))


@pytest.fixture(autouse=True)
def serving_since_long(cast):
    Organisation.objects.update(from_on=date(2024, 1, 1))


def at(monkeypatch, moment):
    monkeypatch.setattr(timezone, "now", lambda: moment)


def clocks_of(answer) -> dict:
    return {one["kind"]: one for one in answer.json()["clocks"]}


@pytest.fixture
def waiting(bisc, rules):
    """Answered after an hour, resolution waits for the supplier since ten o'clock."""
    ticket, desk = file(bisc, may(19, 9)), bisc.actor("desk")
    verbs.answer(ticket=ticket, body="Wij kijken", by=desk, at=may(19, 9, 30))
    verbs.move(ticket=ticket, to="waiting_supplier", fact={"supplier": "OCLC"}, by=desk, at=may(19, 10))
    return ticket


def test_staff_read_all_clocks_of_a_ticket(bisc, rules, api_of, monkeypatch):
    ticket = file(bisc, may(19, 9))
    call = api_of("bisc desk")
    at(monkeypatch, may(19, 9, 52))
    found = clocks_of(call("GET", f"/tickets/{ticket.number}/clocks"))
    assert found["first_answer"] == {
        "kind": "first_answer",
        "state": "running",
        "dueAt": "2026-05-19T09:00:00Z",
        "remainingMinutes": 68,
        "startedAt": "2026-05-19T07:00:00Z",
        "doneAt": None,
        "lateAt": None,
        "ranMinutes": 52,
        "targetMinutes": 120,
        "party": None,
        "agreement": "all",
    }
    at(monkeypatch, may(19, 13))
    found = clocks_of(call("GET", f"/tickets/{ticket.number}/clocks"))
    late = found["first_answer"]
    assert (late["state"], late["remainingMinutes"], late["lateAt"]) == ("late", -120, "2026-05-19T09:00:00Z")
    assert (found["resolution"]["state"], found["resolution"]["remainingMinutes"]) == ("running", 240)


def test_staff_read_what_stands_still_what_is_done_and_whom_it_waits_for(waiting, api_of, monkeypatch):
    call = api_of("bisc desk")
    at(monkeypatch, may(19, 12))
    found = clocks_of(call("GET", f"/tickets/{waiting.number}/clocks"))
    said = {kind: (one["state"], one["dueAt"], one["remainingMinutes"], one["party"]) for kind, one in found.items()}
    assert said == {
        "first_answer": ("done", "2026-05-19T09:00:00Z", None, None),
        "resolution": ("paused", None, None, None),
        "supplier": ("running", None, None, "OCLC"),
    }
    assert found["supplier"]["agreement"] is None and found["supplier"]["ranMinutes"] == 120


@pytest.mark.parametrize("who", ["bisc colleague", "bisc keyuser"])
def test_a_library_reads_its_promise_and_nothing_else(bisc, rules, waiting, api_of, monkeypatch, who):
    ticket = file(bisc, may(19, 9))
    call = api_of(who)
    at(monkeypatch, may(19, 10))
    (one,) = call("GET", f"/tickets/{ticket.number}/clocks").json()["clocks"]
    assert (one["kind"], one["state"], one["dueAt"]) == ("first_answer", "running", "2026-05-19T09:00:00Z")
    assert one["remainingMinutes"] == 60 and [one[name] for name in NOTHING] == [None] * 7
    (still,) = call("GET", f"/tickets/{waiting.number}/clocks").json()["clocks"]
    assert (still["kind"], still["state"], still["dueAt"]) == ("resolution", "paused", None)
    items = {one["number"]: one["clock"] for one in call("GET", "/tickets").json()["items"]}
    assert items[ticket.number] == {
        "kind": "first_answer",
        "state": "running",
        "dueAt": "2026-05-19T09:00:00Z",
        "remainingMinutes": 60,
    }
    assert items[waiting.number] == {"kind": "resolution", "state": "paused", "dueAt": None, "remainingMinutes": None}


def test_a_late_resolution_is_told_beside_the_next_word(bisc, api_of, monkeypatch):
    targets = {"*": {"low": {"resolution": {"minutes": 60}, "update": {"minutes": 600}}}}
    say(Agreement.objects.create(), date(2026, 1, 1), targets, update_mode="between")
    ticket = file(bisc, may(19, 9))
    verbs.answer(ticket=ticket, body="Wij kijken", by=bisc.actor("desk"), at=may(19, 9, 30))
    call = api_of("bisc colleague")
    at(monkeypatch, may(19, 9, 45))
    said = [(one["kind"], one["state"]) for one in call("GET", f"/tickets/{ticket.number}/clocks").json()["clocks"]]
    assert said == [("update", "running")]
    at(monkeypatch, may(19, 11))
    said = [(one["kind"], one["state"]) for one in call("GET", f"/tickets/{ticket.number}/clocks").json()["clocks"]]
    assert said == [("update", "running"), ("resolution", "late")]


def test_a_guest_reads_no_promise_and_a_stranger_nothing(bisc, ticket, rules, api_of):
    verbs.edit(ticket=ticket, changes={"urgency": "low"}, by=bisc.actor("desk"))
    assert Clock.objects.filter(ticket=ticket, version__isnull=False).exists()
    guest = api_of("cubiss guest", token_at="bisc")
    assert guest("GET", f"/tickets/{ticket.number}/clocks").json() == {"clocks": []}
    (item,) = guest("GET", "/tickets").json()["items"]
    assert item["clock"] is None
    assert api_of("bisc neighbour")("GET", f"/tickets/{ticket.number}/clocks").status_code == 404
    assert api_of("bisc colleague2")("GET", f"/tickets/{ticket.number}/clocks").status_code == 404


def test_a_row_of_staff_says_what_runs_out_first_in_working_time(bisc, rules, waiting, ticket, api_of, monkeypatch):
    friday = file(bisc, may(22, 16, 30))  # half an hour, and Tuesday after Whitsun from half past eight
    call = api_of("bisc desk")
    at(monkeypatch, may(22, 16, 50))
    items = {one["number"]: one["clock"] for one in call("GET", "/tickets").json()["items"]}
    assert items[friday.number] == {
        "kind": "first_answer",
        "state": "running",
        "dueAt": "2026-05-26T08:00:00Z",
        "remainingMinutes": 100,
    }
    assert items[waiting.number] == {"kind": None, "state": "paused", "dueAt": None, "remainingMinutes": None}
    assert items[ticket.number] is None  # nothing was agreed when it came


@pytest.mark.parametrize("who", ["bisc desk", "bisc keyuser"])
def test_rows_with_clocks_ask_as_much_at_three_as_at_thirty(bisc, rules, api_of, who):
    call = api_of(who)
    for _n in range(3):
        file(bisc, may(19, 9))
    call("GET", "/tickets")
    with CaptureQueriesContext(connection) as few:
        call("GET", "/tickets")
    for _n in range(27):
        file(bisc, may(19, 9))
    with CaptureQueriesContext(connection) as many:
        assert call("GET", "/tickets").json()["count"] >= 30
    assert len(many) == len(few)


def test_due_before_chooses_what_runs_out_before_a_moment(bisc, rules, api_of):
    first, second = file(bisc, may(19, 9)), file(bisc, may(19, 14))
    call = api_of("bisc desk")

    def numbers(query):
        return {one["number"] for one in call("GET", f"/tickets?{query}").json()["items"]}

    assert numbers("dueBefore=2026-05-19T11:00:00%2B02:00") == set()
    assert numbers("dueBefore=2026-05-19T11:01:00%2B02:00") == {first.number}
    assert numbers("dueBefore=2026-05-19T09:01:00Z") == {first.number}
    assert numbers("dueBefore=2026-05-19T23:00:00Z") == {first.number, second.number}


@pytest.mark.parametrize(
    "value", ["morgen", "2026-05-19", "2026-05-19T11:00:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z"]
)
def test_due_before_without_an_offset_is_wrong_at_its_field(api_of, value):
    answer = api_of("bisc desk")("GET", f"/tickets?dueBefore={value}")
    said = [(one["field"], one["message"]) for one in answer.json()["errors"]]
    wrong = "Geef een moment met zijn tijdzone, zoals 2026-12-01T12:00:00Z."
    assert (answer.status_code, said) == (400, [("dueBefore", wrong)])


def test_breached_chooses_what_was_or_is_late_and_its_opposite_all_the_rest(bisc, rules, ticket, api_of, monkeypatch):
    late_now, was_late, fine = file(bisc, may(19, 9)), file(bisc, may(19, 9)), file(bisc, may(19, 12))
    verbs.answer(ticket=was_late, body="Zo", by=bisc.actor("desk"), at=may(19, 12))
    call = api_of("bisc desk")
    at(monkeypatch, may(19, 13))
    found = {}
    for value in ("true", "false"):
        found[value] = {one["number"] for one in call("GET", f"/tickets?breached={value}").json()["items"]}
    assert found == {"true": {late_now.number, was_late.number}, "false": {fine.number, ticket.number}}
    answer = call("GET", "/tickets?breached=misschien")
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, ["breached"])


@pytest.mark.parametrize("query", ["dueBefore=2026-05-19T11:00:00Z", "breached=true"])
def test_a_library_does_not_choose_by_clocks(api_of, query):
    answer = api_of("bisc keyuser")("GET", f"/tickets?{query}")
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, [query.partition("=")[0]])


def test_the_list_says_in_a_chip_what_was_chosen_by_clocks(client_of):
    client = client_of("bisc desk")
    page = client.get("/tickets/?view=all&breached=true&due_before=2020-05-19T11:00:00%2B02:00").content.decode()
    assert "Is of was te laat" in page and "Loopt af vóór 19 mei 2020, 11:00" in page
