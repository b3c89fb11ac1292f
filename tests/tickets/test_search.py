"""Search: Dutch stems, prefixes, no accents, numbers, and never a hit on what may not be read."""

import re

import pytest
from django.utils import timezone

from config.demo.texts import RARE_WORD
from config.demo.volume import Builder
from tickets.desk import actions as verbs
from tickets.models import Message, Ticket
from tickets.search import queries
from tickets.search.queries import matching, search
from tickets.states import Visibility


def _found(house, text, who="desk"):
    standing = house.standing(who)
    return list(search(Ticket.objects.visible_to(standing), text, standing).values_list("number", flat=True))


@pytest.fixture
def spoken(bisc, ticket):
    """The ticket of the cast, with words to look for."""
    verbs.edit(ticket=ticket, changes={"subject": "Reserveringsberichten in categorieën"}, by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="De kastlijst van Café Zeeën is leeg", by=bisc.actor("desk"))
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
    verbs.answer(ticket=ticket, body="contractboete", visibility=Visibility.INTERNAL, by=bisc.actor("desk"))
    assert _found(bisc, "contractboete") == [ticket.number]
    for who in ("colleague", "keyuser"):
        assert _found(bisc, "contractboete", who) == []


def test_search_uses_the_gin_indexes_at_20000_tickets(bisc):
    Builder(count=20000, until=timezone.now()).build()
    standing = bisc.standing("desk")
    found = search(Ticket.objects.visible_to(standing), RARE_WORD, standing)
    assert found.count() == 200
    plan = matching(RARE_WORD, standing).explain()
    assert "ticket_search" in plan and "message_search" in plan
    assert "Seq Scan" not in plan
    assert "Seq Scan on tickets_ticket" not in found.order_by("-opened_at")[:50].explain()


@pytest.mark.parametrize("few", [2000, 0])
def test_every_word_must_occur_and_many_hits_are_found_too(bisc, ticket, monkeypatch, few):
    """The same answer by keys and, where they are many, by subquery."""
    monkeypatch.setattr(queries, "FEW", few)
    Builder(count=300, until=timezone.now(), seed=5).build()
    texts = dict(Ticket.objects.values_list("number", "subject"))
    for number, body in Message.objects.order_by("pk").values_list("ticket__number", "body"):
        texts[number] += f" {body}"
    for words in (
        ["fout"],
        ["klanten"],
        ["fout", "klanten"],
        ["klanten", "herstart", "balie"],
        ["zeppelin", "klanten"],
    ):
        wanted = {number for number, text in texts.items() if all(_says(text, word) for word in words)}
        found = _found(bisc, " ".join(words))
        assert len(found) == len(set(found)) and set(found) == wanted, words
    assert len(_found(bisc, "klanten")) > 50
    standing = bisc.standing("neighbour")
    own = set(Ticket.objects.visible_to(standing).values_list("number", flat=True))
    seen = set(_found(bisc, "klanten", "neighbour"))
    assert seen and seen <= own


def _says(text: str, word: str) -> bool:
    stem = {"klanten": "klant"}.get(word, word)
    return re.search(rf"\b{stem}", text, re.I) is not None
