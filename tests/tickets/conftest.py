"""Who may try a verb on a ticket, and the ticket; a guest, and what is not open to them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from agenda.categories.models import Category
from tenants.access import standing
from tenants.actor import Actor
from tenants.models import Membership, Person
from tenants.roles import Permission
from tests.tickets.clocking import WORKDAYS, say, to_all
from tests.tickets.verbs import (
    ACTORS,
    OPENED,
    OWN,
    SUPPLIER,
    World,
)
from tickets.desk import actions as verbs
from tickets.guests.actions import open_to
from tickets.models import Agreement, Interval, Message, ServiceHours, Ticket
from tickets.rules.stamp import rules_changed

LATER = timezone.localdate() + timedelta(days=30)
FIRST = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def world(cast, bisc, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=OPENED, changed_at=OPENED, told_at=OPENED)
    Interval.objects.filter(ticket=ticket).update(began_at=OPENED)
    Message.objects.filter(ticket=ticket).update(created_at=OPENED)
    everybody = cast.everybody
    here, there = bisc.organisation, cast.cubiss.organisation
    everybody |= {"administrator": Person.objects.create(email="alleen@bisc.example", name="Alleen beheer")}
    Membership.objects.create(
        person=everybody["administrator"], organisation=here, role="administrator", from_on=date(2024, 1, 1)
    )

    def actor(who, organisation):
        return Actor.of(standing(everybody[who], organisation), "api")

    actors = {who: actor(f"bisc {who}", here) for who in OWN}
    actors |= {
        "administrator": actor("administrator", here),
        "guest": actor("cubiss guest", here),
        "cubiss desk": actor("cubiss desk", here),
        "cubiss desk at cubiss": actor("cubiss desk", there),
        "cubiss keyuser at cubiss": actor("cubiss keyuser", there),
        "former at cubiss": actor("cubiss former", there),
        "member": actor("member", here),
        "member in common": actor("member", cast.common),
        "seated in common": actor("bisc seated", cast.common),
        "manager in common": actor("manager", cast.common),
        "platform in common": actor("platform", cast.common),
        "stranger": actor("stranger", here),
        "nobody": Actor(),
        "system": Actor.of_system("rule 7"),
        "system that works": Actor.of_system("rule 8", Permission.TICKETS_WORK, Permission.TICKETS_REPORT),
        "time": Actor.of_system("auto_close", Permission.TICKETS_CLOSE),
    }
    assert list(actors) == ACTORS
    return World(cast, Ticket.objects.get(pk=ticket.pk), actors)


@pytest.fixture
def other(bisc, ticket):
    """A second ticket of BiSC that is opened to nobody."""
    return verbs.create(
        **{"type": "question", "subject": "Niet geopend", "body": "Blijft dicht", "library": bisc.library},
        **{"category": ticket.category, "urgency": "low", "by": bisc.actor("keyuser")},
    )


@pytest.fixture
def guest(cast, bisc, ticket, other):
    """Cubiss's desk, to whom BiSC's ticket 1 was opened."""
    person = cast.cubiss.people["desk"]
    verbs.answer(ticket=ticket, body="Openbaar woord", by=bisc.actor("desk"))
    verbs.answer(ticket=ticket, body="Onder POI's", visibility="partners", by=bisc.actor("desk"))
    open_to(ticket=ticket, person=person, until_on=LATER, by=bisc.actor("desk"))
    return person


@pytest.fixture
def stock(bisc, ticket):
    """BISC-1 of the cast, and five more, an hour apart and older."""
    desk, lead = bisc.actor("desk"), bisc.actor("lead")

    def made(hour, who, **more):
        values = {"type": "question", "subject": f"Uur {hour}", "body": "Tekst.", "urgency": "low", **more}
        values.setdefault("library", bisc.library)
        values.setdefault("category", Category.objects.get(code="6.1"))
        return verbs.create(**values, by=bisc.actor(who), at=FIRST + timedelta(hours=hour))

    later = FIRST + timedelta(days=1)
    two = made(1, "colleague")  # low, open, of the desk
    verbs.pick_up(ticket=two, by=desk, at=later)
    three = made(2, "keyuser", type="incident", urgency="high", locations=bisc.locations)  # high, open, of the lead
    verbs.pick_up(ticket=three, by=lead, at=later)
    made(3, "neighbour", type="wish", library=bisc.other_library, category=Category.objects.get(code="7.1"))  # new
    five = made(4, "colleague2")  # waits for a supplier, nobody's
    verbs.move(ticket=five, to="open", reason="Toch niet.", by=desk, at=later)
    verbs.move(ticket=five, to="waiting_supplier", fact=SUPPLIER, by=desk, at=later)
    six = made(5, "colleague")  # resolved, of the desk
    verbs.pick_up(ticket=six, by=desk, at=later)
    verbs.move(ticket=six, to="resolved", answer="Klaar.", by=desk, at=later + timedelta(hours=1))
    return bisc


@pytest.fixture
def rules(bisc):
    """Everybody hears within two hours and every three; it is resolved in eight. Quarters of a working day each."""
    ServiceHours.objects.filter(calendar__slug="default").update(week=[*WORKDAYS, [], []], from_on=date(2020, 1, 1))
    rules_changed()
    return say(Agreement.objects.create(), date(2026, 1, 1), to_all(first_answer=120, update=180, resolution=480))
