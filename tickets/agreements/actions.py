"""Verbs on agreements: what is promised from a day on, or that nothing is any more. What was counted stays."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.models import Location
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tickets.agreements.durations import as_kept, read_target
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.agreements.queries import version_at
from tickets.agreements.terms import ANY_TYPE
from tickets.calendars.models import ServiceCalendar
from tickets.clocks.kinds import PAUSES, WAITING, ClockKind
from tickets.contracts.models import LibraryContract, SupplierContract
from tickets.rules.stamp import rules_changed
from tickets.states import Priority, Type

YEARS_AHEAD = 10
MOST_VERSIONS = 200
CLOCKS_OF_SUPPLIER = (ClockKind.SUPPLIER,)
CLOCKS = (ClockKind.FIRST_ANSWER, ClockKind.UPDATE, ClockKind.RESOLUTION, ClockKind.PARTNER)

# What is asked: by type (ANY_TYPE for any other), priority and clock the words of a duration.
Asked = Mapping[tuple[str, str, str], str]


def require_keeper(by: Actor) -> None:
    """Raise NotAllowed for anyone but an administrator of the organisation."""
    if not by.may_at(current_organisation(), Permission.SETTINGS_CHANGE):
        raise NotAllowed


@transaction.atomic
def make_agreement(
    *,
    level: str = "",
    type: str = "",
    contract: LibraryContract | None = None,
    supplier_contract: SupplierContract | None = None,
    by: Actor,
) -> Agreement:
    """Return the agreement for a level, a type, a contract, or (none of these) for all; made where there was none.

    It promises nothing until `change_agreement` says what. Raises ValidationError by field, NotAllowed.
    """
    require_keeper(by)
    if level and level not in Location.Level.values:
        raise ValidationError({"level": _("This value cannot be used.")})
    if type and (type not in Type.values or level):
        raise ValidationError({"type": _("This value cannot be used.")})
    if sum(1 for one in (level, type, contract, supplier_contract) if one) > 1:
        raise ValidationError({"contract": _("This value cannot be used.")})
    found, made = Agreement.objects.get_or_create(
        level=level, type=type, contract=contract, supplier_contract=supplier_contract
    )
    if made:
        _told(by, "made", found)
    return found


@transaction.atomic
def change_agreement(
    *,
    agreement: Agreement,
    from_on: date,
    targets: Asked,
    update_mode: str = AgreementVersion.UpdateMode.AFTER_REPORTER,
    pauses: Mapping[str, Sequence[str]] | None = None,
    calendar: ServiceCalendar | None = None,
    by: Actor,
    today: date | None = None,
) -> AgreementVersion:
    """Let an agreement say something else from the day `from_on` on: today or later, within ten years.

    `targets` are the words of durations ("4 uur", "2 werkdagen"), empty where nothing is promised. `pauses` are, by
    clock, the states in which it stands still; None: as the agreement for all says. A version that begins on that same
    day is replaced; the same words again change nothing. Raises ValidationError by field (`type.priority.clock` for a
    duration), NotAllowed for anyone but an administrator. `today` is given by what brings in what was agreed long ago,
    where nothing was counted yet.
    """
    require_keeper(by)
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    kept, errors = _read(locked, targets)
    errors |= _day_errors(locked, from_on, today) | _pause_errors(locked, pauses)
    if update_mode not in AgreementVersion.UpdateMode.values:
        errors["update_mode"] = _("This value cannot be used.")
    if errors:
        raise ValidationError(errors)
    said = {
        "targets": kept,
        "update_mode": str(update_mode),
        "pauses": None if pauses is None else {clock: sorted(states) for clock, states in sorted(pauses.items())},
        "calendar_id": calendar and calendar.pk,
        "ended": False,
    }
    return _write(locked, from_on, said, by)


@transaction.atomic
def end_agreement(*, agreement: Agreement, from_on: date, by: Actor) -> AgreementVersion:
    """Promise nothing more from the day `from_on` on. Raises what `change_agreement` raises."""
    require_keeper(by)
    locked = Agreement.objects.select_for_update().get(pk=agreement.pk)
    if errors := _day_errors(locked, from_on):
        raise ValidationError(errors)
    before = version_at(locked, from_on)
    mode = before.update_mode if before else AgreementVersion.UpdateMode.AFTER_REPORTER
    said = {"targets": {}, "update_mode": mode, "pauses": None, "calendar_id": None, "ended": True}
    return _write(locked, from_on, said, by)


@transaction.atomic
def withdraw_version(*, version: AgreementVersion, by: Actor) -> None:
    """Take back what has not begun to count. Raises ValidationError for what has, NotAllowed as `change_agreement`."""
    require_keeper(by)
    agreement = Agreement.objects.select_for_update().get(pk=version.agreement_id)
    found = agreement.versions.filter(pk=version.pk).first()
    if found is None:
        return
    if found.from_on <= timezone.localdate():
        raise ValidationError(_("This has begun to count; change it from a day on."))
    found.delete()
    rules_changed()
    _told(by, "withdrawn", agreement, from_on=str(found.from_on))


def _write(agreement: Agreement, from_on: date, said: dict[str, Any], by: Actor) -> AgreementVersion:
    there = agreement.versions.filter(from_on=from_on).first()
    before = there or version_at(agreement, from_on)
    if before and all(getattr(before, name) == value for name, value in said.items()):
        return before
    version = there or AgreementVersion(agreement=agreement, from_on=from_on)
    for name, value in said.items():
        setattr(version, name, value)
    version.made_by, version.made_at = by.person, timezone.now()
    version.save()
    rules_changed()
    _told(by, "ended" if said["ended"] else "changed", agreement, from_on=str(from_on), targets=said["targets"])
    return version


def _read(agreement: Agreement, asked: Asked) -> tuple[dict[str, Any], dict[str, str]]:
    """Return targets as they are kept, and what is wrong with which."""
    clocks = CLOCKS_OF_SUPPLIER if agreement.supplier_contract_id else CLOCKS
    types = (ANY_TYPE,) if agreement.type else (ANY_TYPE, *Type.values)
    kept: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for (type, priority, clock), text in sorted(asked.items()):
        name = f"{type}.{priority}.{clock}"
        if type not in types or priority not in Priority.values or clock not in clocks:
            errors[name] = _("This value cannot be used.")
            continue
        try:
            target = read_target(text)
        except ValueError as error:
            errors[name] = str(error)
            continue
        if target is not None:
            kept.setdefault(type, {}).setdefault(priority, {})[clock] = as_kept(target)
    return kept, errors


def _day_errors(agreement: Agreement, from_on: date, today: date | None = None) -> dict[str, str]:
    today = today or timezone.localdate()
    if from_on < today:
        return {"from_on": _("What was counted stays: choose today or a later day.")}
    if from_on > today + timedelta(days=366 * YEARS_AHEAD):
        return {"from_on": _("Choose a day within ten years.")}
    if agreement.versions.count() >= MOST_VERSIONS:
        return {"from_on": _("This agreement has changed %(most)s times already.") % {"most": MOST_VERSIONS}}
    return {}


def _pause_errors(agreement: Agreement, pauses: Mapping[str, Sequence[str]] | None) -> dict[str, str]:
    """Return what is wrong with pauses: only what is for all, or a contract with a library, says anything of them."""
    if pauses is not None and (agreement.level or agreement.type or agreement.supplier_contract_id):
        return {"pauses": _("This value cannot be used.")}
    wrong = [
        clock for clock, states in (pauses or {}).items() if clock not in PAUSES or not set(states) <= set(WAITING)
    ]
    return {"pauses": _("This value cannot be used.")} if wrong else {}


def _told(by: Actor, action: str, agreement: Agreement, **details: Any) -> None:
    name = agreement.level or agreement.type or (agreement.contract_id and f"contract {agreement.contract_id}")
    name = name or (agreement.supplier_contract_id and f"supplier {agreement.supplier_contract_id}") or "all"
    record(action=f"agreement.{action}", by=by, organisation=current_organisation(), object=str(name), **details)
