"""Work inside leaves no trace for a library, in anything it can read or try."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tickets.desk import actions as verbs
from tickets.guests.actions import close_to, open_to
from tickets.models import Message, Ticket, TicketGrant


# Work inside, which a library may not notice by anything it can read or try.
def _note(house, ticket):
    verbs.answer(ticket=ticket, body="Intern geheimwoord", visibility="internal", by=house.actor("desk"))


def _among_pois(house, ticket):
    verbs.answer(ticket=ticket, body="Overleg geheimwoord", visibility="partners", by=house.actor("desk"))


def _impact(house, ticket):
    verbs.edit(ticket=ticket, changes={"impact": "high"}, by=house.actor("lead"))


def _assign(house, ticket):
    verbs.edit(ticket=ticket, changes={"assignee": house.people["seated"]}, by=house.actor("lead"))


def _pick_up(house, ticket):
    verbs.pick_up(ticket=ticket, by=house.actor("desk"))


def _open_and_close(house, ticket):
    guest = TicketGrant.objects.get().user
    close_to(ticket=ticket, person=guest, by=house.actor("desk"))
    open_to(ticket=ticket, person=guest, until_on=timezone.localdate() + timedelta(days=9), by=house.actor("desk"))


WORK = [_note, _among_pois, _impact, _assign, _pick_up, _open_and_close]
PAGES = [
    "/",
    "/tickets/",
    "/tickets/?sort=changed",
    "/tickets/?sort=newest",
    "/tickets/?q=geheimwoord",
    "/tickets/?q=meegekeken",
    "/tickets/?assignee=zetel@bisc.example",
    "/tickets/?assignee=niemand@bisc.example",
    "/tickets/?priority=critical",
    "/tickets/?view=unassigned",
    "/tickets/BISC-1/",
    "/tickets/BISC-2/",
]
CALLS = [
    "/tickets",
    "/tickets?sort=changed",
    "/tickets?q=geheimwoord",
    "/tickets?assignee=zetel@bisc.example",
    "/tickets?assignee=niemand@bisc.example",
    "/tickets?assignee=none",
    "/tickets?priority=critical",
    "/tickets?sort=priority",
    "/tickets/BISC-1",
    "/tickets/BISC-2",
]
CHANGING = re.compile(
    r'name="(?:csrfmiddlewaretoken|once)" value="[^"]*"|"X-CSRFToken": "[^"]*"|nonce="[^"]*"'
    r'|<p class="printed">[^<]*</p>'  # the minute of now
)


def _all_read(client, call) -> dict[str, tuple]:
    found = {}
    for path in PAGES:
        response = client.get(path)
        found[path] = response.status_code, CHANGING.sub("", response.content.decode())
    for path in CALLS:
        response = call("GET", path)
        found[f"API {path}"] = response.status_code, response.content.decode()
    return found


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__.strip("_"))
@pytest.mark.parametrize("who", ["bisc keyuser", "bisc director"])
def test_work_inside_leaves_no_trace(bisc, ticket, client_of, api_of, who, work):
    """Every page and answer is the same, letter by letter, before and after."""
    verbs.answer(ticket=ticket, body="Wij hebben meegekeken", by=bisc.actor("desk"))
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None)  # so that picking it up is work
    values = {"type": "question", "subject": "Later", "body": "Tekst", "urgency": "low", "library": bisc.library}
    verbs.create(**values, category=ticket.category, by=bisc.actor("keyuser"))
    client, call = client_of(who), api_of(who)
    client.get("/")
    before = _all_read(client, call)
    assert before["/tickets/BISC-1/"][0] == before["API /tickets/BISC-1"][0] == 200
    work(bisc, ticket)
    assert Ticket.objects.get(pk=ticket.pk).version > 4
    assert _all_read(client, call) == before


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__.strip("_"))
def test_work_inside_makes_no_library_stale(bisc, ticket, api_of, client_of, work):
    """The version that a library read is good still, by API and page; one less is a conflict, as it was before."""
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    call, client = api_of("bisc colleague"), client_of("bisc colleague")
    seen = call("GET", "/tickets/BISC-1").json()["version"]
    work(bisc, ticket)
    assert seen == 2
    stale = call("POST", "/tickets/BISC-1/transitions", {"to": "closed", "version": 1})
    assert (stale.status_code, stale.json()["version"]) == (409, 2)
    for version in (0, -1, 3, 5, 99):
        assert call("POST", "/tickets/BISC-1/transitions", {"to": "closed", "version": version}).status_code == 409
    page = client.get("/tickets/BISC-1/").content.decode()
    assert 'name="version" value="2"' in " ".join(page.split())
    assert client.post("/tickets/BISC-1/transitions/", {"to": "closed", "version": 2}).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).state == "closed"


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__.strip("_"))
def test_work_inside_does_not_show_in_a_form_sent_twice(bisc, ticket, api_of, work):
    """The same reason for the same state is once, whatever was said inside between."""
    verbs.move(ticket=ticket, to="resolved", answer="Klaar.", by=bisc.actor("desk"))
    call, again = api_of("bisc colleague"), {"to": "open", "reason": "Nog niet."}
    assert call("POST", "/tickets/BISC-1/transitions", again).status_code == 200
    work(bisc, ticket)
    assert call("POST", "/tickets/BISC-1/transitions", again).status_code == 200
    assert Message.objects.filter(ticket=ticket, body="Nog niet.").count() == 1
