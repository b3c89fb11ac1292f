"""The desk as one place: what its list shows and why it is empty, and which ticket comes next in it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from agenda.categories.models import Category
from agenda.figures.periods import Period
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


def test_my_turn_and_what_waits_are_counted_of_ones_own(stock, client_of):
    lead = stock.actor("lead")
    for number in ("BISC-1", "BISC-4"):
        verbs.edit(ticket=Ticket.objects.get(number=number), changes={"assignee": stock.people["desk"]}, by=lead)
        verbs.move(ticket=Ticket.objects.get(number=number), to="waiting_supplier", fact=SUPPLIER, by=lead)
    shown = client_of("bisc desk").get("/tickets/?view=mine").context["groups"]
    assert [(group.title, group.count, len(group.rows)) for group in shown] == [
        ("Mijn beurt", 1, 1),
        ("Wacht op een ander", 2, 2),
    ]


def _many(bisc, ticket, count: int, **changes) -> None:
    """File so many tickets beside BISC-1, an hour apart."""
    values = {"library_id": bisc.library.pk, "platform_id": bisc.library.platform_id, "state": "new", "type": "wish"}
    values |= {"category_id": ticket.category_id, "reporter": bisc.people["colleague"], "priority": "low", **changes}
    values |= {"subject": "x", "changed_at": FIRST, "told_at": FIRST}
    Ticket.objects.bulk_create(
        Ticket(number=f"BISC-{n}", opened_at=FIRST + timedelta(hours=n), **values) for n in range(2, count + 2)
    )


def test_what_waits_comes_after_all_that_is_my_turn_also_over_pages(bisc, ticket, client_of):
    """However urgent it is."""
    lead = bisc.actor("lead")
    verbs.edit(ticket=ticket, changes={"urgency": "high", "impact": "high", "assignee": bisc.people["desk"]}, by=lead)
    verbs.move(ticket=ticket, to="waiting_supplier", fact=SUPPLIER, by=lead)
    _many(bisc, ticket, 50, assignee=bisc.people["desk"])
    client = client_of("bisc desk")
    pages = [client.get(f"/tickets/?view=mine&page={page}").context["groups"] for page in (1, 2)]
    assert [[(group.title, len(group.rows)) for group in groups] for groups in pages] == [
        [("Mijn beurt", 50)],
        [("Wacht op een ander", 1)],
    ]


def test_after_a_ticket_that_is_gone_comes_the_first_of_its_page_and_before_it_the_list(bisc, ticket, client_of):
    _many(bisc, ticket, 51)
    client = client_of("bisc desk")
    found = {
        path: client.get(f"/tickets/{path}")["Location"]
        for path in ("BISC-99/next/?view=all&page=2", "BISC-99/previous/?view=all&page=2", "BISC-99/previous/?view=all")
    }
    assert list(found.values()) == [
        "/tickets/BISC-51/?view=all&page=2",
        "/tickets/?view=all&page=2",
        "/tickets/?view=all",
    ]
    far = client.get("/tickets/BISC-1/next/?view=all&page=99999999999999999999")
    assert (far.status_code, far["Location"].partition("?")[0]) == (302, "/tickets/")


def test_at_its_end_the_list_comes_as_a_page_of_its_own_and_not_in_the_middle(stock, client_of):
    client = client_of("bisc desk")
    answer = client.get("/tickets/BISC-5/next/?view=all", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/tickets/?view=all")
    assert "Dat was de laatste van deze lijst." in client.get("/tickets/?view=all").content.decode()
    client.get("/tickets/BISC-3/previous/?view=all")
    assert "Dat was de eerste van deze lijst." in client.get("/tickets/?view=all").content.decode()


def test_a_row_says_what_it_is_in_the_language_of_who_reads(stock, client_of):
    """Its category in English, that nobody has it, the sign of what was opened again, and that its subject is long."""
    six, long = Ticket.objects.get(number="BISC-6"), "Zelfservice op de eerste verdieping zegt geen verbinding"
    verbs.move(ticket=six, to="open", reason="Toch niet.", by=stock.actor("colleague"))
    verbs.edit(ticket=six, changes={"subject": long}, by=stock.actor("lead"))
    client = client_of("bisc desk")
    client.post("/language/", {"language": "en", "next": "/"})
    (group,) = client.get("/tickets/?view=all").context["groups"]
    rows = {row.number: row for row in group.rows}
    assert rows["BISC-4"].category == Category.objects.get(code="7.1").name_en
    assert (rows["BISC-4"].assignee, rows["BISC-2"].assignee) == ("nobody yet", "Desk BiSC")
    assert (rows["BISC-6"].state, rows["BISC-6"].long, rows["BISC-2"].long) == ("Reopened", " long", "")
    assert "#i-rotate" in rows["BISC-6"].sign and "#i-rotate" not in rows["BISC-2"].sign
    page = client.get("/tickets/pane/?view=all&current=BISC-6").content.decode()
    here = re.findall(r'<a[^>]*href="/tickets/(BISC-\d+)/[^>]*aria-current="true"', page)
    assert here == ["BISC-6"]


@pytest.mark.parametrize(
    ("query", "count"), [("view=all&due=week", 0), ("view=all&category=unsorted", 2), ("view=all&assignee=me", 1)]
)
def test_a_filtered_list_says_what_it_shows_and_not_the_count_of_its_tab(stock, client_of, query, count):
    """Still to be sorted is what has no leaf: on a group of the tree, or on none."""
    for number, code in (("BISC-4", "7"), ("BISC-5", None)):
        Ticket.objects.filter(number=number).update(category=Category.objects.filter(code=code).first())
    page = client_of("bisc desk").get(f"/tickets/?{query}").context["page"]
    assert (page.count, len(page)) == (count, count)


def test_a_number_within_a_filter_is_looked_for_there_and_opens_nothing(stock, client_of):
    client = client_of("bisc desk")
    assert client.get("/tickets/?q=3")["Location"] == "/tickets/BISC-3/"
    within = client.get("/tickets/?q=3&type=wish")
    assert [row.number for group in within.context["groups"] for row in group.rows] == ["BISC-4"]  # “Uur 3”


def test_a_filter_that_is_none_opens_where_it_says_so(stock, client_of):
    page = client_of("bisc desk").get("/tickets/?view=all&state=weg")
    assert page.context["refined"] and "errorlist" in page.content.decode()


RESOLVED = ("Opgelost in kwartaal 4 van 2025", "view=all&type=wish")


def test_what_is_open_in_the_quarter_that_runs_is_open_now(stock, client_of):
    page = client_of("bisc desk").get(f"/tickets/?view=all&figure=open-{Period.of(timezone.localdate())}")
    assert ([chip.label for chip in page.context["chips"]], page.context["page"].count) == (["Nu open"], 5)


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
        ("view=all&figure=open-2025-4", [("Open aan het eind van kwartaal 4 van 2025", "view=all")]),
        ("view=all&figure=resolved-2025-4&type=wish", [("Wens", "view=all&figure=resolved-2025-4"), RESOLVED]),
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
