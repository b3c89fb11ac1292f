"""Search takes one of four ways, by how broad the words are: each finds the same, in few questions."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agenda.categories.models import Category
from config.demo.texts import RARE_WORD
from config.demo.volume import Builder
from tenants.access import standing
from tenants.models import LibraryMembership
from tests.tickets.test_search import _attach, _numbers
from tickets.desk import actions as verbs
from tickets.guests.actions import open_to
from tickets.models import Message, Ticket
from tickets.search import breadth, queries
from tickets.search.queries import search

FIRST = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def forgetful():
    """What a process keeps of the statistics is of another test."""
    breadth.forget()
    yield
    breadth.forget()


WAYS = {
    "by the rarest word": {"KEYS": 5000, "WALKED": 7.0, "READ": 20_000},
    "by a walk": {"KEYS": -1, "WALKED": -1.0, "READ": 20_000},
    "by a walk that is not enough": {"KEYS": -1, "WALKED": -1.0, "READ": 10},
    "by all of each word": {"KEYS": -1, "WALKED": 1e9, "READ": 1},
    "by words that are not rare after all": {"KEYS": 0, "WALKED": 7.0, "READ": 1},
}
VOCABULARY = ["albatros", "bever", "condor", "dromedaris", "ekster", "fazant", "gorilla", "hamster"]


@pytest.fixture
def crowd(bisc, cast, ticket):
    """Forty tickets with random words in random places, and what the readers may read of each, in Python."""
    rng = random.Random(7)
    for index, place in enumerate([*bisc.locations, *bisc.other_locations]):
        type(place).objects.filter(pk=place.pk).update(name=f"Plek {VOCABULARY[index]}")
    for index, who in enumerate(("colleague", "colleague2", "keyuser", "neighbour")):
        type(bisc.people[who]).objects.filter(pk=bisc.people[who].pk).update(name=f"Naam {VOCABULARY[-1 - index]}")
    row = LibraryMembership.objects.get(person=bisc.people["colleague2"])
    row.sees = LibraryMembership.Sees.LOCATIONS
    row.save()
    row.locations.set([bisc.locations[2]])
    category = Category.objects.get(code="7.1")

    def words():
        return " ".join(rng.sample(VOCABULARY, rng.choice([0, 1, 1, 2]))) or "leeg"

    for _ in range(40):
        who = rng.choice(["colleague", "colleague2", "keyuser", "neighbour"])
        library = bisc.other_library if who == "neighbour" else bisc.library
        places = bisc.other_locations if who == "neighbour" else bisc.locations
        made = verbs.create(
            **{"type": "question", "subject": words(), "body": words(), "library": library, "category": category},
            **{"urgency": "low", "locations": rng.sample(places, rng.randrange(2)), "by": bisc.actor(who)},
            at=FIRST + timedelta(minutes=rng.randrange(9999)),
        )
        for visibility in rng.choices(["public", "internal", "partners"], k=rng.randrange(4)):
            verbs.answer(ticket=made, body=words(), visibility=visibility, by=bisc.actor("desk"))
            if rng.random() < 0.3:
                _attach(made.messages.order_by("pk").last(), f"{words().replace(' ', '_')}.pdf")
        if rng.random() < 0.4:
            Ticket.objects.filter(pk=made.pk).update(state="resolved", resolved_at=made.opened_at)
    guest = cast.cubiss.people["guest"]
    for number in ("BISC-5", "BISC-6", "BISC-7", "BISC-8"):
        _open(bisc, Ticket.objects.get(number=number), guest)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_ticket, tickets_message, tickets_ticket_locations")
    people = {who: bisc.standing(who) for who in ("desk", "keyuser", "colleague", "colleague2", "neighbour")}
    people["guest"] = standing(guest, bisc.organisation)
    people["stranger"] = standing(cast.people["stranger"], bisc.organisation)
    return people


def _open(house, ticket, person):
    """Let somebody of elsewhere read the ticket."""
    open_to(ticket=ticket, person=person, until_on=timezone.localdate() + timedelta(days=9), by=house.actor("desk"))


READS = {"desk": {"public", "internal", "partners"}, "guest": {"public", "partners"}}


def _texts(who: str, theirs) -> dict[str, str]:
    """Return all that somebody may read of each ticket they may know of, told by walking over it."""
    reads, texts = READS.get(who, {"public"}), {}
    for one in Ticket.objects.visible_to(theirs).select_related("library", "category", "reporter"):
        parts = [one.subject, one.library.name, one.category.name_nl, one.category.name_en, one.reporter.name]
        parts += [place.name for place in one.locations.all()]
        for message in Message.objects.filter(ticket=one).prefetch_related("attachments"):
            if message.visibility in reads:
                parts += [message.body, *(file.name for file in message.attachments.all())]
        texts[one.number] = " ".join(parts).lower()
    return texts


@pytest.mark.parametrize("way", WAYS)
def test_each_way_finds_what_somebody_may_read(crowd, monkeypatch, way):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(queries, name, value)
    rng, hits = random.Random(11), 0
    questions = [*([word] for word in VOCABULARY), *(rng.sample(VOCABULARY, 2) for _ in range(12))]
    questions += [rng.sample(VOCABULARY, 3) for _ in range(4)]
    for who, theirs in crowd.items():
        texts = _texts(who, theirs)
        for words in questions:
            found = _numbers(theirs, " ".join(words))
            wanted = {number for number, text in texts.items() if all(word in text for word in words)}
            assert len(found) == len(set(found)) and set(found) == wanted, (who, words)
            hits += len(found)
    assert hits > 500


def test_each_way_gives_the_same_order(crowd, monkeypatch):
    desk, orders = crowd["desk"], []
    for way in WAYS.values():
        for name, value in way.items():
            monkeypatch.setattr(queries, name, value)
        orders.append(
            [_numbers(desk, text, order=order) for text in ("bever", "condor gorilla") for order in (None, ["-pk"])]
        )
    assert orders == [orders[0]] * len(WAYS) and len(orders[0][0]) > 10


@pytest.mark.parametrize(
    ("way", "who", "word", "queries_of_page"),
    [
        ("by the rarest word", "desk", "bever", 5),
        ("by a walk", "desk", "bever", 5),
        ("by a walk that is not enough", "keyuser", "bever", 5),
        ("by all of each word", "desk", "bever", 4),
        ("by words that are not rare after all", "keyuser", "pdf", 6),  # of words of files there are no statistics
    ],
)
def test_a_search_page_asks_few_questions(crowd, client_of, monkeypatch, way, who, word, queries_of_page):
    for name, value in WAYS[way].items():
        monkeypatch.setattr(queries, name, value)
    client = client_of(f"bisc {who}")
    client.get(f"/tickets/?q={word}")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/tickets/?q={word}").status_code == 200
    assert len(captured) == queries_of_page


def test_a_number_as_word_asks_few_questions(crowd, client_of, monkeypatch):
    for name, value in WAYS["by words that are not rare after all"].items():
        monkeypatch.setattr(queries, name, value)
    client = client_of("bisc keyuser")
    client.get("/tickets/?q=99999")
    with CaptureQueriesContext(connection) as captured:
        client.get("/tickets/?q=99999")
    assert len(captured) == 4  # who, the number, the word, its keys


def _sql(captured) -> str:
    return "\n".join(one["sql"] for one in captured.captured_queries)


def test_a_rare_word_goes_first_and_a_broad_word_is_walked_at_20000_tickets(bisc):
    """By the statistics: the rare word by its index, the broad one asked of those alone; two broad ones on a walk."""
    Builder(count=20000, until=timezone.now()).build()
    theirs = bisc.standing("desk")
    with CaptureQueriesContext(connection) as captured:
        found = search(Ticket.objects.visible_to(theirs), f"klanten {RARE_WORD}", theirs)
    assert 50 < len(found.keys) < 200 and "walked" not in _sql(captured)
    (fetched,) = [one["sql"] for one in captured.captured_queries if one["sql"].startswith("SELECT tickets_ticket.id")]
    assert "magneetstrip" in fetched and "klant" not in fetched
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {fetched}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "ticket_search" in plan and "message_search" in plan and "Seq Scan" not in plan
    assert len(search(Ticket.objects.visible_to(theirs), RARE_WORD, theirs).keys) == 200
    with CaptureQueriesContext(connection) as captured:
        found = search(Ticket.objects.visible_to(theirs).filter(type="incident"), "klanten", theirs)
    assert (len(found.keys), found.more) == (2000, True) and "walked" in _sql(captured)
    (walk,) = [one["sql"] for one in captured.captured_queries if "walked" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {walk}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "ticket_open_first" in plan and "Seq Scan" not in plan and "Sort" not in plan


def test_broad_words_are_known_by_the_statistics(bisc):
    Builder(count=500, until=timezone.now(), seed=3).build()
    known = breadth.breadth()
    (word,) = queries.words_of("klanten")
    (unknown,) = queries.words_of("bestaatniet")
    said = Ticket.objects.filter(messages__body__icontains="klant").distinct().count()
    assert known.tickets == Ticket.objects.count() and said / 2 < known.hits(word) <= known.tickets
    assert known.hits(unknown) == 0
