"""Search: Dutch stems, prefixes, no accents, numbers, and never a hit on what may not be read."""

import pytest
from django.db import connection
from django.utils import timezone

from tickets import workflow
from tickets.models import Ticket
from tickets.queries import search
from tickets.states import Visibility
from tickets.volume import RARE_WORD, Builder


def _found(house, text, who="desk"):
    standing = house.standing(who)
    return list(search(Ticket.objects.visible_to(standing), text, standing).values_list("number", flat=True))


@pytest.fixture
def spoken(bisc, ticket):
    """The ticket of the cast, with words to look for."""
    workflow.edit(ticket=ticket, changes={"subject": "Reserveringsberichten in categorieën"}, by=bisc.actor("desk"))
    workflow.answer(ticket=ticket, body="De kastlijst van Café Zeeën is leeg", by=bisc.actor("desk"))
    return ticket


@pytest.mark.parametrize(
    "text",
    ["reservering", "reserveringsberichten", "categorie", "categorieën", "CATEGORIEEN", "kastlijst", "cafe", "café",
     "reservering kastlijst", "zeeen"],
)  # fmt: skip
def test_words_are_found(bisc, spoken, text):
    assert _found(bisc, text) == [spoken.number]


@pytest.mark.parametrize("text", ["BISC-1", "bisc-1", "1", " 1 ", "BISC-001"])
def test_numbers_are_found(bisc, ticket, text):
    assert ticket.number == "BISC-1"
    assert _found(bisc, text) == ["BISC-1"]


@pytest.mark.parametrize(
    "text", ["de", "", "   ", "bestaatniet", "kastlijst bestaatniet", "' & | ! :* <->", "%", "a" * 500]
)
def test_nothing_is_found_and_nothing_breaks(bisc, spoken, text):
    assert _found(bisc, text) == []


def test_another_organisations_number_is_not_found(bisc, ticket):
    assert _found(bisc, "CUBISS-1") == []


def test_a_hit_on_an_internal_note_is_no_hit_for_the_library(bisc, ticket):
    workflow.answer(ticket=ticket, body="contractboete", visibility=Visibility.INTERNAL, by=bisc.actor("desk"))
    assert _found(bisc, "contractboete") == [ticket.number]
    for who in ("colleague", "keyuser"):
        assert _found(bisc, "contractboete", who) == []


def test_search_uses_the_gin_indexes_at_20000_tickets(bisc):
    Builder(count=20000, until=timezone.now()).build()
    standing = bisc.standing("desk")
    found = search(Ticket.objects.visible_to(standing), RARE_WORD, standing)
    assert found.count() == 200
    with connection.cursor() as cursor:
        sql, params = found.order_by("-opened_at")[:50].query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "ticket_search" in plan and "message_search" in plan
    assert "Seq Scan on tickets_message" not in plan
