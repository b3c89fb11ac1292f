"""Verbs on the warnings that an organisation wants. What was given stays: a change ends one and makes another."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.access import staff_of
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.models import Person
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tickets.agreements.durations import read_target
from tickets.clocks.kinds import ClockKind
from tickets.warnings.models import Rung

MOST = 50
LOCK = 9_000_002


def require_keeper(by: Actor) -> None:
    """Raise NotAllowed for anyone but an administrator of the organisation."""
    if not by.may_at(current_organisation(), Permission.SETTINGS_CHANGE):
        raise NotAllowed


@transaction.atomic
def make_rung(
    *,
    clock: str,
    at: str,
    amount: str = "",
    hears: Sequence[str] = (),
    does: str = Rung.Does.NOTHING,
    person: Person | None = None,
    by: Actor,
) -> Rung:
    """Let a warning ring from now on, and return it: whose moment has been does not ring any more.

    `amount` is a percentage for `used`, a duration in words ("2 uur", "1 werkdag") before and after a moment, and
    empty for the moment itself. It tells somebody (`hears`) or does something; `person` is who a ticket goes to. The
    same again is the one that is there. Raises ValidationError by field, NotAllowed for anyone but an administrator.
    """
    require_keeper(by)
    _one_at_a_time()
    return _make(_read(clock=clock, at=at, amount=amount, hears=hears, does=does, person=person), by)


@transaction.atomic
def change_rung(*, rung: Rung, by: Actor, **values: Any) -> Rung:
    """Let another warning ring in the place of one, and return it; the same again changes nothing.

    Raises what `make_rung` raises, and ValidationError where it ended meanwhile.
    """
    require_keeper(by)
    _one_at_a_time()
    if not Rung.objects.in_force().filter(pk=rung.pk).exists():
        raise ValidationError(_("Somebody ended this warning meanwhile."))
    read = _read(**values)
    if all(getattr(rung, name) == value for name, value in read.items()):
        return rung
    _end(rung, by)
    return _make(read, by)


@transaction.atomic
def end_rung(*, rung: Rung, by: Actor) -> None:
    """Let a warning ring no more; mail about it that still waits is not sent. Raises NotAllowed as `make_rung`."""
    require_keeper(by)
    _one_at_a_time()
    if Rung.objects.in_force().filter(pk=rung.pk).exists():
        _end(rung, by)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [LOCK])


def _make(read: dict[str, Any], by: Actor) -> Rung:
    same = Rung.objects.in_force().filter(**read).first()
    if same:
        return same
    if Rung.objects.in_force().count() >= MOST:
        raise ValidationError(_("There are %(most)s warnings already; end one first.") % {"most": MOST})
    made = Rung.objects.create(**read, since=timezone.now(), made_by=by.person)
    _told(by, "made", made)
    return made


def _end(rung: Rung, by: Actor) -> None:
    Rung.objects.filter(pk=rung.pk).update(ended_at=timezone.now())
    _told(by, "ended", rung)


def _told(by: Actor, action: str, rung: Rung) -> None:
    details = {"at": rung.at, "percent": rung.percent, "minutes": rung.minutes, "days": rung.days}
    details |= {"hears": rung.hears, "does": rung.does}
    record(action=f"warning.{action}", by=by, organisation=current_organisation(), object=rung.clock, **details)


def _read(
    *,
    clock: str,
    at: str,
    amount: str = "",
    hears: Sequence[str] = (),
    does: str = Rung.Does.NOTHING,
    person: Person | None = None,
) -> dict[str, Any]:
    """Return what is kept of what was asked. Raises ValidationError by field."""
    choices = {"clock": (clock, ClockKind.values), "at": (at, Rung.At.values), "does": (does, Rung.Does.values)}
    wrong = _("This value cannot be used.")
    errors = {name: wrong for name, (value, known) in choices.items() if value not in known}
    if not set(hears) <= set(Rung.Hears.values):
        errors["hears"] = wrong
    elif not hears and not does:
        errors["hears"] = _("Choose who hears of it, or what happens to the ticket.")
    if does == Rung.Does.GIVE and person is None:
        errors["person"] = _("Choose who gets the ticket.")
    elif does == Rung.Does.GIVE and not staff_of(current_organisation()).filter(pk=person.pk).exists():
        errors["person"] = _("This is no member of staff here.")
    length = {"percent": None, "minutes": 0, "days": 0}
    try:
        length |= _length(at, amount)
    except ValueError as error:
        errors["amount"] = str(error)
    if errors:
        raise ValidationError(errors)
    heard = [one for one in Rung.Hears.values if one in hears]
    kept = {"clock": str(clock), "at": str(at), "hears": heard, "does": str(does)}
    return {**kept, **length, "person": person if does == Rung.Does.GIVE else None}


def _length(at: str, amount: str) -> dict[str, int]:
    """Return the part of the time or how long before or after; nothing for the moment itself. Raises ValueError."""
    if at == Rung.At.USED:
        text = amount.strip().removesuffix("%").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text)):
            raise ValueError(_("Write a percentage from 1 to 99."))
        return {"percent": int(text)}
    if at not in (Rung.At.BEFORE, Rung.At.AFTER):
        return {}
    target = read_target(amount)
    if target is None or target.end_of_day:
        raise ValueError(_("Write how long: 2 hours, 45 min or 1 working day."))
    return {"minutes": target.minutes, "days": target.days}
