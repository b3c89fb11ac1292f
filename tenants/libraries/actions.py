"""Verbs on library systems, libraries and their locations: entering, changing and merging them.

What is not named in `changes` stays as it is. Nothing is deleted: what ends has a last day.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.entered import Entered, as_words, entered, refuse_slug
from tenants.models import Library, Location, Organisation, Platform
from tenants.roles import Permission

PLATFORM_NEEDS = ("name", "product", "supplier")
LIBRARY_NEEDS = ("name", "organisation", "province", "platform")
LOCATION_NEEDS = ("name", "library", "kind")


@transaction.atomic
def enter_platform(
    *, slug: str, changes: Mapping[str, Any], organisations: Collection[Organisation] | None = None, by: Actor
) -> Entered[Platform]:
    """Make the library system `slug`, or change it: name, product, product_version, supplier, from_on, until_on.

    `organisations` are those it serves from now on; None leaves them. Raises ValidationError by field, for an
    organisation that still has libraries on it too, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    refuse_slug(slug)
    found = Platform.objects.select_for_update(no_key=True).filter(slug=slug).first()
    done = entered(found or Platform(slug=slug), changes, needed=PLATFORM_NEEDS)
    if organisations is not None:
        _refuse_leaving(done.row, organisations)
        done.set_of("organisations", organisations)
    _record("platform", done, None, by)
    return done


def _refuse_leaving(platform: Platform, organisations: Collection[Organisation]) -> None:
    left = Library.objects.current().filter(platform=platform).exclude(organisation__in=organisations)
    library = left.select_related("organisation").first()
    if library is not None:
        raise ValidationError(
            {
                "organisations": _("%(organisation)s has libraries on it, such as %(library)s.")
                % {"organisation": library.organisation.slug, "library": library.slug}
            }
        )


@transaction.atomic
def enter_library(*, slug: str, changes: Mapping[str, Any], by: Actor) -> Entered[Library]:
    """Make the library `slug`, or change it: name, organisation, province, platform, kvk, from_on, until_on.

    It stays with the organisation it was made for, whose tickets name it; its system is one that serves that
    organisation. Raises ValidationError by field, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    refuse_slug(slug)
    found = Library.objects.select_for_update(no_key=True).filter(slug=slug).first()
    if found is not None:
        _refuse_other_organisation(found, changes)
        _refuse_other_end(found, changes)
    library = found or Library(slug=slug)
    organisation = changes.get("organisation") or (found and found.organisation)
    platform = changes.get("platform")
    if platform and organisation and not platform.organisations.filter(pk=organisation.pk).exists():
        raise ValidationError({"platform": _("This system does not serve that organisation.")})
    done = entered(library, changes, needed=LIBRARY_NEEDS)
    _record("library", done, done.row.organisation, by)
    return done


def _refuse_other_organisation(library: Library, changes: Mapping[str, Any]) -> None:
    if changes.get("organisation", library.organisation) != library.organisation:
        raise ValidationError({"organisation": _("A library stays with the organisation that it was made for.")})


def _refuse_other_end(library: Library, changes: Mapping[str, Any]) -> None:
    if library.successor is not None and changes.get("until_on", library.until_on) != library.until_on:
        raise ValidationError(
            {"until_on": _("It merged into %(name)s; its last day stays.") % {"name": library.successor.name}}
        )


@transaction.atomic
def enter_location(*, slug: str, changes: Mapping[str, Any], by: Actor) -> Entered[Location]:
    """Make the location `slug`, or change it: name, library, kind, level, from_on, until_on.

    It may go over to another library of the same organisation, and lives no longer than a library that has ended
    already. Raises ValidationError by field, and NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    refuse_slug(slug)
    found = Location.objects.select_for_update(of=("self",), no_key=True).select_related("library__organisation")
    location = found.filter(slug=slug).first() or Location(slug=slug)
    library = changes.get("library")
    if location.pk and library and library.organisation_id != location.library.organisation_id:
        raise ValidationError({"library": _("A location goes over to a library of the same organisation only.")})
    if library and library.is_over and library.pk != location.library_id:
        _refuse_living_on(library, changes.get("until_on", location.until_on))
    done = entered(location, changes, needed=LOCATION_NEEDS)
    _record("location", done, done.row.library.organisation, by)
    return done


def _refuse_living_on(library: Library, until_on: date | None) -> None:
    if until_on is None or library.until_on is None or until_on > library.until_on:
        raise ValidationError({"library": _("%(name)s has ended.") % {"name": library.name}})


@transaction.atomic
def merge_library(*, library: Library, into: Library, until_on: date, by: Actor) -> Entered[Library]:
    """End `library` on `until_on`, its last day, point on to `into`, and let its locations go over to that.

    Its identifiers stay its own and find its successor from then on. What was merged so is left as it is. Raises
    ValidationError by field: for a day that is not over, another organisation's library, one that has ended itself,
    and a library that merged into another already; NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    rows = Library.objects.select_for_update(of=("self",), no_key=True).select_related("organisation", "successor")
    locked = {one.pk: one for one in rows.filter(pk__in=[library.pk, into.pk]).order_by("pk")}
    old, new = locked[library.pk], locked[into.pk]
    if (old.successor_id, old.until_on) == (new.pk, until_on):
        return Entered(old)
    _refuse_merging(old, new, until_on)
    before = (as_words(old.until_on), as_words(old.successor))
    old.until_on, old.successor = until_on, new
    old.save(update_fields=["until_on", "successor"])
    old.locations.filter(Q(until_on__isnull=True) | Q(until_on__gt=until_on)).update(library=new)
    done = Entered(old, changes={"until_on": (before[0], str(until_on)), "successor": (before[1], new.slug)})
    _record("library", done, old.organisation, by)
    return done


def _refuse_merging(old: Library, new: Library, until_on: date) -> None:
    errors = {}
    if until_on >= timezone.localdate():
        errors["until_on"] = _("Enter a merger once the last day of the library is over.")
    elif until_on < old.from_on:
        errors["until_on"] = _("This is before the day on which it begins.")
    if old.successor is not None:
        errors["successor"] = _("It merged into %(name)s already.") % {"name": old.successor.name}
    elif old.pk == new.pk or old.organisation_id != new.organisation_id:
        errors["successor"] = _("Choose another library of the same organisation.")
    elif new.until_on is not None:
        errors["successor"] = _("%(name)s has a last day itself.") % {"name": new.name}
    if errors:
        raise ValidationError(errors)


def _record(noun: str, done: Entered[Any], organisation: Organisation | None, by: Actor) -> None:
    if done.made:
        record(action=f"{noun}.made", by=by, organisation=organisation, object=done.row.slug)
    elif done.changes:
        changes = {name: list(both) for name, both in done.changes.items()}
        record(action=f"{noun}.changed", by=by, organisation=organisation, object=done.row.slug, changes=changes)
