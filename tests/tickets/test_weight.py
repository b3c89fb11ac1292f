"""What a page costs: its queries at few rows and many, and its size."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.demo.volume import Builder
from tenants.web.markdown import to_html
from tickets.desk import actions as verbs
from tickets.models import Ticket


def _queries(client, path) -> int:
    client.get(path)  # the first request of a client reads its session from the database
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(path)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("path", "who", "queries"),
    [
        ("/tickets/?view=all", "bisc desk", 3),
        ("/tickets/?view=mine", "bisc desk", 3),
        ("/tickets/?q=zelfservice", "bisc desk", 5),
        ("/tickets/", "bisc keyuser", 2),
        ("/", "bisc colleague", 2),
        ("/tickets/BISC-1/", "bisc desk", 8),  # one of them for the name of whom it was opened to
        ("/tickets/BISC-1/", "bisc colleague", 6),
    ],
)
def test_queries_do_not_grow_with_rows(bisc, client_of, ticket, path, who, queries):
    client = client_of(who)
    assert _queries(client, path) == queries
    Builder(count=80, until=timezone.now() - timedelta(days=1)).build()
    for index in range(30):
        verbs.answer(ticket=ticket, body=f"Bericht {index}", by=bisc.actor("desk" if index % 2 else "colleague"))
    assert _queries(client, path) == queries


NEW = {"type": "incident", "subject": "x", "body": "x", "library": "bisc-een", "category": "6.1", "urgency": "low"}


@pytest.mark.parametrize("locations", [[], ["bisc-een-1", "bisc-een-2"]])
def test_filing_a_ticket_costs_few_questions(bisc, client_of, api_of, locations):
    """Of these, two begin and end the transaction, one asks by which rules clocks count, one is asked at the door."""
    call, client = api_of("bisc desk"), client_of("bisc desk")
    call("POST", "/tickets", NEW)  # the first one looks up what a connection keeps
    with CaptureQueriesContext(connection) as captured:
        assert call("POST", "/tickets", {**NEW, "locations": locations}).status_code == 201
    assert len(captured) == 7 + 2 * bool(locations)  # which they are, and that they are
    client.post("/tickets/new/", {**NEW, "impact": ""})
    with CaptureQueriesContext(connection) as captured:
        assert client.post("/tickets/new/", {**NEW, "impact": "", "locations": locations}).status_code == 302
    assert len(captured) == 7 + 2 * bool(locations)


def test_the_list_stays_under_60_kb(bisc, client_of):
    Builder(count=200, until=timezone.now()).build()
    response = client_of("bisc desk").get("/tickets/?view=all")
    assert response.content.count(b"/tickets/BISC-") >= 50
    assert len(response.content) < 60_000


def test_a_wide_table_costs_nothing_much():
    text = "a|" * 2500 + "\n" + "-|" * 2500 + "\n" + "a\n" * 2000
    assert "<table" not in to_html(text)
    assert "<table" in to_html("a|b\n-|-\n1|2\n")


def test_a_list_is_counted_without_what_its_rows_show(bisc, client_of):
    Builder(count=200, until=timezone.now()).build()
    client = client_of("bisc desk")
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/tickets/?view=all&state=closed&sort=newest&page=2")
    counted = [one["sql"] for one in captured.captured_queries if "COUNT(*)" in one["sql"]]
    assert len(counted) == 1 and " JOIN " not in counted[0]
    assert page.context["page"].count == Ticket.objects.filter(state="closed").count() > 50
