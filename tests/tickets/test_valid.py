"""What a valid ticket is, whatever way it came: by field, and all at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agenda.categories.models import Category
from tenants.models import Library, Location, Membership, Person
from tickets.desk import actions as verbs
from tickets.models import Event, Ticket
from tickets.valid import errors_in


@pytest.fixture
def rows(cast, bisc, ticket):
    """Rows by a short name, those in force and those that are not."""
    today = timezone.localdate()
    ended = {"until_on": today - timedelta(days=1)}
    ended_leaf, coming_leaf, last_day = Category.objects.filter(parent__isnull=False).exclude(code="6.1")[:3]
    Category.objects.filter(pk=ended_leaf.pk).update(from_on=today - timedelta(days=9), **ended)
    Category.objects.filter(pk=coming_leaf.pk).update(from_on=today + timedelta(days=1))
    Category.objects.filter(pk=last_day.pk).update(until_on=today)
    Location.objects.filter(pk=bisc.locations[2].pk).update(**ended)
    closed, coming = (
        Library.objects.create(
            organisation=bisc.organisation,
            province=bisc.library.province,
            platform=bisc.library.platform,
            slug=slug,
            name=slug,
            from_on=today + timedelta(days=first),
            **more,
        )
        for slug, first, more in (("dicht", -99, ended), ("straks", 1, {}))
    )
    alone = Person.objects.create(email="alleen@bisc.example", name="Alleen beheer")
    Membership.objects.create(
        person=alone, organisation=bisc.organisation, role="administrator", from_on=today - timedelta(days=9)
    )
    gone = Person.objects.create(email="uit@bisc.example", name="Uit", is_active=False)
    Membership.objects.create(
        person=gone, organisation=bisc.organisation, role="desk_lead", from_on=today - timedelta(days=9)
    )
    people = {**cast.everybody, "administrator": alone, "inactive": gone}
    fresh = {one.pk: one for one in Location.objects.all()}
    return {
        **people,
        "leaf": Category.objects.get(code="6.1"),
        "branch": Category.objects.get(code="6"),
        "ended leaf": Category.objects.get(pk=ended_leaf.pk),
        "coming leaf": Category.objects.get(pk=coming_leaf.pk),
        "leaf of today": Category.objects.get(pk=last_day.pk),
        "library": bisc.library,
        "other": bisc.other_library,
        "closed": closed,
        "coming library": coming,
        "cubiss library": cast.cubiss.library,
        "place": fresh[bisc.locations[0].pk],
        "second": fresh[bisc.locations[1].pk],
        "closed place": fresh[bisc.locations[2].pk],
        "other place": bisc.other_locations[0],
        "cubiss place": cast.cubiss.locations[0],
    }


# Changes of ticket 1 (of library "een", reported by its colleague), by the fields that are wrong. Names of rows in <>.
CHANGES = [
    ({"type": "wish"}, []),
    ({"type": ""}, ["type"]),
    ({"type": "Incident"}, ["type"]),
    ({"urgency": "critical"}, ["urgency"]),
    ({"impact": "none"}, ["impact"]),
    ({"impact": None}, ["impact"]),
    ({"subject": "x" * 150}, []),
    ({"subject": "x" * 401}, ["subject"]),
    ({"subject": ""}, ["subject"]),
    ({"subject": " \t\n"}, ["subject"]),
    ({"subject": "nul\0"}, ["subject"]),
    ({"subject": None}, ["subject"]),
    ({"category": "<leaf of today>"}, []),
    ({"category": "<branch>"}, []),
    ({"category": None}, []),
    ({"category": "<ended leaf>"}, ["category"]),
    ({"category": "<coming leaf>"}, ["category"]),
    ({"assignee": None}, []),
    ({"assignee": "<bisc desk>"}, []),
    ({"assignee": "<bisc seated>"}, []),
    ({"assignee": "<bisc former>"}, ["assignee"]),
    ({"assignee": "<bisc coming>"}, ["assignee"]),
    ({"assignee": "<bisc keyuser>"}, ["assignee"]),
    ({"assignee": "<bisc director>"}, ["assignee"]),
    ({"assignee": "<cubiss desk>"}, ["assignee"]),
    ({"assignee": "<cubiss guest>"}, ["assignee"]),
    ({"assignee": "<member>"}, ["assignee"]),
    ({"assignee": "<administrator>"}, ["assignee"]),
    ({"assignee": "<inactive>"}, ["assignee"]),
    ({"reporter": "<bisc keyuser>"}, []),
    ({"reporter": "<bisc director>"}, []),
    ({"reporter": "<bisc colleague2>"}, []),
    ({"reporter": "<bisc desk>"}, []),
    ({"reporter": "<bisc neighbour>"}, ["reporter"]),
    ({"reporter": "<bisc former>"}, ["reporter"]),
    ({"reporter": "<bisc coming>"}, ["reporter"]),
    ({"reporter": "<cubiss keyuser>"}, ["reporter"]),
    ({"reporter": "<cubiss guest>"}, ["reporter"]),
    ({"reporter": "<stranger>"}, ["reporter"]),
    ({"reporter": "<administrator>"}, ["reporter"]),
    ({"reporter": "<inactive>"}, ["reporter"]),
    ({"locations": []}, []),
    ({"locations": ["<place>", "<second>"]}, []),
    ({"locations": ["<closed place>"]}, ["locations"]),
    ({"locations": ["<place>", "<other place>"]}, ["locations"]),
    ({"locations": ["<cubiss place>"]}, ["locations"]),
    ({"library": "<other>"}, ["reporter"]),
    ({"library": "<other>", "reporter": "<bisc neighbour>"}, []),
    ({"library": "<other>", "reporter": "<bisc lead>", "locations": ["<other place>"]}, []),
    ({"library": "<other>", "reporter": "<bisc neighbour>", "locations": ["<second>"]}, ["locations"]),
    ({"library": "<closed>", "reporter": "<bisc desk>"}, ["library"]),
    ({"library": "<coming library>", "reporter": "<bisc desk>"}, ["library"]),
    ({"library": "<cubiss library>", "reporter": "<bisc desk>"}, ["library"]),
    (
        {"library": "<cubiss library>", "locations": ["<second>"], "type": "x", "subject": "", "urgency": "x"}
        | {"impact": "x", "assignee": "<stranger>", "category": "<ended leaf>", "reporter": "<stranger>"},
        ["assignee", "category", "impact", "library", "locations", "reporter", "subject", "type", "urgency"],
    ),
]


def _real(value, rows):
    if isinstance(value, list):
        return [_real(one, rows) for one in value]
    return rows[value[1:-1]] if isinstance(value, str) and value.startswith("<") else value


@pytest.mark.parametrize(("given", "wrong"), CHANGES, ids=lambda one: str(one)[:60])
def test_what_an_edit_takes(rows, bisc, ticket, given, wrong):
    before = Ticket.objects.values().get(pk=ticket.pk), Event.objects.count()
    changes = {name: _real(value, rows) for name, value in given.items()}
    if not wrong:
        verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"))
        assert errors_in(changes, library=Ticket.objects.get(pk=ticket.pk).library, day=timezone.localdate()) == {}
        return
    with pytest.raises(ValidationError) as caught:
        verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"))
    assert sorted(caught.value.message_dict) == wrong
    assert (Ticket.objects.values().get(pk=ticket.pk), Event.objects.count()) == before


# Filing by staff, from a good ticket with these differences.
FILED = [
    ({}, []),
    ({"body": ""}, ["body"]),
    ({"body": "x" * 20000}, []),
    ({"body": "x" * 20001}, ["body"]),
    ({"subject": "x" * 401, "body": "\0"}, ["body", "subject"]),
    ({"type": "x", "urgency": "x", "impact": "x"}, ["impact", "type", "urgency"]),
    ({"category": "<branch>"}, []),
    ({"category": None}, []),
    ({"category": "<ended leaf>"}, ["category"]),
    ({"category": "<coming leaf>"}, ["category"]),
    ({"library": "<cubiss library>", "locations": []}, ["library"]),
    ({"library": "<closed>", "locations": []}, ["library"]),
    ({"library": "<coming library>", "locations": []}, ["library"]),
    ({"locations": ["<other place>"]}, ["locations"]),
    ({"locations": ["<closed place>"]}, ["locations"]),
    ({"locations": ["<cubiss place>"]}, ["locations"]),
    ({"reporter": "<bisc keyuser>"}, []),
    ({"reporter": "<bisc lead>"}, []),
    ({"reporter": "<bisc neighbour>"}, ["reporter"]),
    ({"reporter": "<bisc former>"}, ["reporter"]),
    ({"reporter": "<stranger>"}, ["reporter"]),
    ({"reporter": "<cubiss guest>"}, ["reporter"]),
]


@pytest.mark.parametrize(("given", "wrong"), FILED, ids=lambda one: str(one)[:60])
def test_what_filing_takes(rows, bisc, ticket, given, wrong):
    values = {"type": "question", "subject": "Hoe?", "body": "Tekst", "urgency": "low", "category": "<leaf>"}
    values |= {"library": "<library>", "locations": ["<place>"]} | given
    values = {name: _real(value, rows) for name, value in values.items()}
    if not wrong:
        assert verbs.create(**values, by=bisc.actor("desk")).number == "BISC-2"
        return
    with pytest.raises(ValidationError) as caught:
        verbs.create(**values, by=bisc.actor("desk"))
    assert sorted(caught.value.message_dict) == wrong
    assert Ticket.objects.count() == 1
    # A number that was not used is the next one still.
    good = {**values, **{"subject": "a", "body": "b", "type": "wish", "urgency": "low", "impact": None}}
    good |= {"category": rows["leaf"], "library": rows["library"], "locations": [], "reporter": None}
    assert verbs.create(**good, by=bisc.actor("desk")).number == "BISC-2"


def test_a_library_files_for_no_place_or_thing_of_another(rows, bisc, ticket):
    values = {"type": "question", "subject": "Hoe?", "body": "Tekst", "urgency": "low", "category": rows["leaf"]}
    for places in (["<other place>"], ["<closed place>"], ["<cubiss place>"]):
        with pytest.raises(ValidationError) as caught:
            verbs.create(**values, library=rows["library"], locations=_real(places, rows), by=bisc.actor("colleague"))
        assert list(caught.value.message_dict) == ["locations"]


@pytest.mark.parametrize(
    "ended",
    [
        lambda ticket, house: Category.objects.filter(pk=ticket.category_id).update(until_on="2025-01-01"),
        lambda ticket, house: Location.objects.filter(library=house.library).update(until_on="2025-01-01"),
        lambda ticket, house: Membership.objects.filter(person=house.people["lead"]).update(until_on="2025-01-01"),
        lambda ticket, house: Person.objects.filter(pk=house.people["colleague"].pk).update(is_active=False),
    ],
    ids=["category", "location", "assignee", "reporter"],
)
def test_what_was_valid_once_stays_while_something_else_changes(bisc, ticket, ended):
    verbs.edit(ticket=ticket, changes={"assignee": bisc.people["lead"]}, by=bisc.actor("desk"))
    ended(ticket, bisc)
    now = Ticket.objects.get(pk=ticket.pk)
    changes = {"subject": "Nieuw", "category": now.category, "locations": list(now.locations.all())}
    changes |= {"assignee": now.assignee, "reporter": now.reporter, "library": now.library}
    verbs.edit(ticket=ticket, changes=changes, by=bisc.actor("desk"))
    assert Ticket.objects.get(pk=ticket.pk).subject == "Nieuw"


def test_a_place_that_closed_cannot_be_kept_beside_a_new_one(bisc, ticket):
    """Locations are one value: what is set now has to be in force."""
    Location.objects.filter(pk=bisc.locations[0].pk).update(until_on="2025-01-01")
    places = list(Location.objects.filter(library=bisc.library).order_by("pk")[:2])
    with pytest.raises(ValidationError):
        verbs.edit(ticket=ticket, changes={"locations": places}, by=bisc.actor("desk"))
