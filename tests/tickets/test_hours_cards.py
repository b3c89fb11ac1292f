"""Hours cards: buying, booking, giving back, and how hours are read and written."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tenants.audit.models import AuditEntry
from tenants.refusals import NotAllowed
from tests.tickets.agreed import ahead, card_of, make, refused, today
from tickets.contracts.cards import add_card, book_hours, change_card, take_back
from tickets.contracts.minutes import as_typed, in_hours, read_minutes
from tickets.contracts.models import HoursBooking, HoursCard
from tickets.contracts.queries import balances
from tickets.models import Ticket


def book(bisc, card, minutes=90, who="desk", **values):
    return book_hours(card=card, minutes=minutes, **{"on": today(), "note": "werk"} | values, by=bisc.actor(who))


def balance() -> int:
    (found,) = balances(HoursCard.objects.all())
    return found.balance


# ---- hours in words


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1:30", 90),
        ("1,5", 90),
        ("1.25", 75),
        ("2", 120),
        ("2 uur", 120),
        ("1 u 30", 90),
        ("1u05", 65),
        ("45 min", 45),
        ("45min", 45),
        ("90 minuten", 90),
        ("-1:30", -90),
        ("− 45 min", -45),
        (" 0,1 ", 6),
        ("0,33", 20),
    ],
)
def test_hours_are_read_as_people_write_them(text, minutes):
    assert read_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "x", "1:60", "1:5", "1,555", "--1", "1h2h", "٣", "1e3", "999999999"])
def test_what_is_no_time_is_refused_in_words(text):
    with pytest.raises(ValueError, match="1:30"):
        read_minutes(text)


@pytest.mark.parametrize(
    ("minutes", "words"), [(90, "1 u 30"), (65, "1 u 05"), (120, "2 u"), (45, "45 min"), (0, "0 min"), (-90, "−1 u 30")]
)
def test_minutes_in_words(minutes, words):
    assert in_hours(minutes) == words


@given(st.integers(-100_000, 100_000))
def test_what_a_form_holds_is_read_as_the_same(minutes):
    assert read_minutes(as_typed(minutes)) == minutes


# ---- add_card, change_card


def test_add_card_is_made_once(bisc):
    contract = make(bisc)
    assert card_of(bisc, contract) == card_of(bisc, contract)
    found = HoursCard.objects.get()
    assert (found.minutes, found.alert_minutes, found.from_on, found.made_by) == (
        600,
        60,
        ahead(-365),
        bisc.people["lead"],
    )


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minutes": 0}, "hours"),
        ({"minutes": 600_001}, "hours"),
        ({"alert_minutes": 600}, "alert"),
        ({"alert_minutes": -1}, "alert"),
        ({"from_on": ahead(-366)}, "from_on"),
        ({"until_on": ahead(-366)}, "until_on"),
    ],
)
def test_add_card_refuses_beside_its_field(bisc, values, field):
    contract = make(bisc)
    assert list(refused(lambda: card_of(bisc, contract, **values))) == [field]


def test_change_card_keeps_what_was_booked(bisc):
    card = card_of(bisc)
    book(bisc, card)
    change_card(card=card, minutes=1200, alert_minutes=0, until_on=ahead(9), by=bisc.actor("lead"))
    assert balance() == 1110
    assert AuditEntry.objects.first().details["minutes"] == ["600", "1200"]
    says = refused(
        lambda: change_card(card=card, minutes=60, alert_minutes=0, until_on=ahead(-1), by=bisc.actor("lead"))
    )
    assert list(says) == ["until_on"]


@pytest.mark.parametrize("who", ["desk", "keyuser", "director", "colleague", "former"])
def test_change_card_is_for_who_keeps_contracts(bisc, who):
    card = card_of(bisc)
    with pytest.raises(NotAllowed):
        change_card(card=card, minutes=1, alert_minutes=0, by=bisc.actor(who))
    with pytest.raises(NotAllowed):
        add_card(contract=card.contract, minutes=1, from_on=today(), by=bisc.actor(who))


# ---- book_hours


def test_book_hours_takes_them_off_the_card(bisc, ticket):
    card = card_of(bisc)
    made = book(bisc, card, ticket=ticket, note="")
    assert (made.minutes, made.on, made.ticket, made.made_by) == (90, today(), ticket, bisc.people["desk"])
    assert balance() == 510


def test_book_hours_of_a_form_sent_twice_is_one_booking(bisc):
    card = card_of(bisc)
    assert book(bisc, card, once="abc") == book(bisc, card, once="abc")
    book(bisc, card, once="abd")
    assert balance() == 420


def test_book_hours_may_go_below_nothing_and_says_so(bisc):
    card = card_of(bisc)
    for _turn in range(2):
        book(bisc, card, 345)
    (found,) = balances(HoursCard.objects.all())
    assert (found.balance, found.is_low, found.words) == (
        -90,
        True,
        "1 u 30 meer gebruikt dan de 10 u die zijn gekocht",
    )


def test_book_hours_gives_back_no_more_than_was_booked(bisc):
    card = card_of(bisc)
    book(bisc, card, 60)
    assert list(refused(lambda: book(bisc, card, -61))) == ["minutes"]
    book(bisc, card, -60)
    assert balance() == 600


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 6001}, "minutes"),
        ({"on": ahead(1)}, "on"),
        ({"on": ahead(-366)}, "on"),
        ({"note": ""}, "note"),
        ({"note": "x" * 201}, "note"),
    ],
)
def test_book_hours_refuses_beside_its_field(bisc, values, field):
    card = card_of(bisc)
    assert list(refused(lambda: book(bisc, card, **values))) == [field]
    assert not HoursBooking.objects.exists()


def test_book_hours_refuses_a_day_after_the_card(bisc):
    card = card_of(bisc, until_on=ahead(-2))
    assert list(refused(lambda: book(bisc, card))) == ["on"]
    book(bisc, card, on=ahead(-2))


def test_book_hours_refuses_a_ticket_of_another_library(bisc, ticket):
    card = card_of(bisc, make(bisc, library=bisc.other_library))
    assert list(refused(lambda: book(bisc, card, ticket=ticket))) == ["ticket"]


@pytest.mark.parametrize("who", ["keyuser", "director", "colleague", "former", "coming"])
def test_book_hours_is_for_staff(bisc, who):
    card = card_of(bisc)
    booking = book(bisc, card)
    with pytest.raises(NotAllowed):
        book(bisc, card, who=who)
    with pytest.raises(NotAllowed):
        take_back(booking=booking, by=bisc.actor(who))


# ---- take_back


def test_take_back_is_the_opposite_once(bisc, ticket):
    booking = book(bisc, card_of(bisc), ticket=ticket)
    assert take_back(booking=booking, by=bisc.actor("desk")) == take_back(booking=booking, by=bisc.actor("lead"))
    assert balance() == 600
    back = HoursBooking.objects.get(minutes=-90)
    assert (back.on, back.ticket, back.note) == (booking.on, ticket, "Teruggeboekt: werk")
    with pytest.raises(ValidationError):
        take_back(booking=back, by=bisc.actor("desk"))


def test_take_back_of_a_ticket_that_went_to_another_library(bisc, ticket):
    booking = book(bisc, card_of(bisc), ticket=ticket)
    Ticket.objects.filter(pk=ticket.pk).update(library=bisc.other_library)
    back = take_back(booking=HoursBooking.objects.get(pk=booking.pk), by=bisc.actor("desk"))
    assert (back.minutes, back.ticket) == (-90, None)
