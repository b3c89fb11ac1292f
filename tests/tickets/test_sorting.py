"""A ticket stands on a group of the tree, or on nothing, until the desk sorts it."""

import re

import pytest
from django.core.exceptions import ValidationError

from agenda.categories.models import Category
from agenda.figures.models import TicketSnapshot
from tickets.desk import actions
from tickets.desk.models import Ticket

FORM = {"type": "incident", "subject": "Doet het niet", "body": "Sinds 8:45.", "library": "bisc-een", "urgency": "low"}


@pytest.fixture
def unsorted(bisc, ticket):
    """Return the ticket, on nothing."""
    actions.edit(ticket=ticket, changes={"category": None}, by=bisc.actor("desk"))
    return Ticket.objects.get(pk=ticket.pk)


def test_a_librarian_files_with_a_group_or_without(bisc, client_of):
    client = client_of("bisc colleague")
    for given in ({"category": "6"}, {"category": ""}, {}):
        assert client.post("/tickets/new/", {**FORM, **given}).status_code == 302
    found = Ticket.objects.order_by("pk").values_list("category__code", flat=True)
    assert list(found)[-3:] == ["6", None, None]
    shown = TicketSnapshot.objects.order_by("pk").values_list("category__code", flat=True)
    assert list(shown)[-3:] == ["6", None, None]


def test_the_form_of_a_librarian_offers_groups_and_not_knowing_which_is_chosen_first(bisc, client_of):
    page = client_of("bisc colleague").get("/tickets/new/?type=incident").content.decode()
    offered = re.findall(r'<input type="radio" name="category" value="([^"]*)"', page)
    assert offered == ["1", "2", "3", "4", "5", "6", "7", "9", ""]
    assert re.findall(r'name="category" value="([^"]*)"[^>]*checked', page) == [""]
    assert "Zelfservice en apparaten" in page and "Weet ik niet of iets anders" in page


def test_resolving_asks_for_a_leaf(bisc, unsorted):
    desk, group, leaf = bisc.actor("desk"), Category.objects.get(code="6"), Category.objects.get(code="6.1")
    for given in (None, group):
        with pytest.raises(ValidationError) as caught:
            actions.move(ticket=unsorted, to="resolved", answer="Opgelost.", category=given, by=desk)
        assert list(caught.value.message_dict) == ["category"]
    actions.move(ticket=unsorted, to="resolved", answer="Opgelost.", category=leaf, by=desk)
    fresh = Ticket.objects.get(pk=unsorted.pk)
    assert (fresh.state, fresh.category) == ("resolved", leaf)
    with pytest.raises(ValidationError):
        actions.edit(ticket=fresh, changes={"category": None}, by=desk)


def test_the_answer_box_asks_for_it_there(bisc, unsorted, client_of):
    client, path = client_of("bisc desk"), f"/tickets/{unsorted.number}/messages/"
    data = {"body": "Opgelost.", "visibility": "public", "then": "resolved"}
    response = client.post(path, data)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Kies waar het over ging: dat was nog niet gesorteerd." in page and 'name="category"' in page
    assert Ticket.objects.get(pk=unsorted.pk).state == unsorted.state
    assert client.post(path, {**data, "category": "6.1"}).status_code == 302
    fresh = Ticket.objects.get(pk=unsorted.pk)
    assert (fresh.state, fresh.category.code) == ("resolved", "6.1")
    assert 'name="category"' not in client.get(f"/tickets/{unsorted.number}/").content.decode()


def test_an_internal_note_that_resolves_takes_it_too(bisc, unsorted):
    leaf = Category.objects.get(code="6.1")
    given = {"body": "Kabel.", "visibility": "internal", "then": "resolved", "words": "Opgelost."}
    actions.answer(ticket=unsorted, **given, category=leaf, by=bisc.actor("desk"))
    assert Ticket.objects.get(pk=unsorted.pk).category == leaf


def test_still_to_be_sorted_is_a_filter_and_a_chip(bisc, unsorted, client_of):
    client = client_of("bisc desk")
    values = {"type": "wish", "subject": "x", "body": "x", "library": bisc.library, "urgency": "low"}
    on_group, sorted_ = (
        actions.create(**values, category=Category.objects.get(code=code), by=bisc.actor("desk"))
        for code in ("6", "6.1")
    )
    page = client.get("/tickets/?view=all&category=unsorted").content.decode()
    assert "Nog te sorteren" in page
    assert [number in page for number in (unsorted.number, on_group.number, sorted_.number)] == [True, True, False]
    assert client.get(f"/tickets/{unsorted.number}/edit/").status_code == 200
    assert client.get(f"/tickets/{unsorted.number}/category/").status_code in (200, 404)


def test_the_api_tells_none_and_takes_a_leaf_to_resolve(bisc, unsorted, api_of):
    api, path = api_of("bisc desk"), f"/tickets/{unsorted.number}"
    assert api("GET", path).json()["category"] is None
    assert [one["number"] for one in api("GET", "/tickets?category=unsorted").json()["items"]] == [unsorted.number]
    step = {"to": "resolved", "answer": "Opgelost."}
    refused = api("POST", f"{path}/transitions", step)
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (400, ["category"])
    assert api("POST", f"{path}/transitions", {**step, "category": "6"}).status_code == 400
    assert api("POST", f"{path}/transitions", {**step, "category": "6.1"}).json()["category"]["code"] == "6.1"
    values = {**FORM, "library": "bisc-een"}
    assert api("POST", "/tickets", values).json()["category"] is None
    assert api("POST", "/tickets", {**values, "category": "6"}).json()["category"]["code"] == "6"
