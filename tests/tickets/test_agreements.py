"""Verbs on agreements: who may, what is refused beside what, what stays as it was, and what reaches the clocks."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.context import inside
from tenants.refusals import NotAllowed
from tests.tickets.test_races import committed, second  # noqa: F401  a fixture
from tickets.agreements.actions import change_agreement, end_agreement, make_agreement, withdraw_version
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.calendars.actions import make_calendar
from tickets.models import LibraryContract, RulesStamp, SupplierContract

HIGH = {("*", "high", "resolution"): "4 uur"}
MAY_NOT = ["desk", "seated", "keyuser", "colleague", "director", "neighbour", "former", "coming"]


def day(days: int = 1) -> date:
    return timezone.localdate() + timedelta(days=days)


def stamp() -> UUID:
    return RulesStamp.objects.get().stamp


def for_all(bisc) -> Agreement:
    return make_agreement(by=bisc.actor("lead"))


def change(bisc, agreement=None, days=1, who="lead", targets=None, **values) -> AgreementVersion:
    return change_agreement(
        agreement=agreement or for_all(bisc),
        from_on=day(days),
        targets=HIGH if targets is None else targets,
        by=bisc.actor(who),
        **values,
    )


def library_contract(bisc, **values) -> LibraryContract:
    given = {"library": bisc.library, "name": "DVO", "from_on": date(2026, 1, 1), "made_at": timezone.now()}
    return LibraryContract.objects.create(**given | values)


def supplier_contract(bisc) -> SupplierContract:
    return SupplierContract.objects.create(
        platform=bisc.library.platform, supplier="OCLC", name="x", from_on=date(2026, 1, 1), made_at=timezone.now()
    )


def refused(verb) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        verb()
    return sorted(refusal.value.message_dict)


# ---- make_agreement


def test_make_agreement_is_made_once_and_promises_nothing(bisc):
    lead, before = bisc.actor("lead"), stamp()
    made = [make_agreement(level="large", by=lead), make_agreement(level="large", by=lead)]
    assert made[0] == made[1] and made[0].versions.count() == 0
    assert [(one.action, one.object) for one in AuditEntry.objects.all()[:1]] == [("agreement.made", "large")]
    assert AuditEntry.objects.filter(action="agreement.made").count() == 1
    assert stamp() == before


def test_make_agreement_for_each_key(bisc):
    lead = bisc.actor("lead")
    contract, supplier = library_contract(bisc), supplier_contract(bisc)
    for keys in ({}, {"level": "small"}, {"type": "wish"}, {"contract": contract}, {"supplier_contract": supplier}):
        assert make_agreement(**keys, by=lead) == make_agreement(**keys, by=lead)
    assert Agreement.objects.count() == 5


@pytest.mark.parametrize(
    ("keys", "field"),
    [({"level": "huge"}, "level"), ({"type": "party"}, "type"), ({"level": "large", "type": "wish"}, "type")],
)
def test_make_agreement_refuses_what_cannot_be(bisc, keys, field):
    assert refused(lambda: make_agreement(**keys, by=bisc.actor("lead"))) == [field]
    assert Agreement.objects.count() == 0


def test_make_agreement_has_one_key(bisc):
    contract = library_contract(bisc)
    assert refused(lambda: make_agreement(level="large", contract=contract, by=bisc.actor("lead"))) == ["contract"]


def test_an_agreement_has_one_key_and_each_key_one_agreement(bisc):
    Agreement.objects.create(level="large")
    Agreement.objects.create()
    for keys in ({"level": "large"}, {}, {"level": "small", "type": "wish"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Agreement.objects.create(**keys)


# ---- change_agreement


def test_change_agreement_keeps_what_was_said_and_by_whom(bisc):
    calendar = make_calendar(name_nl="Avond", name_en="", by=bisc.actor("lead"))
    before = stamp()
    version = change(
        bisc,
        targets={
            ("*", "high", "first_answer"): "1:30",
            ("*", "low", "resolution"): "2 werkdagen, einde dag",
            ("wish", "low", "update"): "10 werkdagen",
            ("*", "low", "partner"): "",
        },
        update_mode="between",
        pauses={"resolution": ["waiting_supplier", "planned"]},
        calendar=calendar,
    )
    kept = AgreementVersion.objects.get()
    assert kept == version
    assert kept.targets == {
        "*": {"high": {"first_answer": {"minutes": 90}}, "low": {"resolution": {"days": 2, "end_of_day": True}}},
        "wish": {"low": {"update": {"days": 10}}},
    }
    assert (kept.update_mode, kept.pauses) == ("between", {"resolution": ["planned", "waiting_supplier"]})
    assert (kept.calendar, kept.made_by, kept.ended) == (calendar, bisc.people["lead"], False)
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.object, entry.details["from_on"]) == ("agreement.changed", "all", str(day()))
    assert stamp() != before


def test_change_agreement_leaves_what_was(bisc):
    change(bisc, days=0)
    change(bisc, days=5, targets={("*", "high", "resolution"): "2 uur"})
    found = [one.targets["*"]["high"]["resolution"] for one in AgreementVersion.objects.all()]
    assert found == [{"minutes": 240}, {"minutes": 120}]


def test_change_agreement_of_one_day_twice_is_one_version(bisc):
    change(bisc)
    change(bisc, targets={("*", "low", "resolution"): "2 uur"})
    assert AgreementVersion.objects.get().targets == {"*": {"low": {"resolution": {"minutes": 120}}}}


def test_change_agreement_to_the_same_words_changes_nothing(bisc):
    first = change(bisc, days=0)
    entries, before = AuditEntry.objects.count(), stamp()
    assert change(bisc, days=0) == first
    assert change(bisc, days=9, targets={("*", "high", "resolution"): "4:00"}) == first
    assert (AgreementVersion.objects.count(), AuditEntry.objects.count(), stamp()) == (1, entries, before)


@pytest.mark.parametrize("days", [-1, 3700])
def test_change_agreement_refuses_what_has_been_and_what_is_far(bisc, days):
    assert refused(lambda: change(bisc, days=days)) == ["from_on"]
    assert AgreementVersion.objects.count() == 0


def test_change_agreement_takes_the_past_where_it_is_said_which_day_it_was(bisc):
    version = change(bisc, days=-100, today=day(-100))
    assert version.from_on == day(-100)
    assert refused(lambda: change(bisc, days=-101, today=day(-100))) == ["from_on"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"targets": {("*", "high", "resolution"): "straks"}}, "*.high.resolution"),
        ({"targets": {("*", "high", "resolution"): "1001 uur"}}, "*.high.resolution"),
        ({"targets": {("party", "high", "resolution"): "1 uur"}}, "party.high.resolution"),
        ({"targets": {("*", "extreme", "resolution"): "1 uur"}}, "*.extreme.resolution"),
        ({"targets": {("*", "high", "supplier"): "1 uur"}}, "*.high.supplier"),
        ({"update_mode": "never"}, "update_mode"),
        ({"pauses": {"resolution": ["open"]}}, "pauses"),
        ({"pauses": {"supplier": ["planned"]}}, "pauses"),
    ],
)
def test_change_agreement_refuses_what_cannot_be(bisc, values, field):
    assert refused(lambda: change(bisc, **values)) == [field]
    assert AgreementVersion.objects.count() == 0


def test_change_agreement_says_all_that_is_wrong_at_once(bisc):
    targets = {("*", "high", "resolution"): "x", ("*", "low", "update"): "y", ("*", "low", "resolution"): "1 uur"}
    assert refused(lambda: change(bisc, days=-1, targets=targets)) == [
        "*.high.resolution",
        "*.low.update",
        "from_on",
    ]


@pytest.mark.parametrize("keys", [{"level": "large"}, {"type": "wish"}])
def test_change_agreement_has_pauses_only_for_all_and_in_a_contract(bisc, keys):
    agreement = make_agreement(**keys, by=bisc.actor("lead"))
    assert refused(lambda: change(bisc, agreement, pauses={"resolution": []})) == ["pauses"]
    own = make_agreement(contract=library_contract(bisc), by=bisc.actor("lead"))
    assert change(bisc, own, pauses={"resolution": []}).pauses == {"resolution": []}


def test_change_agreement_of_a_type_says_nothing_of_another(bisc):
    agreement = make_agreement(type="wish", by=bisc.actor("lead"))
    targets = {("complaint", "high", "resolution"): "1 uur"}
    assert refused(lambda: change(bisc, agreement, targets=targets)) == ["complaint.high.resolution"]


def test_change_agreement_of_a_supplier_says_what_the_supplier_promises_alone(bisc):
    agreement = make_agreement(supplier_contract=supplier_contract(bisc), by=bisc.actor("lead"))
    assert refused(lambda: change(bisc, agreement)) == ["*.high.resolution"]
    version = change(bisc, agreement, targets={("*", "high", "supplier"): "1 werkdag"})
    assert version.targets == {"*": {"high": {"supplier": {"days": 1}}}}


def test_change_agreement_goes_to_two_hundred_versions(bisc):
    agreement = for_all(bisc)
    AgreementVersion.objects.bulk_create(
        AgreementVersion(agreement=agreement, from_on=date(2020, 1, 1) + timedelta(days=n), made_at=timezone.now())
        for n in range(200)
    )
    assert refused(lambda: change(bisc, agreement)) == ["from_on"]


# ---- end_agreement, withdraw_version


def test_end_agreement_promises_nothing_from_a_day_on(bisc):
    change(bisc, days=0)
    before = stamp()
    ended = end_agreement(agreement=for_all(bisc), from_on=day(3), by=bisc.actor("lead"))
    assert (ended.ended, ended.targets, ended.from_on) == (True, {}, day(3))
    assert (AuditEntry.objects.first().action, stamp() != before) == ("agreement.ended", True)
    before = stamp()
    assert end_agreement(agreement=for_all(bisc), from_on=day(9), by=bisc.actor("lead")) == ended
    assert stamp() == before and AgreementVersion.objects.count() == 2


@pytest.mark.parametrize("days", [-1, 3700])
def test_end_agreement_refuses_what_has_been_and_what_is_far(bisc, days):
    change(bisc, days=0)
    end = lambda: end_agreement(agreement=for_all(bisc), from_on=day(days), by=bisc.actor("lead"))  # noqa: E731
    assert refused(end) == ["from_on"]


def test_withdraw_version_takes_back_what_has_not_begun(bisc):
    version, before = change(bisc), stamp()
    for _twice in range(2):
        withdraw_version(version=version, by=bisc.actor("lead"))
    assert AgreementVersion.objects.count() == 0 and stamp() != before
    assert AuditEntry.objects.filter(action="agreement.withdrawn").count() == 1


def test_withdraw_version_refuses_what_counts_today(bisc):
    version, before = change(bisc, days=0), stamp()
    with pytest.raises(ValidationError):
        withdraw_version(version=version, by=bisc.actor("lead"))
    assert AgreementVersion.objects.get() == version and stamp() == before


# ---- who may


@pytest.mark.parametrize("who", MAY_NOT)
def test_only_an_administrator_changes_agreements(bisc, who):
    agreement, version, by = for_all(bisc), change(bisc), bisc.actor(who)
    before = stamp()
    for verb in (
        lambda: make_agreement(level="large", by=by),
        lambda: make_agreement(by=by),
        lambda: change(bisc, agreement, who=who),
        lambda: end_agreement(agreement=agreement, from_on=day(), by=by),
        lambda: withdraw_version(version=version, by=by),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert (AgreementVersion.objects.get(), stamp()) == (version, before)


def test_an_administrator_of_another_organisation_changes_nothing(cast, bisc):
    version, by = change(bisc), cast.cubiss.actor("lead")
    for verb in (
        lambda: make_agreement(by=by),
        lambda: change_agreement(agreement=version.agreement, from_on=day(), targets=HIGH, by=by),
        lambda: end_agreement(agreement=version.agreement, from_on=day(), by=by),
        lambda: withdraw_version(version=version, by=by),
    ):
        with pytest.raises(NotAllowed):
            verb()


# ---- two at once


def test_two_administrators_on_one_day_leave_one_version(committed):  # noqa: F811
    lead = committed.actor("lead")
    agreement = make_agreement(type="complaint", by=lead)
    try:
        with second(lambda: _elsewhere(committed, agreement, lead)) as outcome:
            change(committed, agreement)
        assert isinstance(outcome[0], AgreementVersion)
        assert AgreementVersion.objects.get(agreement=agreement).targets["*"]["high"]["resolution"] == {"days": 1}
    finally:
        AgreementVersion.objects.filter(agreement=agreement).delete()
        agreement.delete()


def _elsewhere(house, agreement, by) -> AgreementVersion:
    with inside(house.organisation):
        targets = {("*", "high", "resolution"): "1 werkdag"}
        return change_agreement(agreement=agreement, from_on=day(), targets=targets, by=by)
