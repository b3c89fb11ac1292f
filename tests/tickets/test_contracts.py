"""Contracts with libraries and suppliers: their verbs."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from tenants.audit.models import AuditEntry
from tests.tickets.agreed import ahead, make, refused, stamp, supplier, today
from tickets.contracts import periods
from tickets.contracts.actions import (
    change_contract,
    end_contract,
    renew_contract,
)
from tickets.contracts.models import LibraryContract, SupplierContract
from tickets.contracts.queries import (
    situation,
)

# ---- make_contract


def test_make_contract_keeps_what_was_agreed_and_tells_it(bisc):
    before = stamp()
    made = make(bisc, number=" 2026-01 ", renewal="tacit", renewal_months=24, notice_months=6, alert_days=14)
    found = LibraryContract.objects.get()
    assert (found.library, found.number, found.renewal, found.made_by) == (
        bisc.library,
        "2026-01",
        "tacit",
        bisc.people["lead"],
    )
    assert (found.renewal_months, found.notice_months, found.alert_days) == (24, 6, 14)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object) == ("contract.made", f"library contract {made.pk}")
    assert stamp() != before  # clocks count by another rule from now on


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"number": "x" * 61}, "number"),
        ({"until_on": date(2020, 1, 1)}, "until_on"),
        ({"from_on": date(1989, 12, 31), "until_on": None}, "from_on"),
        ({"from_on": date(2099, 1, 1), "until_on": None}, "from_on"),
        ({"until_on": date(2099, 1, 1)}, "until_on"),
        ({"renewal": "misschien"}, "renewal"),
        ({"renewal_months": 0}, "renewal_months"),
        ({"renewal_months": 121}, "renewal_months"),
        ({"notice_months": 121}, "notice_months"),
        ({"notice_months": -1}, "notice_months"),
        ({"alert_days": 731}, "alert_days"),
    ],
)
def test_make_contract_refuses_beside_its_field(bisc, values, field):
    assert list(refused(lambda: make(bisc, **values))) == [field]
    assert not LibraryContract.objects.exists()


def test_make_contract_refuses_a_library_of_another_organisation(cast, bisc):
    assert list(refused(lambda: make(bisc, library=cast.cubiss.library))) == ["library"]


@pytest.mark.parametrize(
    ("there", "asked", "clashes"),
    [
        ((-100, 100), (100, 300), True),
        ((-100, 100), (101, 300), False),
        ((-100, 100), (-300, -100), True),
        ((-100, 100), (-300, -101), False),
        ((-100, 100), (-50, 50), True),
        ((-100, None), (500, 600), True),
        ((100, 300), (-100, None), True),
    ],
)
def test_make_contract_refuses_a_day_that_another_has(bisc, there, asked, clashes):
    def spread(both):
        return {"from_on": ahead(both[0]), "until_on": None if both[1] is None else ahead(both[1])}

    make(bisc, name="Vorige", **spread(there))
    make(bisc, library=bisc.other_library, **spread(asked))  # that of another library is in nobody's way
    if not clashes:
        make(bisc, **spread(asked))
        return
    says = refused(lambda: make(bisc, **spread(asked)))
    assert list(says) == ["from_on"] and "“Vorige”" in says["from_on"][0]


def test_make_contract_after_one_that_goes_on_tacitly_asks_to_end_that_first(bisc):
    first = make(bisc, renewal="tacit")
    assert "from_on" in refused(lambda: make(bisc, from_on=ahead(201), until_on=None))
    end_contract(contract=first, on=ahead(200), by=bisc.actor("lead"))
    make(bisc, from_on=ahead(201), until_on=None)


# ---- make_supplier_contract


def test_make_supplier_contract_keeps_what_was_agreed(bisc):
    made = supplier(bisc, terms="Storingen binnen 4 uur.", number="S-1")
    assert SupplierContract.objects.get() == made
    assert (made.platform, made.supplier, made.terms) == (bisc.library.platform, "OCLC", "Storingen binnen 4 uur.")


def test_make_supplier_contract_refuses_the_same_one_twice_and_takes_another_number(bisc):
    supplier(bisc, number="S-1")
    assert list(refused(lambda: supplier(bisc, number="S-1"))) == ["from_on"]
    supplier(bisc, number="S-2")


def test_make_supplier_contract_refuses_a_platform_that_serves_others(bisc):
    bisc.library.platform.organisations.remove(bisc.organisation)
    assert list(refused(lambda: supplier(bisc))) == ["platform"]


# ---- change_contract


def test_change_contract_changes_plain_facts_and_tells_before_and_after(bisc):
    one = make(bisc)
    changes = {"name": "Nieuw", "number": "7", "notice_months": 1, "from_on": date(2000, 1, 1)}
    change_contract(contract=one, changes=changes, by=bisc.actor("lead"))
    found = LibraryContract.objects.get()
    assert (found.name, found.number, found.notice_months, found.from_on) == ("Nieuw", "7", 1, ahead(-365))
    assert AuditEntry.objects.first().details == {
        "name": ["DVO", "Nieuw"],
        "number": ["", "7"],
        "notice_months": ["3", "1"],
    }


def test_change_contract_to_the_same_changes_nothing(bisc):
    one = make(bisc)
    before, entries = stamp(), AuditEntry.objects.count()
    change_contract(contract=one, changes={"name": " DVO ", "notice_months": 3}, by=bisc.actor("lead"))
    assert (stamp(), AuditEntry.objects.count()) == (before, entries)


def test_change_contract_leaves_the_terms_that_went_by_tacitly(bisc):
    """From a year a term to express, in its third term: that term is written down, and the contract ends with it."""
    one = make(bisc, from_on=date(2020, 1, 1), until_on=date(2020, 12, 31), renewal="tacit")
    change_contract(contract=one, changes={"renewal": "express"}, by=bisc.actor("lead"))
    found = LibraryContract.objects.get()
    assert found.until_on == date(today().year, 12, 31)
    assert periods.in_force(found, today())


def test_change_contract_wakes_none_that_has_ended(bisc):
    one = make(bisc, until_on=ahead(-1))
    assert list(
        refused(lambda: change_contract(contract=one, changes={"renewal": "tacit"}, by=bisc.actor("lead")))
    ) == ["renewal"]
    change_contract(contract=one, changes={"name": "Was"}, by=bisc.actor("lead"))


def test_change_contract_refuses_to_go_on_into_the_next_one(bisc):
    one = make(bisc)
    make(bisc, name="Volgende", from_on=ahead(201), until_on=None)
    says = refused(lambda: change_contract(contract=one, changes={"renewal": "tacit"}, by=bisc.actor("lead")))
    assert "“Volgende”" in says["from_on"][0]


# ---- renew_contract


def test_renew_contract_runs_on_and_tells_it(bisc):
    one, before = make(bisc), stamp()
    renew_contract(contract=one, until_on=ahead(565), by=bisc.actor("lead"))
    assert LibraryContract.objects.get().until_on == ahead(565)
    assert AuditEntry.objects.first().details == {"until_on": [str(ahead(200)), str(ahead(565))]}
    assert stamp() != before


def test_renew_contract_twice_is_once(bisc):
    one = make(bisc)
    for _twice in range(2):
        renew_contract(contract=one, until_on=ahead(565), by=bisc.actor("lead"))
    assert AuditEntry.objects.filter(action="contract.renewed").count() == 1


@pytest.mark.parametrize("days", [200 - 1, 0])
def test_renew_contract_refuses_a_day_that_is_no_later(bisc, days):
    one = make(bisc)
    assert list(refused(lambda: renew_contract(contract=one, until_on=ahead(days), by=bisc.actor("lead")))) == [
        "until_on"
    ]


def test_renew_contract_refuses_what_has_ended_and_what_has_no_end(bisc):
    ended = make(bisc, until_on=ahead(-1))
    endless = make(bisc, library=bisc.other_library, until_on=None)
    for one in (ended, endless):
        with pytest.raises(ValidationError) as refusal:
            renew_contract(contract=one, until_on=ahead(9), by=bisc.actor("lead"))
        assert list(refusal.value.message_dict) == ["until_on"]


def test_renew_contract_takes_back_an_end_that_has_not_come(bisc):
    one = make(bisc, renewal="tacit")
    end_contract(contract=one, on=ahead(10), by=bisc.actor("lead"))
    renew_contract(contract=one, until_on=ahead(300), by=bisc.actor("lead"))
    found = LibraryContract.objects.get()
    assert (found.ended_on, found.until_on) == (None, ahead(300))


def test_renew_contract_stops_before_the_next_one(bisc):
    one = make(bisc)
    make(bisc, from_on=ahead(201), until_on=None)
    assert list(refused(lambda: renew_contract(contract=one, until_on=ahead(201), by=bisc.actor("lead")))) == [
        "from_on"
    ]


# ---- end_contract


def test_end_contract_from_today_on(bisc):
    one, before = make(bisc), stamp()
    end_contract(contract=one, on=today(), by=bisc.actor("lead"))
    found = LibraryContract.objects.get()
    assert [periods.in_force(found, ahead(n)) for n in (-1, 0, 1)] == [True, True, False]
    assert (AuditEntry.objects.first().action, AuditEntry.objects.first().details) == (
        "contract.ended",
        {"on": str(today())},
    )
    assert stamp() != before


def test_end_contract_refuses_what_has_been_and_what_comes_after_its_end(bisc):
    one, by = make(bisc), bisc.actor("lead")
    assert list(refused(lambda: end_contract(contract=one, on=ahead(-1), by=by))) == ["on"]
    assert list(refused(lambda: end_contract(contract=one, on=ahead(201), by=by))) == ["on"]
    assert LibraryContract.objects.get().ended_on is None


def test_end_contract_can_be_moved_until_it_has_come(bisc):
    one, by = make(bisc), bisc.actor("lead")
    for days in (5, 50, 5, 5):
        end_contract(contract=one, on=ahead(days), by=by)
    assert LibraryContract.objects.get().ended_on == ahead(5)
    LibraryContract.objects.update(ended_on=ahead(-1))
    assert list(refused(lambda: end_contract(contract=one, on=ahead(5), by=by))) == ["on"]


def test_end_contract_before_it_begins_means_that_it_never_does(bisc):
    one = make(bisc, from_on=ahead(10))
    end_contract(contract=one, on=today(), by=bisc.actor("lead"))
    assert situation(LibraryContract.objects.get(), today()).kind == "void"
    make(bisc, from_on=ahead(10))  # and is in nobody's way


def test_a_suppliers_contract_is_changed_renewed_and_ended_alike(bisc):
    one, by = supplier(bisc), bisc.actor("lead")
    change_contract(contract=one, changes={"terms": "Nieuw", "supplier": "Ander"}, by=by)
    renew_contract(contract=one, until_on=ahead(400), by=by)
    end_contract(contract=one, on=ahead(1), by=by)
    found = SupplierContract.objects.get()
    assert (found.supplier, found.terms, found.until_on, found.ended_on) == ("Ander", "Nieuw", ahead(400), ahead(1))
