"""Which contract is in force on which day, and how each stands in a list."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tickets.agreed import ahead, make, supplier, today
from tickets.contracts import periods
from tickets.contracts.cards import add_card, book_hours
from tickets.contracts.models import LibraryContract
from tickets.contracts.queries import (
    rows_of_libraries,
    rows_of_suppliers,
    situation,
)

# ---- days


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 12, 31), -3, date(2026, 9, 30)),
        (date(2026, 6, 30), -3, date(2026, 3, 31)),
        (date(2026, 5, 15), -3, date(2026, 2, 15)),
        (date(2026, 5, 30), -3, date(2026, 2, 28)),
        (date(2027, 2, 28), 12, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 0, date(2026, 11, 30)),
    ],
)
def test_months_are_counted_as_people_do(day, months, then):
    assert periods.add_months(day, months) == then


def _contract(**values) -> LibraryContract:
    values = {"from_on": date(2025, 1, 1), "until_on": date(2025, 12, 31), "renewal": "express"} | values
    return LibraryContract(**values)


def test_a_contract_is_in_force_on_its_first_and_its_last_day():
    one = _contract()
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    assert [periods.in_force(one, day) for day in days] == [False, True, True, False]


def test_a_contract_that_is_renewed_tacitly_goes_on_until_it_is_ended():
    one = _contract(renewal="tacit")
    assert periods.in_force(one, date(2031, 5, 5))
    one.ended_on = date(2027, 12, 31)
    days = (date(2027, 12, 31), date(2028, 1, 1))
    assert [periods.in_force(one, day) for day in days] == [True, False]


def test_each_term_has_its_own_notice_and_warning():
    one = _contract(renewal="tacit", renewal_months=12, notice_months=3, alert_days=30)
    assert periods.term_end(one, date(2025, 12, 31)) == date(2025, 12, 31)
    assert periods.term_end(one, date(2026, 1, 1)) == date(2026, 12, 31)
    assert periods.notice_by(one, date(2026, 1, 1)) == date(2026, 9, 30)
    assert periods.alert_on(one, date(2026, 1, 1)) == date(2026, 8, 31)


@given(
    until=st.dates(date(2000, 1, 1), date(2050, 12, 31)),
    months=st.integers(1, 60),
    day=st.dates(date(2000, 1, 1), date(2080, 1, 1)),
)
def test_the_term_of_a_day_is_the_first_that_has_not_ended(until, months, day):
    """Against counting on term by term."""
    one = _contract(from_on=date(1999, 1, 1), until_on=until, renewal="tacit", renewal_months=months)
    turn, end = 0, until
    while end < day:
        turn += 1
        end = periods.add_months(until, turn * months)
    assert periods.term_end(one, day) == end


def test_a_contract_that_never_began_is_never_in_force_and_in_nobodys_way():
    void = _contract(ended_on=date(2024, 12, 1))
    assert not any(periods.in_force(void, date(2024, 11, 1) + timedelta(days=n)) for n in range(500))
    assert not periods.overlaps(void, _contract())
    assert periods.is_over(void, date(2024, 6, 1))


# ---- how they stand


@pytest.mark.parametrize(
    ("values", "kind", "word", "colour"),
    [
        ({}, "runs", "loopt", "green"),
        ({"from_on": 5}, "coming", "vanaf", ""),
        ({"until_on": -1}, "expired", "verlopen", "red"),
        ({"until_on": -91}, "over", "beëindigd", ""),
        ({"until_on": 100}, "notice", "besluit uiterlijk", "amber"),
        ({"until_on": 60}, "notice", "eindigt", "red"),
        ({"until_on": 100, "renewal": "tacit"}, "notice", "opzeggen uiterlijk", "amber"),
        ({"until_on": 60, "renewal": "tacit"}, "goes_on", "loopt door na", "green"),
    ],
)
def test_how_a_contract_stands(bisc, values, kind, word, colour):
    days = {name: ahead(value) for name, value in values.items() if name.endswith("_on")}
    found = situation(make(bisc, **(values | days)), today())
    assert (found.kind, found.colour) == (kind, colour) and found.word.startswith(word)


def test_an_expired_contract_asks_nothing_once_another_is_in_force(bisc):
    make(bisc, until_on=ahead(-1))
    assert [one.situation.kind for one in rows_of_libraries(bisc.standing("desk"), today())] == ["expired"]
    make(bisc, from_on=today())
    kinds = [one.situation.kind for one in rows_of_libraries(bisc.standing("desk"), today(), "all")]
    assert kinds == ["runs", "over"]


def test_what_asks_something_comes_first(bisc):
    make(bisc, name="Loopt")
    late = make(bisc, name="Besluit", library=bisc.other_library, until_on=ahead(100))
    assert [one.contract for one in rows_of_libraries(bisc.standing("desk"), today(), "attention")] == [late]
    assert rows_of_libraries(bisc.standing("desk"), today())[0].contract == late


def test_a_card_that_is_nearly_used_up_comes_before_what_runs(bisc):
    make(bisc)
    other = make(bisc, name="Kaart", library=bisc.other_library)
    card = add_card(contract=other, minutes=600, alert_minutes=60, from_on=today(), by=bisc.actor("lead"))
    book_hours(card=card, minutes=540, on=today(), note="werk", by=bisc.actor("desk"))
    (row,) = rows_of_libraries(bisc.standing("desk"), today(), "attention")
    assert (row.contract, [one.words for one in row.cards]) == (other, ["1 u over van 10 u"])


def test_contracts_are_found_by_library_name_and_number(bisc):
    make(bisc, number="A-12")
    make(bisc, library=bisc.other_library)
    standing = bisc.standing("desk")
    for text, count in (("a-12", 1), ("twee", 1), ("BIBLIOTHEEK", 2), ("dvo", 2), ("niets", 0)):
        assert len(rows_of_libraries(standing, today(), text=text)) == count


@pytest.mark.parametrize("many", [1, 12])
def test_a_list_asks_as_much_for_one_as_for_many(bisc, many, django_assert_num_queries):
    for n in range(many):
        make(bisc, from_on=ahead(-900 + n * 20), until_on=ahead(-881 + n * 20))
        supplier(bisc, number=str(n))
    standing = bisc.standing("desk")
    with django_assert_num_queries(3):
        assert len(rows_of_libraries(standing, today(), "all")) == many
        assert len(rows_of_suppliers(standing, today(), "all")) == many
