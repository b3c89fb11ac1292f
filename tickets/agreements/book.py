"""The rules of the organisation entered, kept in memory by each process until their stamp changes."""

from collections import OrderedDict
from typing import Any

from tenants.context import current_organisation
from tickets.agreements.durations import as_target
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.agreements.terms import ALL, CONTRACT, LEVEL, SUPPLIER, TYPE, Book, Promise, Targets, Version
from tickets.calendars.models import ServiceCalendar
from tickets.calendars.queries import calendars
from tickets.contracts.periods import days_of
from tickets.rules.stamp import stamp_now

MOST_KEPT = 64
_kept: OrderedDict[str, Book] = OrderedDict()


def book(stamp: Any = None) -> Book:
    """Return the rules as they are now; `stamp` where it was asked already, in this transaction."""
    stamp = stamp or stamp_now()[0]
    key = f"{current_organisation().schema_name} {stamp}"
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _load(str(stamp))
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(key)
    return found


def _load(stamp: str) -> Book:
    """Return the rules in five questions, however many there are."""
    slugs, levels = {}, {}
    for calendar in ServiceCalendar.objects.all():
        slugs[calendar.pk] = calendar.slug
        if calendar.level:
            levels[calendar.level] = calendar.slug
    versions: dict[int, list[Version]] = {}
    for one in AgreementVersion.objects.order_by("agreement", "from_on"):
        versions.setdefault(one.agreement_id, []).append(_version(one, slugs))
    contracts: dict[int, list[Promise]] = {}
    suppliers: dict[int, list[Promise]] = {}
    by_level, by_type, for_all = {}, {}, Promise(ALL, "", ())
    for agreement in Agreement.objects.select_related("contract", "supplier_contract"):
        said = tuple(versions.get(agreement.pk, ()))
        of: Any
        if agreement.contract:
            of = agreement.contract
            contracts.setdefault(of.library_id, []).append(Promise(CONTRACT, str(of.pk), said, *days_of(of)))
        elif agreement.supplier_contract:
            promise = Promise(
                SUPPLIER, str(agreement.supplier_contract.pk), said, *days_of(agreement.supplier_contract)
            )
            suppliers.setdefault(agreement.supplier_contract.platform_id, []).append(promise)
        elif agreement.level:
            by_level[agreement.level] = Promise(LEVEL, agreement.level, said)
        elif agreement.type:
            by_type[agreement.type] = Promise(TYPE, agreement.type, said)
        else:
            for_all = Promise(ALL, "", said)
    return Book(
        stamp=stamp,
        calendars=calendars(),
        contracts={key: tuple(found) for key, found in contracts.items()},
        suppliers={key: tuple(found) for key, found in suppliers.items()},
        levels=by_level,
        types=by_type,
        all=for_all,
        level_calendars=levels,
    )


def _version(one: AgreementVersion, slugs: dict[int, str]) -> Version:
    return Version(
        pk=one.pk,
        from_on=one.from_on,
        targets={} if one.ended else as_targets(one.targets),
        update_mode=one.update_mode,
        pauses=one.pauses,
        calendar=slugs.get(one.calendar_id or 0, ""),
    )


def as_targets(kept: dict[str, Any]) -> Targets:
    """Return targets by (type, priority, clock), from how a version keeps them."""
    return {
        (type, priority, clock): as_target(target)
        for type, priorities in kept.items()
        for priority, clocks in priorities.items()
        for clock, target in clocks.items()
    }
