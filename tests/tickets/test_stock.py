"""The desk as one place: what its list shows and why it is empty, and which ticket comes next in it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.tickets.verbs import SUPPLIER
from tickets.desk import actions as verbs
from tickets.models import Ticket

FIRST = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_what_is_my_turn_comes_first_and_what_waits_after_it(bisc, ticket, client_of):
    """Of what is mine; a tab of others is one list."""
    desk, lead = bisc.actor("desk"), bisc.actor("lead")
    verbs.edit(ticket=ticket, changes={"urgency": "high", "impact": "high", "assignee": bisc.people["desk"]}, by=lead)
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=desk)
    values = {"type": "wish", "body": "x", "category": ticket.category, "urgency": "low", "library": bisc.library}
    two = verbs.create(**values, subject="Twee", by=bisc.actor("colleague"))
    verbs.pick_up(ticket=two, by=desk)
    shown = client_of("bisc desk").get("/tickets/?view=mine").context["groups"]
    assert [(len(group.rows), group.count, group.rows[0].number) for group in shown] == [
        (1, 1, "BISC-2"),
        (1, 1, "BISC-1"),
    ]
    assert [group.rows[0].state for group in shown] == ["In behandeling", "Leverancier"]
    every = client_of("bisc desk").get("/tickets/?view=all").context["groups"]
    assert [[row.number for row in group.rows] for group in every] == [["BISC-1", "BISC-2"]]
    filtered = client_of("bisc desk").get("/tickets/?view=mine&type=wish").context["groups"]
    assert [(group.count, [row.number for row in group.rows]) for group in filtered] == [(None, ["BISC-2"])]


@pytest.mark.parametrize(
    ("query", "chips"),
    [
        ("view=all", []),
        ("view=all&sort=oldest", []),
        ("view=all&state=unresolved", []),
        ("view=all&state=", [("Alle statussen", "view=all")]),
        ("view=all&state=resolved&page=2", [("Opgelost", "view=all")]),
        (
            "view=mine&type=wish&library=bisc-twee",
            [("Wens", "view=mine&library=bisc-twee"), ("TWEE", "view=mine&type=wish")],
        ),
        ("view=all&assignee=none", [("Nog niemand", "view=all")]),
        ("view=unassigned&assignee=me", []),
        ("q=tekst&priority=high", [("Hoog", "q=tekst")]),
    ],
)
def test_each_filter_is_a_chip_that_can_be_taken_off(stock, client_of, query, chips):
    answer = client_of("bisc desk").get(f"/tickets/?{query}")
    shown = [(chip.label, chip.query) for chip in answer.context["chips"]]
    assert shown == [(stock.other_library.name if label == "TWEE" else label, rest) for label, rest in chips]
    assert ("(<" in answer.content.decode() or "gefilterd" in answer.content.decode()) is bool(chips)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("view=all&type=complaint", "Geen melding past bij dit filter."),
        ("view=all&page=7", "Deze pagina van de lijst is leeg"),
        ("q=onvindbaar", "Niets gevonden."),
    ],
)
def test_an_empty_list_says_why(stock, client_of, query, says):
    page = client_of("bisc desk").get(f"/tickets/?{query}").content.decode()
    assert says in page and ("Filter wissen" in page) is ("type" in query)
    nothing = client_of("bisc seated").get("/tickets/").content.decode()
    assert "Er wacht niets op u" in nothing and "Filter wissen" not in nothing


@pytest.mark.parametrize(
    ("path", "goal"),
    [
        ("BISC-3/next/?view=all", "/tickets/BISC-1/?view=all"),
        ("BISC-1/previous/?view=all", "/tickets/BISC-3/?view=all"),
        ("BISC-3/previous/?view=all", "/tickets/?view=all"),
        ("BISC-5/next/?view=all", "/tickets/?view=all"),
        ("BISC-6/next/?view=all", "/tickets/BISC-3/?view=all"),  # no longer in the list: its first
        ("BISC-4/next/?view=all&sort=oldest&type=question", "/tickets/BISC-2/?view=all&type=question&sort=oldest"),
        ("BISC-5/next/?q=tekst", "/tickets/BISC-4/?q=tekst"),
        ("BISC-3/next/?view=all&next=//elders.example&x=1", "/tickets/BISC-1/?view=all"),
        ("BISC-2/next/", "/tickets/"),
    ],
)
def test_the_next_ticket_is_that_of_the_list(stock, client_of, path, goal):
    answer = client_of("bisc desk").get(f"/tickets/{path}")
    assert (answer.status_code, answer["Location"]) == (302, goal)


def test_the_next_ticket_stands_on_the_next_page(bisc, ticket, client_of):
    values = {"library_id": bisc.library.pk, "platform_id": bisc.library.platform_id, "state": "new", "type": "wish"}
    values |= {"category_id": ticket.category_id, "reporter": bisc.people["colleague"], "priority": "low"}
    Ticket.objects.bulk_create(
        Ticket(
            number=f"BISC-{n}",
            subject="x",
            opened_at=FIRST + timedelta(hours=n),
            changed_at=FIRST,
            told_at=FIRST,
            **values,
        )
        for n in range(2, 53)
    )
    client = client_of("bisc desk")
    assert client.get("/tickets/BISC-50/next/?view=all")["Location"] == "/tickets/BISC-51/?view=all&page=2"
    assert client.get("/tickets/BISC-51/previous/?view=all&page=2")["Location"] == "/tickets/BISC-50/?view=all&page=1"
    assert client.get("/tickets/BISC-51/next/?view=all&page=2")["Location"] == "/tickets/BISC-52/?view=all&page=2"


def test_a_library_has_no_list_to_walk(bisc, client_of):
    for who in ("colleague", "keyuser"):
        assert client_of(f"bisc {who}").get("/tickets/BISC-1/next/").status_code == 404


def test_choosing_a_ticket_swaps_the_middle_alone(bisc, ticket, client_of):
    client = client_of("bisc desk")
    whole = client.get("/tickets/BISC-1/?view=all&q=x&weg=1")
    part = client.get("/tickets/BISC-1/?view=all", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode() and "<html" not in part.content.decode()
    assert "<title>BISC-1 " in part.content.decode() and ticket.subject in part.content.decode()
    assert whole["Vary"] == part["Vary"] and "HX-Request" in whole["Vary"]
    assert 'hx-get="/tickets/pane/?current=BISC-1&amp;view=all&amp;q=x"' in whole.content.decode()


def test_the_theme_is_that_of_the_device_or_of_who_chose_one(bisc, client_of):
    client, other = client_of("bisc desk"), client_of("bisc lead")
    assert '<html lang="nl">' in client.get("/me/").content.decode()
    for theme in ("dark", "light"):
        assert client.post("/me/theme/", {"theme": theme}).status_code == 302
        assert f'<html lang="nl" data-theme="{theme}">' in client.get("/tickets/").content.decode()
        assert '<html lang="nl">' in other.get("/tickets/").content.decode()
    for wrong in ({"theme": "paars"}, {}):
        assert client.post("/me/theme/", wrong).status_code == 400
    assert 'data-theme="light"' in client.get("/me/").content.decode()
    client.post("/me/theme/", {"theme": ""})
    assert '<html lang="nl">' in client.get("/tickets/").content.decode()


def test_lists_have_two_lines_for_who_wants_them(bisc, client_of):
    client, other = client_of("bisc desk"), client_of("bisc lead")
    assert client.post("/me/rows/", {"roomy": "on", "next": "/tickets/?view=all"})["Location"] == "/tickets/?view=all"
    assert 'class="stock roomy"' in client.get("/tickets/?view=all").content.decode()
    assert 'class="stock"' in other.get("/tickets/?view=all").content.decode()
    assert client.post("/me/rows/", {"next": "//elders.example/"})["Location"] == "/me/"
    assert 'class="stock"' in client.get("/tickets/?view=all").content.decode()


def test_send_and_next_goes_to_what_came_next_before_it_was_said(stock, client_of):
    """The answer takes BISC-3 out of the list; what came after it there is next."""
    client = client_of("bisc desk")
    path = "/tickets/BISC-1/messages/next/?view=unassigned&sort=oldest"
    said = client.post("/tickets/BISC-4/messages/next/?view=all&state=new&sort=oldest", {"body": "Bekeken."})
    assert said["Location"] == "/tickets/BISC-1/?view=all&state=new&sort=oldest"
    assert Ticket.objects.get(number="BISC-4").state == "open"
    refused = client.post(path, {"body": ""})
    assert refused.status_code == 422 and "Schrijf eerst iets." in refused.content.decode()
    last = client.post(path, {"body": "Gedaan."})
    assert last["Location"] == "/tickets/?view=unassigned&sort=oldest"
    assert "laatste van deze lijst" in client.get(last["Location"]).content.decode()
    assert client_of("bisc colleague").post("/tickets/BISC-1/messages/next/", {"body": "x"}).status_code == 404


def test_sending_keeps_the_list_it_came_from(stock, client_of):
    client = client_of("bisc desk")
    said = client.post("/tickets/BISC-3/messages/?view=all&type=incident&page=2", {"body": "Bekeken."})
    assert said["Location"] == "/tickets/BISC-3/?view=all&type=incident&page=2"
    taken = client.post("/tickets/BISC-4/pick-up/?view=unassigned", {})
    assert taken["Location"] == "/tickets/BISC-4/?view=unassigned"
