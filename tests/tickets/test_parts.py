"""A part of a ticket, changed where it stands: by a small form, with a way back that is refused when it is too late."""

import re
from html import unescape

import pytest

from tenants.models import Person
from tests.browsing import form_with, press, send
from tickets.desk import actions as verbs
from tickets.models import Ticket

PART = {"HX-Request": "true"}


def _changed(client, part: str, **filled):
    """Change a part by its form; return the answer and the button that takes it back, if there is one."""
    answer = send(client, f"/tickets/BISC-1/parts/{part}/?view=all", "Opslaan", **filled)
    assert (answer.status_code, answer["Location"]) == (302, "/tickets/BISC-1/?view=all")
    page = client.get(answer["Location"])
    return page, "Ongedaan maken" in page.content.decode()


def _undo(client, page) -> str:
    """Press the button that takes it back; return what is said then."""
    button = re.search(r'form="undo" formaction="([^"]+)" name="undo" value="([^"]+)"', page.content.decode())
    client.handler.enforce_csrf_checks = False
    answer = client.post(unescape(button[1]), {"undo": unescape(button[2])})
    assert (answer.status_code, answer["Location"]) == (302, "/tickets/BISC-1/?view=all")
    return client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("part", "filled", "says", "after"),
    [
        ("who", {"who": "lead"}, "Toegewezen aan Lead BiSC.", {"assignee__name": "Lead BiSC"}),
        ("who", {"who": "DESK@bisc.example"}, "Toegewezen aan Desk BiSC.", {"assignee__name": "Desk BiSC"}),
        ("category", {"category": "7.1"}, "De categorie is nu", {"category__code": "7.1"}),
        ("priority", {"urgency": "high", "impact": "high"}, "De prioriteit is nu “kritiek”.", {"priority": "critical"}),
        ("locations", {"locations": ["bisc-een-2"]}, "De locaties zijn gewijzigd.", {"locations__slug": "bisc-een-2"}),
    ],
)
def test_a_part_is_changed_and_put_back(bisc, ticket, client_of, part, filled, says, after):
    names = list(after)
    before = Ticket.objects.values_list(*names).get(pk=ticket.pk)
    client = client_of("bisc desk")
    page, offered = _changed(client, part, **filled)
    assert says in page.content.decode() and offered
    assert Ticket.objects.values_list(*names).get(pk=ticket.pk) == tuple(after.values())
    assert "Teruggedraaid." in _undo(client, page)
    assert Ticket.objects.values_list(*names).get(pk=ticket.pk) == before


def test_with_the_library_its_locations_come_back(bisc, ticket, client_of):
    verbs.edit(ticket=ticket, changes={"locations": bisc.locations[:2]}, by=bisc.actor("lead"))
    client = client_of("bisc desk")
    answer = send(client, "/tickets/BISC-1/parts/library/", "Opslaan", library="bisc-twee")
    if answer.status_code == 422:  # who reported is of the other library
        assert "Niemand met dit adres" in answer.content.decode()
        verbs.edit(ticket=ticket, changes={"reporter": bisc.people["desk"]}, by=bisc.actor("lead"))
        answer = send(client, "/tickets/BISC-1/parts/library/?view=all", "Opslaan", library="bisc-twee")
    ticket.refresh_from_db()
    assert (ticket.library, list(ticket.locations.all())) == (bisc.other_library, [])
    assert "Teruggedraaid." in _undo(client, client.get("/tickets/BISC-1/?view=all"))
    ticket.refresh_from_db()
    assert (ticket.library, set(ticket.locations.all())) == (bisc.library, set(bisc.locations[:2]))


def test_what_a_colleague_changed_since_is_not_put_back(bisc, ticket, client_of):
    client = client_of("bisc desk")
    page, _offered = _changed(client, "who", who="lead")
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["seated"]}, by=bisc.actor("lead"))
    assert "Iemand heeft intussen hetzelfde veranderd." in _undo(client, page)
    ticket.refresh_from_db()
    assert ticket.assignee == bisc.people["seated"]


def test_undone_it_is_whose_it_was(bisc, ticket, client_of):
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["lead"]}, by=bisc.actor("seated"))
    client = client_of("bisc desk")
    page, _offered = _changed(client, "who", who="zetel")
    assert "Teruggedraaid." in _undo(client, page)
    ticket.refresh_from_db()
    assert ticket.assignee == bisc.people["lead"]


def test_what_stays_as_it_was_is_not_confirmed(bisc, ticket, client_of):
    page, offered = _changed(client_of("bisc desk"), "priority", urgency=ticket.urgency, impact=ticket.impact)
    assert ("De prioriteit is nu" in page.content.decode(), offered) == (False, False)


def test_a_form_of_before_changes_nothing_that_a_colleague_set(bisc, ticket, client_of):
    client = client_of("bisc desk")
    form = form_with(client.get("/tickets/BISC-1/parts/who/"), "Opslaan")
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["lead"]}, by=bisc.actor("lead"))
    answer = press(client, form, "Opslaan", who="zetel")
    assert "Iemand heeft intussen hetzelfde veranderd." in client.get(answer["Location"]).content.decode()
    ticket.refresh_from_db()
    assert ticket.assignee == bisc.people["lead"]


@pytest.mark.parametrize(("who", "says"), [("xyz", "Zo heet hier niemand"), ("bisc", "Desk BiSC, Lead BiSC")])
def test_a_name_that_is_none_or_several_is_said_beside_the_field(bisc, ticket, client_of, who, says):
    client = client_of("bisc desk")
    answer = client.post("/tickets/BISC-1/parts/who/", {"who": who, "version": ticket.version}, headers=PART)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#part-who")
    assert says in answer.content.decode() and f'value="{who}"' in answer.content.decode()


def test_a_whole_name_is_enough_where_another_begins_with_it(bisc, ticket, client_of):
    Person.objects.filter(pk=bisc.people["seated"].pk).update(name="Desk BiSC de Jonge")
    page, _offered = _changed(client_of("bisc desk"), "who", who="desk bisc")
    assert "Toegewezen aan Desk BiSC." in page.content.decode()


def test_letters_within_a_word_are_no_name(bisc, ticket, client_of):
    answer = client_of("bisc desk").post("/tickets/BISC-1/parts/who/", {"who": "ead", "version": ticket.version})
    assert answer.status_code == 422 and "Zo heet hier niemand" in answer.content.decode()


NO_UNDOING = ["", "[]", "{}", "null", '{"version": 1}']
NO_UNDOING += ['{"version": 1, "state": "closed"}', '{"version": "x", "urgency": 1}', "[" * 100_000]


@pytest.mark.parametrize("undo", NO_UNDOING, ids=range(len(NO_UNDOING)))
def test_nothing_is_undone_by_what_is_no_undoing(bisc, ticket, client_of, undo):
    client = client_of("bisc desk")
    client.post("/tickets/BISC-1/undo/", {"undo": undo})
    assert "kan niet meer ongedaan" in client.get("/tickets/BISC-1/").content.decode()
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_part_is_for_staff(bisc, client_of):
    for who, status in {"colleague": 403, "keyuser": 403, "neighbour": 404}.items():
        for path in ("parts/who/", "parts/priority/", "undo/"):
            assert client_of(f"bisc {who}").post(f"/tickets/BISC-1/{path}", {}).status_code == status, (who, path)
    assert client_of("bisc desk").get("/tickets/BISC-1/parts/state/").status_code == 404
