"""Proposals of a category: what is reckoned, what is counted, and what a page tells of it."""

import itertools
import random
import re
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agenda.categories.models import Category
from tenants.context import inside
from tenants.models import Library
from tenants.web import rates
from tickets.desk import actions as desk
from tickets.models import LibraryWord, Message, ProposalResult, SortedTicket, Ticket, WordCount
from tickets.proposals.actions import count_sorted
from tickets.proposals.queries import in_steps, proposed
from tickets.proposals.reckoning import Counts, Tree, likelihoods, proposals, words_in, written_by_others
from tickets.tasks import count_sorted as count_sorted_task

WORDS = some.sampled_from(["pin", "bon", "boek", "kassa", "poort", "pas"])
TICKETS = some.lists(some.tuples(some.lists(WORDS, max_size=4), some.integers(1, 5)), max_size=40)


def _counts(tickets) -> Counts:
    counts = Counts()
    for words, leaf in tickets:
        counts.add(set(words), leaf)
    return counts


@given(TICKETS, some.lists(some.one_of(WORDS, some.text()), max_size=9))
def test_likelihoods_sum_to_one_whatever_the_words(tickets, words):
    found = likelihoods(words, _counts(tickets))
    assert found == {} or (abs(sum(found.values()) - 1) < 1e-9 and min(found.values()) > 0)


@given(TICKETS, some.lists(WORDS, max_size=9), some.randoms())
def test_likelihoods_do_not_depend_on_an_order(tickets, words, chance: random.Random):
    other, mixed = list(tickets), list(words)
    chance.shuffle(other)
    chance.shuffle(mixed)
    one, two = likelihoods(words, _counts(tickets)), likelihoods(mixed, _counts(other))
    assert one.keys() == two.keys() and all(abs(one[leaf] - two[leaf]) < 1e-9 for leaf in one)


def test_likelihoods_of_a_small_example():
    """A word in 4 of 4 tickets here and in none of 4 there: (4.5/5) to (0.5/5) is 9, of which the root is 3 to 1."""
    counts = _counts([(["pin"], 1)] * 4 + [(["boek"], 2)] * 4)
    assert likelihoods(["pin"], counts) == {1: pytest.approx(0.75), 2: pytest.approx(0.25)}
    assert likelihoods(["pin", "onbekend"], counts) == {1: pytest.approx(0.75), 2: pytest.approx(0.25)}
    assert likelihoods(["pin", "boek"], counts) == {1: pytest.approx(0.5), 2: pytest.approx(0.5)}
    assert likelihoods(["onbekend"], counts) == likelihoods([], counts) == likelihoods(["pin"], Counts()) == {}


def test_a_word_in_few_tickets_weighs_nothing():
    counts = _counts([(["zeldzaam"], 1)] * 2 + [(["boek"], 2)] * 4)
    assert likelihoods(["zeldzaam"], counts) == {}
    counts.add(["zeldzaam"], 1)
    assert likelihoods(["zeldzaam"], counts)[1] > 0.5


def test_words_have_no_digits_and_are_cut():
    assert words_in("De PAS 1234567 van pas2 doet é-reader niet, de pas") == ["doet", "niet", "pas", "reader", "van"]
    assert words_in("x" * 31 + " " + "y" * 30) == ["y" * 30]
    assert words_in(" " * 2000 + "laat") == []


def test_proposals_are_three_of_groups_with_fifty_that_are_in_force():
    tree = Tree(group_of={1: 10, 2: 10, 3: 20, 4: 30}, in_force=frozenset({1, 2, 3, 4, 10, 20, 30}))
    tickets = [(["pin"], 1)] * 31 + [(["pin"], 2)] * 20 + [(["pin"], 3)] * 49 + [(["pin"], 4)] * 50
    found = proposals(["pin"], _counts(tickets), tree, groups=True)
    assert [key for key, _share in found] == [10, 30]
    assert [key for key, _share in proposals(["pin"], _counts(tickets), tree, groups=False)] == [4, 1, 2]
    gone = Tree(group_of=tree.group_of, in_force=frozenset({1, 2, 3, 10, 20}))
    assert [key for key, _share in proposals(["pin"], _counts(tickets), gone, groups=True)] == [10]


def test_a_likelihood_is_shown_in_steps_and_never_sure():
    assert [in_steps(share) for share in (0.0501, 0.52, 0.53, 0.999)] == [5, 50, 55, 95]


def _file(house, text: str, code: str | None, times: int = 1, *, libraries=None, body: str = "Geheimwoord.") -> None:
    """File `times` tickets with this text, by turns of each of `libraries`."""
    category = Category.objects.get(code=code) if code else None
    among = itertools.cycle(libraries or [house.library])
    for _time, library in zip(range(times), among, strict=False):
        values = {"type": "incident", "subject": text, "body": body, "urgency": "low", "category": category}
        desk.create(**values, library=library, by=house.actor("desk"))


