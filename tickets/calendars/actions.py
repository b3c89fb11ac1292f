"""Verbs on the calendars of an organisation. What was counted stays: a change has a first day, from today on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import current_organisation
from tenants.models import Location
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.settings.models import TIME_ZONES
from tickets.calendars.models import DEFAULT, ClosingDays, ServiceCalendar, ServiceHours
from tickets.calendars.queries import version_at
from tickets.calendars.week import read_blocks, write_blocks
from tickets.rules.stamp import rules_changed

KEPT = ("week", "time_zone", "public_holidays", "liberation_day", "good_friday")
MOST_CALENDARS, MOST_VERSIONS, MOST_CLOSINGS = 50, 200, 1000
YEARS_AHEAD = 10
RESERVED = {"closing", "import"}  # they stand in addresses


def _require(by: Actor) -> None:
    if not by.may_at(current_organisation(), Permission.SETTINGS_CHANGE):
        raise NotAllowed


def _told(*, by: Actor, action: str, **details: Any) -> None:
    rules_changed()
    record(action=f"calendar.{action}", by=by, organisation=current_organisation(), **details)


@transaction.atomic
def make_calendar(*, name_nl: str, name_en: str, level: str = "", by: Actor) -> ServiceCalendar:
    """Make a calendar, for a service level or (level empty) for what an agreement names, with the organisation's hours.

    Raises ValidationError by field, NotAllowed for anyone but an administrator of the organisation.
    """
    _require(by)
    name_nl, name_en = name_nl.strip(), name_en.strip()
    default = ServiceCalendar.objects.select_for_update().get(slug=DEFAULT)
    errors: dict[str, str] = {}
    if not name_nl:
        errors["name_nl"] = _("Give it a name.")
    if level and level not in Location.Level.values:
        errors["level"] = _("This value cannot be used.")
    elif level and ServiceCalendar.objects.filter(level=level).exists():
        errors["level"] = _("This service level has a calendar already.")
    if ServiceCalendar.objects.count() >= MOST_CALENDARS:
        errors["name_nl"] = _("There are %(most)s calendars already.") % {"most": MOST_CALENDARS}
    if errors:
        raise ValidationError(errors)
    made = ServiceCalendar(slug=_free_slug(level or name_nl), name_nl=name_nl, name_en=name_en or name_nl, level=level)
    made.full_clean(exclude=["slug"])
    made.save()
    for one in default.versions.all():
        kept = {name: getattr(one, name) for name in KEPT}
        made.versions.create(from_on=one.from_on, made_by=by.person, made_at=timezone.now(), **kept)
    _told(by=by, action="made", object=made.slug)
    return made


def _free_slug(name: str) -> str:
    start = slugify(name)[:40].strip("-") or "calendar"
    taken = RESERVED | set(ServiceCalendar.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    return next(slug for slug in (start, *(f"{start}-{n}" for n in range(2, 100))) if slug not in taken)


@transaction.atomic
def change_hours(
    *,
    calendar: ServiceCalendar,
    from_on: date,
    week: list[str],
    time_zone: str,
    public_holidays: bool,
    liberation_day: bool,
    good_friday: bool,
    by: Actor,
    today: date | None = None,
) -> ServiceHours:
    """Let a calendar have other hours from the day `from_on` on: today or later, within ten years.

    `week` says the hours of each weekday, Monday first, as "8:30-12:30, 13:00-17:00". A version that begins on that
    same day is replaced; the same hours again change nothing, but confirm what nobody had set. Raises ValidationError
    by field (`day_0` to `day_6` for those of a weekday), NotAllowed for anyone but an administrator. `today` is given
    by what brings in hours of long ago, where nothing was counted yet.
    """
    _require(by)
    locked = ServiceCalendar.objects.select_for_update().get(pk=calendar.pk)
    errors: dict[str, str] = {}
    blocks: list[list[list[int]]] = []
    for day, text in enumerate(week):
        try:
            blocks.append(read_blocks(text))
        except ValueError as error:
            errors[f"day_{day}"] = str(error)
    if not errors and not any(blocks):
        errors["day_0"] = _("Give at least one day its hours.")
    today = today or timezone.localdate()
    if from_on < today:
        errors["from_on"] = _("What was counted stays: choose today or a later day.")
    elif from_on > today + timedelta(days=366 * YEARS_AHEAD):
        errors["from_on"] = _("Choose a day within ten years.")
    if time_zone not in dict(TIME_ZONES):
        errors["time_zone"] = _("This value cannot be used.")
    if locked.versions.count() >= MOST_VERSIONS:
        errors["from_on"] = _("This calendar has changed %(most)s times; make a new one.") % {"most": MOST_VERSIONS}
    if errors:
        raise ValidationError(errors)
    wanted = {
        "week": blocks,
        "time_zone": time_zone,
        "public_holidays": public_holidays,
        "liberation_day": liberation_day,
        "good_friday": good_friday,
    }
    there = locked.versions.filter(from_on=from_on).first()
    before = there or version_at(locked, from_on)
    if before and all(getattr(before, name) == value for name, value in wanted.items()):
        return _confirmed(before, by)
    version = there or ServiceHours(calendar=locked, from_on=from_on)
    for name, value in wanted.items():
        setattr(version, name, value)
    version.made_by, version.made_at = by.person, timezone.now()
    version.save()
    _told(by=by, action="changed", object=locked.slug, from_on=str(from_on), week=[write_blocks(one) for one in blocks])
    return version


def _confirmed(version: ServiceHours, by: Actor) -> ServiceHours:
    """Let hours that nobody had set be somebody's."""
    if version.made_by_id is None and by.person is not None:
        version.made_by, version.made_at = by.person, timezone.now()
        version.save(update_fields=["made_by", "made_at"])
        _told(by=by, action="confirmed", object=version.calendar.slug, from_on=str(version.from_on))
    return version


