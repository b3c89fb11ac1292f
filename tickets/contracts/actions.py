"""Verbs on contracts with libraries and suppliers. What was counted stays: an end and a new term lie from today on."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.models import Library, Platform
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.moments import day as in_words
from tickets.contracts import periods
from tickets.contracts.models import Contract, LibraryContract, SupplierContract
from tickets.rules.stamp import rules_changed

FACTS = ("number", "name", "renewal", "renewal_months", "notice_months", "alert_days")
SUPPLIER_FACTS = (*FACTS, "supplier", "terms")
MOST_YEARS, MOST_ALERT_DAYS = 30, 730
EARLIEST = date(1990, 1, 1)
Of = TypeVar("Of", LibraryContract, SupplierContract)


def require_keeper(by: Actor) -> None:
    """Raise NotAllowed for anyone but a desk lead or an administrator of the organisation entered."""
    if not by.may_at(current_organisation(), Permission.CONTRACTS_KEEP):
        raise NotAllowed


def one_at_a_time() -> None:
    """Wait until no other transaction changes contracts of this organisation."""
    key = f"contracts {current_organisation().schema_name}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [key])


def told(contract: Contract, action: str, by: Actor, **details: Any) -> None:
    """Add a line about a contract to the trail."""
    record(action=f"contract.{action}", by=by, organisation=current_organisation(), object=named(contract), **details)


def named(contract: Contract) -> str:
    """Return what the trail calls a contract."""
    kind = "library" if isinstance(contract, LibraryContract) else "supplier"
    return f"{kind} contract {contract.pk}"


def refuse_wrong(contract: Contract, others: QuerySet[Any]) -> None:
    """Raise ValidationError by field for facts that cannot be, and for a period that another contract has already."""
    errors: dict[str, Any] = {}
    relations = [one.name for one in contract._meta.fields if one.is_relation]
    try:
        contract.clean_fields(exclude=[*relations, "made_at"])
    except ValidationError as error:
        errors = dict(error.message_dict)
    for name in ("name", "number", "supplier"):
        if not getattr(contract, name, "").isprintable():
            errors.setdefault(name, _("Give it on one line."))
    begin, end = contract.from_on, contract.until_on
    today = timezone.localdate()
    if "from_on" not in errors and not EARLIEST <= begin <= today + timedelta(days=3660):
        errors["from_on"] = _("Choose a day within ten years.")
    elif "from_on" not in errors and end and end < begin:
        errors["until_on"] = _("This is before the day on which it begins.")
    elif end and end.year > today.year + MOST_YEARS:
        errors["until_on"] = _("Choose a day within thirty years.")
    if "renewal_months" not in errors and not 1 <= contract.renewal_months <= periods.MOST_MONTHS:
        errors["renewal_months"] = _("From 1 to 120 months.")
    if "notice_months" not in errors and contract.notice_months > periods.MOST_MONTHS:
        errors["notice_months"] = _("At most 120 months.")
    if "alert_days" not in errors and contract.alert_days > MOST_ALERT_DAYS:
        errors["alert_days"] = _("At most 730 days.")
    if not errors:
        other = next((one for one in others if periods.overlaps(contract, one)), None)
        if other is not None:
            errors["from_on"] = _in_the_way(other)
    if errors:
        raise ValidationError(errors)


def _in_the_way(other: Contract) -> str:
    said = {"name": other.name, "from": in_words(other.from_on)}
    last = periods.last_day(other)
    if last is None:
        return _("“%(name)s” runs from %(from)s and goes on; end it first.") % said
    return _("“%(name)s” runs from %(from)s until %(until)s; two cannot run at once.") % {
        **said,
        "until": in_words(last),
    }


def _others(contract: Contract) -> QuerySet[Any]:
    """Return the contracts whose period may not overlap: of the library; the same one of a supplier."""
    if isinstance(contract, LibraryContract):
        return LibraryContract.objects.filter(library=contract.library).exclude(pk=contract.pk)
    same = {name: getattr(contract, name) for name in ("platform", "supplier", "number", "name")}
    return SupplierContract.objects.filter(**same).exclude(pk=contract.pk)


def _made(contract: Of, by: Actor) -> Of:
    contract.made_by, contract.made_at = by.person, timezone.now()
    refuse_wrong(contract, _others(contract))
    contract.save()
    rules_changed()
    told(contract, "made", by, from_on=str(contract.from_on), until_on=str(contract.until_on or ""))
    return contract


@transaction.atomic
def make_contract(
    *,
    library: Library,
    name: str,
    from_on: date,
    until_on: date | None = None,
    number: str = "",
    renewal: str = Contract.Renewal.EXPRESS,
    renewal_months: int = 12,
    notice_months: int = 3,
    alert_days: int = 30,
    by: Actor,
) -> LibraryContract:
    """Make a contract with a library of the organisation and return it.

    Without `until_on` it runs until it is ended. Of one library no two contracts are in force on a day. Raises
    ValidationError by field, NotAllowed for anyone but a desk lead or an administrator.
    """
    require_keeper(by)
    one_at_a_time()
    if library.organisation_id != current_organisation().pk:
        raise ValidationError({"library": _("This is not there, or not yours to choose.")})
    values = {
        "number": number.strip(),
        "renewal": renewal,
        "renewal_months": renewal_months,
        "notice_months": notice_months,
        "alert_days": alert_days,
    }
    return _made(LibraryContract(library=library, name=name.strip(), from_on=from_on, until_on=until_on, **values), by)


@transaction.atomic
def make_supplier_contract(
    *,
    platform: Platform,
    supplier: str,
    name: str,
    from_on: date,
    until_on: date | None = None,
    number: str = "",
    terms: str = "",
    renewal: str = Contract.Renewal.EXPRESS,
    renewal_months: int = 12,
    notice_months: int = 3,
    alert_days: int = 30,
    by: Actor,
) -> SupplierContract:
    """Make a contract with the supplier of a platform that serves the organisation and return it.

    The same one (supplier, platform, number and name) may not run twice at once. Raises as `make_contract`.
    """
    require_keeper(by)
    one_at_a_time()
    if not platform.organisations.filter(pk=current_organisation().pk).exists():
        raise ValidationError({"platform": _("This is not there, or not yours to choose.")})
    values = {
        "number": number.strip(),
        "terms": terms.strip(),
        "renewal": renewal,
        "renewal_months": renewal_months,
        "notice_months": notice_months,
        "alert_days": alert_days,
    }
    contract = SupplierContract(
        platform=platform,
        supplier=supplier.strip(),
        name=name.strip(),
        from_on=from_on,
        until_on=until_on,
        **values,
    )
    return _made(contract, by)


def locked(contract: Of) -> Of:
    """Return the contract as it is now, with nobody else changing contracts."""
    one_at_a_time()
    return type(contract).objects.select_for_update(of=("self",)).get(pk=contract.pk)


@transaction.atomic
def change_contract(*, contract: Of, changes: Mapping[str, Any], by: Actor) -> Of:
    """Change plain facts of a contract (number, name, how it is renewed, notice, warning) and return it.

    Of a supplier's also its name and the terms. The terms that went by tacitly stay as they were: where it is renewed
    otherwise from now on, its term of today is written down first. How one that has ended was renewed cannot change.
    Raises ValidationError by field, NotAllowed as `make_contract`.
    """
    require_keeper(by)
    found, today = locked(contract), timezone.localdate()
    facts = FACTS if isinstance(found, LibraryContract) else SUPPLIER_FACTS
    wanted = {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
    different = {name: value for name, value in wanted.items() if name in facts and getattr(found, name) != value}
    if not different:
        return found
    if {"renewal", "renewal_months"} & set(different):
        if periods.is_over(found, today):
            raise ValidationError({"renewal": _("This contract has ended; make a new one.")})
        found.until_on = found.until_on and _term_written_down(found, today)
    before = {name: str(getattr(found, name)) for name in different}
    for name, value in different.items():
        setattr(found, name, value)
    refuse_wrong(found, _others(found))
    found.save()
    rules_changed()
    told(
        found,
        "changed",
        by,
        **{name: [before[name], str(getattr(found, name))] for name in different if name != "terms"},
    )
    return found


def _term_written_down(contract: Contract, today: date) -> date | None:
    return contract.until_on if contract.ended_on else periods.term_end(contract, today)


@transaction.atomic
def renew_contract(*, contract: Of, until_on: date, by: Actor) -> Of:
    """Let a contract run until another, later day, and return it; the same day again changes nothing.

    An end that was set and has not come is taken back. Raises ValidationError by field for a day that is no later, and
    for a contract that has ended; NotAllowed as `make_contract`.
    """
    require_keeper(by)
    found, today = locked(contract), timezone.localdate()
    if periods.is_over(found, today):
        raise ValidationError({"until_on": _("This contract has ended; make a new one.")})
    if found.until_on == until_on and found.ended_on is None:
        return found
    now = periods.term_end(found, today)
    if found.until_on is None and found.ended_on is None:
        raise ValidationError({"until_on": _("This contract runs until it is ended; there is nothing to renew.")})
    if now and until_on <= now:
        raise ValidationError({"until_on": _("It runs until %(day)s; choose a later day.") % {"day": in_words(now)}})
    found.until_on, found.ended_on = until_on, None
    refuse_wrong(found, _others(found))
    found.save()
    rules_changed()
    told(found, "renewed", by, until_on=[str(now or ""), str(until_on)])
    return found


@transaction.atomic
def end_contract(*, contract: Of, on: date, by: Actor) -> Of:
    """Let `on` be the last day of a contract, today or later, and return it. What was counted stays.

    One that has not begun by then never begins. The same day again changes nothing. Raises ValidationError by field for
    a day that has been, and for one on which it has ended anyway; NotAllowed as `make_contract`.
    """
    require_keeper(by)
    found, today = locked(contract), timezone.localdate()
    if found.ended_on == on:
        return found
    last = periods.last_day(found)
    if periods.is_over(found, today):
        raise ValidationError({"on": _("This contract has ended already.")})
    if on < today:
        raise ValidationError({"on": _("What was counted stays: choose today or a later day.")})
    if found.ended_on is None and last is not None and on > last:
        raise ValidationError({"on": _("It ends on %(day)s already.") % {"day": in_words(last)}})
    if on.year > today.year + MOST_YEARS:
        raise ValidationError({"on": _("Choose a day within thirty years.")})
    found.ended_on = on
    refuse_wrong(found, _others(found))
    found.save()
    rules_changed()
    told(found, "ended", by, on=str(on))
    return found
