"""Lists of tickets: what each filter, tab and order shows, by number, and what the tabs count."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.context import inside
from tenants.models import LibraryMembership, Location
from tenants.web.paging import Page
from tickets.desk import actions as verbs
from tickets.lists.forms import FilterForm
from tickets.models import Ticket
from tickets.states import Visibility

FIRST = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, "1 6 5 4 3 2"),
        ({"sort": "newest"}, "1 6 5 4 3 2"),
        ({"sort": "oldest"}, "2 3 4 5 6 1"),
        ({"sort": "priority"}, "3 1 2 4 5 6"),
        ({"sort": "changed"}, "1 6 5 3 2 4"),
        ({"sort": "oldest", "state": "unresolved"}, "2 3 4 5 1"),
        ({"sort": "oldest", "state": "resolved"}, "6"),
        ({"sort": "oldest", "state": "new"}, "4 1"),
        ({"sort": "oldest", "type": "wish"}, "4"),
        ({"sort": "oldest", "priority": "high"}, "3"),
        ({"sort": "oldest", "priority": "critical"}, ""),
        ({"sort": "oldest", "library": "bisc-twee"}, "4"),
        ({"sort": "oldest", "category": "7.1"}, "4"),
        ({"sort": "oldest", "assignee": "me"}, "2 6"),
        ({"sort": "oldest", "assignee": "none"}, "4 5 1"),
        ({"sort": "oldest", "assignee": "lead@bisc.example"}, "3"),
        ({"sort": "oldest", "assignee": " LEAD@bisc.example "}, "3"),
        ({"sort": "oldest", "q": "kwartelzang"}, "1"),
        ({"sort": "oldest", "q": "BISC-3"}, "3"),
        ({"sort": "oldest", "q": "tekst", "assignee": "me"}, "2 6"),
    ],
)
def test_a_filter_shows_these_tickets_in_this_order(stock, api_of, query, numbers):
    answer = api_of("bisc desk")("GET", "/tickets?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert answer.status_code == 200
    found = answer.json()
    assert [item["number"] for item in found["items"]] == [f"BISC-{number}" for number in numbers.split()]
    assert found["count"] == len(numbers.split())


@pytest.mark.parametrize(
    ("path", "numbers", "count"),
    [
        ("/tickets/", "2", 1),
        ("/tickets/?view=mine", "2", 1),
        ("/tickets/?view=unassigned", "1 4", 2),
        ("/tickets/?view=all", "3 1 2 4 5", 5),
        ("/tickets/?view=elsewhere", "3 1 2 4 5", 5),
        ("/tickets/?view=all&sort=oldest", "2 3 4 5 1", 5),
        ("/tickets/?view=all&state=resolved", "6", 1),
        ("/tickets/?view=all&assignee=me", "2", 1),
        ("/tickets/?view=mine&type=wish", "", 0),
        ("/tickets/?view=unassigned&library=bisc-twee", "4", 1),
        ("/tickets/?view=all&category=7.1", "4", 1),
        ("/tickets/?view=all&page=99999999999999999999", "", 5),
        ("/tickets/?q=tekst", "5 4 3 2 6", 5),
        ("/tickets/?q=tekst&sort=priority", "3 2 4 5 6", 5),
        ("/tickets/?view=mine&q=tekst", "2 6", 2),
    ],
)
def test_a_tab_of_the_desk_shows_these_tickets(stock, client_of, path, numbers, count):
    answer = client_of("bisc desk").get(path)
    shown = re.findall(r'href="/tickets/BISC-(\d+)/\?', answer.content.decode())
    assert shown == numbers.split()
    assert answer.context["page"].count == count


def test_the_tabs_count_what_is_open(stock, client_of):
    counts = {}
    for who in ("bisc desk", "bisc lead", "bisc seated"):
        page = client_of(who).get("/tickets/").content.decode()
        tabs = page[page.index('<nav class="tabs"') : page.index("</nav>", page.index('<nav class="tabs"'))]
        counts[who] = re.findall(r'<span class="tag">(\d+)</span>', tabs)
    assert counts == {"bisc desk": ["1", "2", "5"], "bisc lead": ["1", "2", "5"], "bisc seated": ["0", "2", "5"]}


def test_the_list_beside_a_ticket_is_that_of_the_tab(stock, client_of):
    shown = {
        view: re.findall(
            r"/tickets/BISC-(\d+)/\?", client_of("bisc desk").get(f"/tickets/pane/?view={view}").content.decode()
        )
        for view in ("mine", "unassigned", "all")
    }
    assert shown == {"mine": ["2"], "unassigned": ["1", "4"], "all": ["3", "1", "2", "4", "5"]}


@pytest.mark.parametrize(
    ("who", "own", "seen"),
    [
        ("colleague", "6 1 2", "6 1 2"),
        ("colleague2", "5", "5"),
        ("keyuser", "3", "6 1 5 3 2"),
        ("director", "", "6 1 5 3 2"),
        ("neighbour", "4", "4"),
    ],
)
def test_the_portal_shows_ones_own_and_the_list_what_one_may_see(stock, client_of, who, own, seen):
    client = client_of(f"bisc {who}")
    portal = client.get("/").content.decode()
    listed = client.get("/tickets/").content.decode()
    assert list(dict.fromkeys(re.findall(r'href="/tickets/BISC-(\d+)/', portal))) == own.split()
    assert list(dict.fromkeys(re.findall(r'href="/tickets/BISC-(\d+)/', listed))) == seen.split()


def test_the_portal_does_not_tell_of_work_inside_by_its_order(stock, client_of):
    inside_work = Ticket.objects.get(number="BISC-2")
    verbs.answer(ticket=inside_work, body="Onder ons", visibility=Visibility.INTERNAL, by=stock.actor("desk"))
    page = client_of("bisc colleague").get("/").content.decode()
    assert re.findall(r'href="/tickets/(BISC-\d+)/"', page) == ["BISC-6", "BISC-1", "BISC-2"]


def test_a_library_does_not_learn_of_work_inside_by_an_order(stock, api_of):
    """The desk works inside on BISC-2, the oldest: for the library nothing moves."""
    keyuser = api_of("bisc keyuser")
    before = [item["number"] for item in keyuser("GET", "/tickets?sort=changed").json()["items"]]
    two = Ticket.objects.get(number="BISC-2")
    verbs.answer(ticket=two, body="Intern.", visibility=Visibility.INTERNAL, by=stock.actor("desk"))
    verbs.edit(ticket=two, changes={"assignee": stock.people["lead"]}, by=stock.actor("desk"))
    assert [item["number"] for item in keyuser("GET", "/tickets?sort=changed").json()["items"]] == before
    assert before == ["BISC-1", "BISC-6", "BISC-5", "BISC-3", "BISC-2"]
    desk = [item["number"] for item in api_of("bisc desk")("GET", "/tickets?sort=changed").json()["items"]]
    assert desk[0] == "BISC-2"


@pytest.mark.parametrize(
    ("query", "field"),
    [("assignee=me", "assignee"), ("assignee=desk@bisc.example", "assignee"), ("priority=high", "priority")],
)
def test_a_library_does_not_choose_by_what_the_desk_keeps_to_itself(stock, api_of, query, field):
    answer = api_of("bisc keyuser")("GET", f"/tickets?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("query", ["library=cubiss-een", "assignee=desk@cubiss.example", "state=weg", "category=9.9"])
def test_what_is_not_of_this_organisation_cannot_be_chosen(stock, api_of, query):
    answer = api_of("bisc desk")("GET", f"/tickets?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [query.partition("=")[0]]


def test_the_filter_offers_what_is_of_this_organisation(stock, client_of):
    form = client_of("bisc desk").get("/tickets/?view=all&refine=1").context["form"]
    assert [key for key, _label in form.fields["library"].widget.choices] == ["", "bisc-een", "bisc-twee"]
    people = [label for _key, label in form.fields["assignee"].widget.choices][3:]
    assert people == ["Desk BiSC", "Lead BiSC", "Zetel BiSC"]


def test_a_library_is_offered_its_own_orders(bisc):
    form = FilterForm({"sort": "priority"}, standing=bisc.standing("colleague"))
    assert not form.is_valid()
    with pytest.raises(ValidationError):
        form.fields["sort"].clean("priority")
    assert [key for key, _label in form.fields["sort"].choices] == ["newest", "oldest", "changed"]


def test_who_sees_chosen_locations_finds_their_tickets_in_the_list(stock, cast, client_of):
    with inside(None):
        row = LibraryMembership.objects.get(person=stock.people["colleague2"])
        row.sees = LibraryMembership.Sees.LOCATIONS
        row.save()
        row.locations.set([stock.locations[2]])
    listed = client_of("bisc colleague2").get("/tickets/?whose=library").content.decode()
    assert list(dict.fromkeys(re.findall(r'href="/tickets/BISC-(\d+)/', listed))) == ["5", "3"]


@pytest.mark.parametrize(
    ("rows", "number", "shown", "first", "last", "following", "before"),
    [
        (0, 1, 0, 0, 0, None, None),
        (49, 1, 49, 1, 49, None, None),
        (50, 1, 50, 1, 50, None, None),
        (51, 1, 50, 1, 50, 2, None),
        (51, 2, 1, 51, 51, None, 1),
        (100, 2, 50, 51, 100, None, 1),
        (101, 2, 50, 51, 100, 3, 1),
        (101, 3, 1, 101, 101, None, 2),
        (51, 9, 0, 0, 0, None, 8),
        (51, "-3", 50, 1, 50, 2, None),
        (51, "drie", 50, 1, 50, 2, None),
        (51, None, 50, 1, 50, 2, None),
    ],
)
def test_pages_of_fifty(cast, rows, number, shown, first, last, following, before):
    Location.objects.bulk_create(
        Location(library=cast.bisc.other_library, slug=f"rij-{n:03}", name=f"Rij {n:03}", kind="branch")
        for n in range(1, rows + 1)
    )
    page = Page(Location.objects.filter(slug__startswith="rij-").order_by("slug"), number)
    found = (len(page), page.first, page.last, page.next, page.previous, page.count)
    assert found == (shown, first, last, following, before, rows)
    assert [row.slug for row in page][:1] == ([f"rij-{first:03}"] if shown else [])


@pytest.mark.parametrize("count", [50, 51, 101])
def test_every_ticket_stands_on_one_page(bisc, ticket, client_of, api_of, count):
    """A next page exactly where there is more; every ticket once."""
    values = {"library_id": bisc.library.pk, "platform_id": bisc.library.platform_id, "state": "new", "type": "wish"}
    values |= {"category_id": ticket.category_id, "reporter": bisc.people["colleague"], "priority": "low"}
    Ticket.objects.bulk_create(
        Ticket(number=f"BISC-{number}", subject="x", opened_at=FIRST, changed_at=FIRST, told_at=FIRST, **values)
        for number in range(2, count + 1)
    )
    client, call = client_of("bisc desk"), api_of("bisc keyuser")
    seen, page = [], 1
    while page:
        html = client.get(f"/tickets/?view=all&page={page}").content.decode()
        seen += re.findall(r'href="/tickets/(BISC-\d+)/', html)
        more = f"page={page + 1}" in html
        assert more is (count > 50 * page), page
        page = page + 1 if more else 0
    assert len(seen) == len(set(seen)) == count
    address, listed = "/tickets", []
    while address:
        answer = call("GET", address).json()
        assert answer["count"] == count
        listed += [one["number"] for one in answer["items"]]
        address = answer["next"] and "/tickets" + answer["next"].split("/tickets")[1]
    assert len(listed) == len(set(listed)) == count


def _queries(client, path) -> int:
    client.get(path)  # the first request of a client reads its session from the database
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


LISTS = [
    ("bisc desk", "/tickets/?view=all", 3),
    ("bisc desk", "/tickets/?view=mine", 3),
    ("bisc desk", "/tickets/?view=unassigned", 3),
    ("bisc desk", "/tickets/?q=kwartelzang", 5),
    ("bisc desk", "/tickets/pane/?view=all", 3),
    ("bisc keyuser", "/tickets/", 2),
    ("bisc colleague", "/tickets/", 2),
    ("bisc colleague", "/", 2),
]


@pytest.mark.parametrize(("who", "path", "queries"), LISTS)
def test_a_list_asks_as_much_for_30_rows_as_for_1(bisc, ticket, client_of, who, path, queries):
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["desk"]}, by=bisc.actor("lead"))
    client = client_of(who)
    one = _queries(client, path)
    values = {"type": "wish", "body": "x", "category": ticket.category, "urgency": "low", "library": bisc.library}
    for index in range(29):
        made = verbs.create(**values, subject=f"kwartelzang {index}", by=bisc.actor("colleague"))
        changes = {"assignee": bisc.people["desk" if index % 2 else "lead"]}
        verbs.edit(ticket=made, changes=changes, by=bisc.actor("lead"))
    assert (one, _queries(client, path)) == (queries, queries)


def test_who_is_no_staff_any_more_is_not_offered(bisc, ticket, client_of):
    """In the filter and in the form of a ticket, only staff of today; the assignee it has stays."""
    client = client_of("bisc desk")
    people = {who: bisc.people[who].pk for who in ("desk", "lead", "seated", "former", "coming", "keyuser")}
    filters = client.get("/tickets/?view=all&refine=1").content.decode()
    form = client.get("/tickets/BISC-1/edit/").content.decode()
    for page in (filters, form):
        select = page.split('name="assignee"')[1].split("</select>")[0]
        offered = {int(one) for one in re.findall(r'value="(\d+)"', select)}
        assert offered == {people["desk"], people["lead"], people["seated"]}


def test_of_an_address_of_staff_a_library_hears_what_it_hears_of_any(bisc, ticket, api_of, client_of):
    call, client = api_of("bisc keyuser"), client_of("bisc keyuser")
    answers = [call("GET", f"/tickets?assignee={one}@bisc.example") for one in ("desk", "niemand")]
    assert [one.status_code for one in answers] == [400, 400] and answers[0].content == answers[1].content
    assert client.get("/tickets/?assignee=desk@bisc.example").context["page"].count == 1


def test_nobody_chooses_by_staff_of_yesterday(bisc, ticket):
    for address in ("weg@bisc.example", "straks@bisc.example", "gast@cubiss.example"):
        assert not FilterForm({"assignee": address}, standing=bisc.standing("desk")).is_valid()


@pytest.mark.parametrize(("path", "name"), [("/tickets/", "page"), ("/", "tickets")])
def test_a_page_of_a_library_is_given_what_it_was_told(stock, client_of, path, name):
    ticket = Ticket.objects.get(number="BISC-2")
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=stock.actor("desk"))
    shown = client_of("bisc colleague").get(path).context[name]
    found = {one.number: (one.priority, one.impact, one.assignee, one.changed_at) for one in shown}
    told_at = FIRST + timedelta(days=1)
    assert found["BISC-2"] == (None, None, None, told_at)


@pytest.mark.parametrize(("digits", "status"), [("999999999", 200), ("9999999999", 400)])
def test_a_number_of_nobody_is_a_person_of_whom_there_is_nothing(stock, api_of, digits, status):
    """Up to nine digits; what is longer is no key and is said to be no address either."""
    answer = api_of("bisc desk")("GET", f"/tickets?assignee={digits}")
    assert (answer.status_code, answer.json().get("items", [])) == (status, [])


def test_a_filter_shows_how_many_it_found_and_the_way_to_close_it(stock, client_of):
    desk = client_of("bisc desk")
    page = desk.get("/tickets/?view=all&state=resolved&refine=1").content.decode()
    chips = page.partition('<div class="chips">')[2].partition("</div>")[0]
    assert re.findall(r"<b>(.*?)</b>", chips) == ["1 melding"]
    assert re.search(r'href="/tickets/\?view=all&amp;state=resolved" data-act="filter">', chips)
    assert "Filter sluiten" in chips and "Filteren en sorteren" not in chips


def test_a_state_in_the_list_is_one_word_in_every_view(stock, client_of):
    page = client_of("bisc desk").get("/tickets/?view=all").content.decode()
    states = set(re.findall(r'<span class="state">([^<]*)</span>', page)) - {"Status"}
    assert {one for one in states if "acht" in one} == set()
    assert "Leverancier" in states