@transaction.atomic
def withdraw_hours(*, version: ServiceHours, by: Actor) -> None:
    """Take back hours that have not begun. Raises ValidationError for those that have, NotAllowed as `change_hours`."""
    _require(by)
    ServiceCalendar.objects.select_for_update().get(pk=version.calendar_id)
    found = ServiceHours.objects.filter(pk=version.pk).first()
    if found is None:
        return
    if found.from_on <= timezone.localdate():
        raise ValidationError(_("These hours have begun; change them from a day on."))
    found.delete()
    _told(by=by, action="withdrawn", object=version.calendar.slug, from_on=str(found.from_on))


@dataclass(frozen=True)
class Closing:
    """Own days off that somebody asks for."""

    name: str
    from_on: date
    until_on: date
    yearly: bool = False


@transaction.atomic
def close_on(*, closings: Iterable[Closing], by: Actor) -> list[ClosingDays]:
    """Enter own days off, for all calendars, and return those that are new; what is there already is left as it is.

    Raises ValidationError by field for days that have been, an end before the beginning and a yearly range; NotAllowed
    as `change_hours`.
    """
    _require(by)
    ServiceCalendar.objects.select_for_update().get(slug=DEFAULT)
    known = {(one.name, one.from_on, one.until_on, one.yearly) for one in ClosingDays.objects.filter(ended_on=None)}
    made = []
    for asked in closings:
        one = replace(asked, name=tidy(asked.name))
        _refuse_closing(one)
        if (one.name, one.from_on, one.until_on, one.yearly) in known:
            continue
        if len(known) >= MOST_CLOSINGS:
            raise ValidationError({"name": _("There are %(most)s of them already.") % {"most": MOST_CLOSINGS}})
        known.add((one.name, one.from_on, one.until_on, one.yearly))
        made.append(
            ClosingDays.objects.create(
                name=one.name,
                from_on=one.from_on,
                until_on=one.until_on,
                yearly=one.yearly,
                made_by=by.person,
                made_at=timezone.now(),
            )
        )
    if made:
        _told(by=by, action="closed", days=[f"{one.from_on} {one.until_on} {one.name}" for one in made[:100]])
    return made


def tidy(name: str) -> str:
    """Return a name on one line, without signs that nobody sees."""
    return "".join(one for one in " ".join(name.split()) if one.isprintable())


def _refuse_closing(one: Closing) -> None:
    errors: dict[str, str] = {}
    if not one.name or len(one.name) > 80:
        errors["name"] = _("Give a name of one line, of at most 80 characters.")
    if one.from_on < timezone.localdate():
        errors["from_on"] = _("What was counted stays: choose today or a later day.")
    elif one.from_on.year > timezone.localdate().year + YEARS_AHEAD:
        errors["from_on"] = _("Choose a day within ten years.")
    if one.until_on < one.from_on:
        errors["until_on"] = _("This is before the day on which it begins.")
    elif (one.until_on - one.from_on).days > 366:
        errors["until_on"] = _("At most a year at once.")
    elif one.yearly and one.until_on != one.from_on:
        errors["yearly"] = _("Only a single day comes back every year.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def open_again(*, closing: ClosingDays, by: Actor) -> bool:
    """Take back own days off, as far as they have not been, and return whether anything was: what was counted stays.

    What has not begun goes; a range that runs ends with today, a yearly one counts no more from tomorrow on.
    Does nothing to what has been, and to today. Raises NotAllowed.
    """
    _require(by)
    found = ClosingDays.objects.select_for_update().filter(pk=closing.pk).first()
    today = timezone.localdate()
    if found is None or (not found.yearly and found.until_on <= today) or found.ended_on:
        return False
    if found.from_on > today:
        found.delete()
    elif found.yearly:
        found.ended_on = today + timedelta(days=1)
        found.save(update_fields=["ended_on"])
    else:
        found.until_on = today
        found.save(update_fields=["until_on"])
    _told(by=by, action="opened", days=[f"{closing.from_on} {closing.until_on} {closing.name}"])
    return True
