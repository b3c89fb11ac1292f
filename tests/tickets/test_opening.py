"""How a ticket begins: its number, whose it is, and how heavy it weighs."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from agenda.categories.models import Category
from tenants.outbox.models import OutboxEntry
from tickets.desk import actions as verbs
from tickets.models import Attachment, Counter, Event, Ticket
from tickets.opening import impact_of


def _create(house, who, **changes):
    values = {
        **{"type": "incident", "subject": "Zelfservice", "body": "Sinds vanochtend.", "urgency": "high"},
        **{"library": house.library, "category": Category.objects.get(code="6.1"), "by": house.actor(who)},
        **changes,
    }
    return verbs.create(**values)


def test_numbers_follow_one_another(bisc):
    assert [_create(bisc, "desk").number for _ in range(3)] == ["BISC-2", "BISC-3", "BISC-4"]
    assert (Counter.objects.get().last, Counter.objects.count()) == (4, 1)


def test_the_first_number_is_1(bisc):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("UPDATE tickets_ticket SET number = 'OUD-1'")
    Counter.objects.all().delete()
    assert _create(bisc, "desk").number == "BISC-1"
    assert (Counter.objects.get().last, Counter.objects.count()) == (1, 1)


def test_a_ticket_costs_two_questions_beside_what_is_asked_of_its_words(bisc, django_assert_num_queries):
    """The rules that its clocks count by, and all rows: the counter is locked for that. Locations are one more."""
    place, category = bisc.library.locations.first(), Category.objects.get(code="6.1")
    values = {"type": "incident", "subject": "x", "body": "x", "urgency": "high", "library": bisc.library}
    values |= {"category": category, "by": bisc.actor("desk")}
    with django_assert_num_queries(4):  # savepoint, rules, all rows, release
        ticket = verbs.create(**values)
    with django_assert_num_queries(5):
        verbs.create(**values, locations=[place])
    event = Event.objects.get(ticket=ticket)
    assert (ticket.number, ticket.began.event, ticket.began.message) == ("BISC-2", event, ticket.messages.get())
    assert (event.ticket_id, event.message_id) == (ticket.pk, ticket.messages.get().pk)
    entry = OutboxEntry.objects.get(address=f"event {event.pk}")
    assert (entry.topic, entry.dedupe_key) == ("tickets.notices", f"tickets.notices event {event.pk}")
    assert entry.organisation == bisc.organisation


@pytest.mark.parametrize(
    ("locations", "impact"), [(0, "low"), (1, "low"), (2, "medium"), (3, "medium"), (4, "high"), (9, "high")]
)
def test_the_impact_by_the_number_of_locations(locations, impact):
    assert impact_of(locations) == impact


# Who files, with how many locations and which impact they say -> impact and priority, with high urgency.
WEIGHTS = [
    ("colleague", 1, None, "low", "medium"),
    ("colleague", 2, None, "medium", "high"),
    ("keyuser", 3, None, "medium", "high"),
    ("desk", 3, None, "medium", "high"),
    ("desk", 3, "low", "low", "medium"),
    ("lead", 0, "high", "high", "critical"),
]


@pytest.mark.parametrize(("who", "places", "said", "impact", "priority"), WEIGHTS)
def test_staff_decide_the_impact_and_a_library_does_not(bisc, who, places, said, impact, priority):
    made = _create(bisc, who, locations=bisc.locations[:places], impact=said)
    assert (made.impact, made.priority) == (impact, priority)
    kept = Ticket.objects.get(pk=made.pk)
    assert (kept.impact, kept.priority, kept.locations.count()) == (impact, priority, places)


@pytest.mark.parametrize("who", ["colleague", "keyuser", "director"])
def test_a_library_files_in_nobody_elses_name(bisc, who):
    for other in ("keyuser", "colleague2", "desk", "neighbour"):
        if other == who:
            continue
        with pytest.raises(ValidationError) as refused:
            _create(bisc, who, reporter=bisc.people[other])
        assert refused.value.message_dict["reporter"] == ["Alleen medewerkers kiezen dit."]
    made = _create(bisc, who, reporter=bisc.people[who])
    event = Event.objects.get(ticket=made)
    assert (made.reporter, event.actor, event.on_behalf_of) == (bisc.people[who], bisc.people[who], None)


@pytest.mark.parametrize("who", ["colleague", "keyuser", "director"])
def test_a_library_does_not_say_the_impact(bisc, who):
    with pytest.raises(ValidationError) as refused:
        _create(bisc, who, impact="low")
    assert refused.value.message_dict == {"impact": ["Alleen medewerkers kiezen dit."]}


def test_staff_file_for_themselves_and_for_others(bisc):
    for reporter, behalf in ((None, None), ("desk", None), ("keyuser", "keyuser"), ("lead", "lead")):
        made = _create(bisc, "desk", reporter=bisc.people.get(reporter))
        event = Event.objects.get(ticket=made)
        assert made.reporter == bisc.people[reporter or "desk"]
        assert (event.actor, event.on_behalf_of) == (bisc.people["desk"], bisc.people.get(behalf))


def test_the_platform_is_the_librarys(bisc):
    assert _create(bisc, "colleague").platform.slug == "midden-zuid"
    assert _create(bisc, "neighbour", library=bisc.other_library).platform.slug == "noord-oost"


def test_files_come_with_the_first_message(bisc):
    uploads = [SimpleUploadedFile("een.txt", b"een"), SimpleUploadedFile("twee.txt", b"twee")]
    ticket = _create(bisc, "desk", uploads=uploads, patron_data=True)
    found = Attachment.objects.filter(message__ticket=ticket).order_by("pk")
    assert list(found.values_list("name", "size", "contains_patron_data", "message_id")) == [
        ("een.txt", 3, True, ticket.messages.get().pk),
        ("twee.txt", 4, True, ticket.messages.get().pk),
    ]


def test_a_file_that_is_not_taken_leaves_no_ticket_and_no_number(bisc):
    with pytest.raises(ValidationError):
        _create(bisc, "desk", uploads=[SimpleUploadedFile("leeg.exe", b"MZ" + b"x" * 10)])
    assert (Ticket.objects.count(), Counter.objects.get().last) == (1, 1)