def _three(house) -> list[Library]:
    """Return the libraries of a house, of which it gets a third."""
    third = Library.objects.filter(slug="bisc-drie").first()
    if third is None:
        third = Library.objects.get(pk=house.other_library.pk)
        third.pk, third.slug, third.name = None, "bisc-drie", "Bibliotheek drie"
        third.save()
    return [house.library, house.other_library, third]


def _kept() -> dict[tuple[str, str], int]:
    rows = WordCount.objects.filter(word__in=["pinnen", "boek", ""], tickets__gt=0)
    return {(word, code): tickets for word, code, tickets in rows.values_list("word", "category__code", "tickets")}


def test_count_sorted_counts_each_once_and_moves_what_is_sorted_otherwise(bisc):
    Ticket.objects.update(category=None)
    _file(bisc, "pinnen", "3.1", 2)
    _file(bisc, "boek", "4.1")
    _file(bisc, "boek", "4")
    _file(bisc, "boek", None)
    assert (count_sorted(), count_sorted()) == (3, 0)
    assert _kept() == {("", "3.1"): 2, ("", "4.1"): 1, ("pinnen", "3.1"): 2, ("boek", "4.1"): 1}
    ticket = Ticket.objects.get(category__code="4.1")
    desk.edit(ticket=ticket, changes={"category": Category.objects.get(code="3.1")}, by=bisc.actor("desk"))
    assert count_sorted() == 1
    assert _kept() == {("", "3.1"): 3, ("pinnen", "3.1"): 2, ("boek", "3.1"): 1}
    assert sum(ProposalResult.objects.filter(level="leaf").values_list("tickets", flat=True)) == 3


@pytest.fixture
def fifty(bisc):
    """Return BiSC with fifty tickets about paying, fifty about describing, of three libraries, and all counted."""
    Ticket.objects.update(category=None)
    _file(bisc, "pinnen", "3.1", 51, libraries=_three(bisc))
    _file(bisc, "boek", "4.1", 51, libraries=_three(bisc))
    count_sorted_task("bisc")
    return bisc


def test_results_are_held_against_what_was_known_before(fifty):
    """The first fifty of a group have no proposal of it; of the others the word says it."""
    kept = ProposalResult.objects.filter(level="group").values_list("result", "tickets")
    assert dict(kept) == {"none": 50, "first": 2, "missed": 50}


def test_a_librarian_is_proposed_groups_and_staff_leaves(fifty, client_of):
    sent = {"subject": "Pinnen kan niet", "body": ""}
    page = client_of("bisc colleague").post("/proposals/typed/", sent).content.decode()
    assert re.findall(r'data-choose="([^"]*)"', page)[0] == "3" and "Betalen" in page and "90%" in page
    page = client_of("bisc desk").post("/proposals/typed/", sent).content.decode()
    assert re.findall(r'data-choose="([^"]*)"', page)[0] == "3.1"
    assert client_of("bisc colleague").post("/proposals/typed/", {"subject": "9 zz"}).content.strip() == b""
    assert client_of("bisc colleague").get("/proposals/typed/").status_code == 405


def test_typed_asks_three_questions_and_reads_a_bounded_text(fifty, client_of, django_assert_max_num_queries):
    client = client_of("bisc colleague")
    client.post("/proposals/typed/", {"subject": "x"})
    with django_assert_max_num_queries(9):
        page = client.post("/proposals/typed/", {"subject": "", "body": "zz " * 700 + "pinnen"})
    assert page.content.strip() == b""


def test_words_of_one_organisation_never_weigh_in_another(fifty, cast):
    assert proposed("pinnen", standing=fifty.standing("desk")) != []
    with inside(cast.cubiss.organisation):
        count_sorted()
        assert proposed("pinnen", standing=cast.cubiss.standing("desk")) == []
        assert not WordCount.objects.filter(word="pinnen").exists()


@given(some.lists(WORDS, unique=True), TICKETS, some.lists(some.tuples(WORDS, some.integers(1, 4)), max_size=12))
def test_what_fewer_than_two_others_wrote_changes_nothing(words, tickets, wrote):
    """However one mixes words: those that weigh for library 1 are of two others, and nothing else leaves a trace."""
    libraries, counts = Counts(), _counts(tickets)
    for word, library in wrote:
        libraries.add([word], library)
    told = written_by_others(words, libraries, [1])
    assert all(len({library for one, library in wrote if one == word and library != 1}) >= 2 for word in told)
    for secret in set(words) - set(told):
        rest = [word for word in words if word != secret]
        assert likelihoods(written_by_others(rest, libraries, [1]), counts) == likelihoods(told, counts)


