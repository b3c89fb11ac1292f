"""Proposals of a category: what is reckoned, what is counted, and what a page tells of it."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agenda.categories.models import Category
from tenants.context import inside
from tickets.desk import actions as desk
from tickets.models import ProposalResult, SortedTicket, Ticket, WordCount
from tickets.proposals.actions import count_sorted
from tickets.proposals.queries import in_steps, proposed
from tickets.proposals.reckoning import Counts, Tree, likelihoods, proposals, words_in
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


def _file(house, text: str, code: str | None, times: int = 1) -> None:
    category = Category.objects.get(code=code) if code else None
    for _time in range(times):
        values = {"type": "incident", "subject": text, "body": "Geheimwoord.", "urgency": "low", "category": category}
        desk.create(**values, library=house.library, by=house.actor("desk"))


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
    """Return BiSC with fifty tickets about paying, fifty about describing, and all counted."""
    Ticket.objects.update(category=None)
    _file(bisc, "pinnen", "3.1", 51)
    _file(bisc, "boek", "4.1", 51)
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


def test_typed_asks_two_questions_and_reads_a_bounded_text(fifty, client_of, django_assert_max_num_queries):
    client = client_of("bisc colleague")
    client.post("/proposals/typed/", {"subject": "x"})
    with django_assert_max_num_queries(8):
        page = client.post("/proposals/typed/", {"subject": "", "body": "zz " * 700 + "pinnen"})
    assert page.content.strip() == b""


def test_words_of_one_organisation_never_weigh_in_another(fifty, cast):
    assert proposed("pinnen", groups=True) != []
    with inside(cast.cubiss.organisation):
        count_sorted()
        assert proposed("pinnen", groups=True) == []
        assert not WordCount.objects.filter(word="pinnen").exists()


def test_proposals_of_a_ticket_are_for_staff(fifty, client_of):
    number = Ticket.objects.filter(subject="boek").first().number
    page = client_of("bisc desk").get(f"/proposals/tickets/{number}/").content.decode()
    assert re.findall(r'data-choose="([^"]*)"', page)[0] == "4.1"
    assert client_of("bisc keyuser").get(f"/proposals/tickets/{number}/").status_code == 403
    assert client_of("bisc desk").get("/proposals/tickets/BISC-99999/").status_code == 404


def test_the_page_tells_how_often_they_were_right_and_numbers_to_staff_alone(fifty, client_of):
    page = client_of("bisc colleague").get("/proposals/").content.decode()
    assert "in 4% van de meldingen" in page and "<table" not in page and "pinnen" not in page
    page = client_of("bisc desk").get("/proposals/").content.decode()
    assert "<table" in page and "pinnen" not in page


def test_nothing_is_filled_in_by_itself(fifty, client_of):
    page = client_of("bisc colleague").post("/tickets/new/", {"type": "incident", "subject": "pinnen"}).content.decode()
    assert re.findall(r'name="category" value="([^"]*)"[^>]*checked', page) in ([""], [])
    assert SortedTicket.objects.count() == 102