@pytest.mark.parametrize("mine", [0, 5])
def test_a_librarian_never_finds_a_word_that_one_other_library_wrote(fifty, client_of, mine):
    """A name in forty tickets of one other library, and in as many of their own as they file to find it."""
    own, other, third = _three(fifty)
    client = client_of("bisc colleague")

    def typed(text: str) -> bytes:
        return client.post("/proposals/typed/", {"subject": text}).content

    without, nothing = typed("pinnen"), typed("onbekend")
    _file(fifty, "kwartelzang", "4.1", 40, libraries=[other])
    _file(fifty, "kwartelzang", "3.1", mine, libraries=[own])
    count_sorted()
    assert typed("kwartelzang") == nothing
    assert typed("pinnen kwartelzang") == typed("pinnen") and b"Betalen" in without
    assert client_of("bisc desk").post("/proposals/typed/", {"subject": "kwartelzang"}).content != nothing
    _file(fifty, "kwartelzang", "4.1", 1, libraries=[third])
    count_sorted()
    assert typed("kwartelzang") != nothing


def test_a_ticket_that_goes_to_another_library_takes_its_words_along(fifty):
    ticket = Ticket.objects.filter(subject="pinnen", library=fifty.library).first()
    _file(fifty, "kwartelzang", "4.1")
    count_sorted()
    ticket = Ticket.objects.get(subject="kwartelzang")
    desk.edit(ticket=ticket, changes={"library": fifty.other_library}, by=fifty.actor("desk"))
    assert (count_sorted(), count_sorted()) == (1, 0)
    kept = LibraryWord.objects.filter(word="kwartelzang").values_list("library__slug", "tickets")
    assert dict(kept) == {"bisc-een": 0, "bisc-twee": 1}
    assert sum(ProposalResult.objects.filter(level="leaf").values_list("tickets", flat=True)) == 103


def test_what_was_counted_before_libraries_were_is_counted_again_once(fifty):
    LibraryWord.objects.all().delete()
    SortedTicket.objects.update(library=None)
    assert (count_sorted(), count_sorted()) == (102, 0)
    assert LibraryWord.objects.get(word="pinnen", library=fifty.library).tickets == 17
    assert WordCount.objects.get(word="pinnen").tickets == 51


def test_no_word_inside_is_ever_counted(fifty):
    """Neither of a note, nor of what staff answered afterwards."""
    ticket = Ticket.objects.filter(subject="pinnen").first()
    SortedTicket.objects.filter(ticket=ticket).delete()
    desk.answer(ticket=ticket, body="binnenskamers", visibility="internal", by=fifty.actor("desk"))
    desk.answer(ticket=ticket, body="antwoordwoord", visibility="public", by=fifty.actor("desk"))
    Message.objects.filter(ticket=ticket, body="binnenskamers").update(created_at=ticket.opened_at - timedelta(1))
    assert count_sorted() == 1
    assert SortedTicket.objects.get(ticket=ticket).words == ["geheimwoord", "pinnen"]
    assert not LibraryWord.objects.filter(word__in=["binnenskamers", "antwoordwoord"]).exists()


def test_typed_more_than_sixty_times_a_minute_is_refused_and_says_nothing(bisc, client_of, monkeypatch):
    moment = time.time()
    monkeypatch.setattr(rates.time, "time", lambda: moment)
    client = client_of("bisc colleague")
    answers = [client.post("/proposals/typed/", {"subject": "pinnen"}) for _time in range(61)]
    assert [one.status_code for one in answers] == [200] * 60 + [429] and answers[60].content == b""
    assert client_of("bisc desk").post("/proposals/typed/", {"subject": "pinnen"}).status_code == 200


def test_proposals_of_a_ticket_are_for_staff(fifty, client_of):
    number = Ticket.objects.filter(subject="boek", library=fifty.library).first().number
    page = client_of("bisc desk").get(f"/proposals/tickets/{number}/").content.decode()
    assert re.findall(r'data-choose="([^"]*)"', page)[0] == "4.1"
    assert client_of("bisc keyuser").get(f"/proposals/tickets/{number}/").status_code == 403
    assert client_of("bisc desk").get("/proposals/tickets/BISC-99999/").status_code == 404


def test_the_page_tells_how_often_they_were_right_and_numbers_to_staff_alone(fifty, client_of):
    page = client_of("bisc colleague").get("/proposals/").content.decode()
    assert "in 4% van de meldingen" in page and "<table" not in page and "pinnen" not in page
    page = client_of("bisc desk").get("/proposals/").content.decode()
    assert "<table" in page and "pinnen" not in page


def test_the_figures_lead_to_it_at_ones_own_desks_and_say_it_to_whoever_has_none(fifty, client_of):
    """Nobody is led where they may not come: a member of the steering group without a desk reads the sentence alone."""
    page = client_of("bisc seated", "").get("/steering/").content.decode()
    assert re.findall(r'href="([^"]*/proposals/)"', page) == ["http://bisc.samenbeheer.localhost:8000/proposals/"]
    assert client_of("bisc seated").get("/proposals/").status_code == 200
    page = client_of("member", "").get("/steering/").content.decode()
    assert "Nog te sorteren" in page and "/proposals/" not in page


def test_nothing_is_filled_in_by_itself(fifty, client_of):
    page = client_of("bisc colleague").post("/tickets/new/", {"type": "incident", "subject": "pinnen"}).content.decode()
    assert re.findall(r'name="category" value="([^"]*)"[^>]*checked', page) in ([""], [])
    assert SortedTicket.objects.count() == 102
