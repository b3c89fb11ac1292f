"""Libraries, their branches, and the library systems they work with."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants import identifiers
from tenants.dated import Dated, NameWords, SortName, ends_after_begin
from tenants.organisations.models import Organisation, Province, kvk_or_nothing


class Platform(Dated):
    """One installation of a library system: a product and version of a supplier; may serve several organisations."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=100)
    product = models.CharField(_("product"), max_length=100)
    product_version = models.CharField(_("version"), max_length=40, blank=True)
    supplier = models.CharField(_("supplier"), max_length=100)
    organisations = models.ManyToManyField(Organisation, related_name="platforms")
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [ends_after_begin("platform_ends_after_begin")]

    def __str__(self) -> str:
        return self.name


def isil_of(row: models.Model) -> str:
    """Return the ISIL of an organisation, library or location, or nothing."""
    given = getattr(row, "isil", None)
    return given.value if given else ""


def code_in(row: Any, platform_id: int) -> str:
    """Return what a library system calls a library or location, or nothing."""
    return next((one.code for one in row.codes.all() if one.platform_id == platform_id), "")


class Library(Dated):
    """A library organisation that an organisation serves; it keeps its contract with that organisation alone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="libraries")
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="libraries")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="libraries")
    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    kvk = models.CharField(
        _("KvK number"),
        max_length=identifiers.KVK_LENGTH,
        blank=True,
        default="",
        db_default="",
        validators=[identifiers.kvk],
    )
    sort_name = SortName()
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors")

    class Meta:
        ordering = ["sort_name"]
        constraints = [
            ends_after_begin("library_ends_after_begin"),
            kvk_or_nothing("library_kvk"),
            models.CheckConstraint(
                condition=Q(successor__isnull=True) | (Q(until_on__isnull=False) & ~Q(successor=F("pk"))),
                name="library_successor_of_what_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def isil_code(self) -> str:
        """Its ISIL, or nothing."""
        return isil_of(self)

    @property
    def code(self) -> str:
        """What its library system calls it, or nothing."""
        return code_in(self, self.platform_id)

    @property
    def forerunners(self) -> "list[Library]":
        """The libraries that went on in this one, straight or by way of another; what merged last comes last."""
        found = [old for straight in self.predecessors.all() for old in (*straight.forerunners, straight)]
        return sorted(found, key=lambda one: (one.until_on, one.pk))

    @property
    def is_over(self) -> bool:
        """Did it end before today?"""
        return self.until_on is not None and self.until_on < timezone.localdate()

    @property
    def living(self) -> "Library":
        """The library that it is now: the last of its successors, or itself."""
        found: Library = self
        while found.successor is not None and found.is_over:
            found = found.successor
        return found


class Location(Dated):
    """A place where a library serves: a branch, a stop of its bus, a school; with its service level."""

    class Kind(models.TextChoices):
        BRANCH = "branch", _("branch")
        SERVICE_POINT = "service_point", _("service point")
        BUS_STOP = "bus_stop", _("stop of the library bus")
        SCHOOL = "school", _("school")
        SELF_SERVICE = "self_service", _("self-service")

    class Level(models.TextChoices):
        SMALL = "small", _("small")
        MEDIUM = "medium", _("medium")
        LARGE = "large", _("large")

    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="locations")
    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(max_length=20, choices=Kind)
    level = models.CharField(_("service level"), max_length=10, choices=Level, default=Level.MEDIUM)
    sort_name = SortName()

    class Meta:
        ordering = ["kind", "sort_name", "pk"]
        constraints = [ends_after_begin("location_ends_after_begin")]
        indexes = [GinIndex(NameWords("name"), name="location_name_words")]

    def __str__(self) -> str:
        return self.name

    @property
    def isil_code(self) -> str:
        """Its ISIL, or nothing."""
        return isil_of(self)

    @property
    def code(self) -> str:
        """What the library system of its library calls it, or nothing."""
        return code_in(self, self.library.platform_id)


def _one_owner(*names: str) -> Q:
    """Return the condition: exactly one of the fields `names` is filled in."""
    found = Q()
    for owner in names:
        found |= Q(*((f"{name}__isnull", name != owner) for name in names))
    return found


class Isil(models.Model):
    """The ISIL of one organisation, library or location: given once, never changed, never given to another.

    A library that merged into another keeps its own, and points on to its successor.
    """

    value = models.CharField("ISIL", max_length=identifiers.ISIL_LENGTH, unique=True)
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, null=True, related_name="isil")
    library = models.OneToOneField(Library, on_delete=models.PROTECT, null=True, related_name="isil")
    location = models.OneToOneField(Location, on_delete=models.PROTECT, null=True, related_name="isil")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["value"]
        indexes = [GinIndex(NameWords("value"), name="isil_words")]
        constraints = [
            models.CheckConstraint(condition=_one_owner("organisation", "library", "location"), name="isil_one_owner"),
            models.CheckConstraint(
                condition=Q(location__isnull=True, value__regex=identifiers.ISIL_OF_INSTITUTION_IN_DATABASE)
                | Q(location__isnull=False, value__regex=identifiers.ISIL_OF_LOCATION_IN_DATABASE),
                name="isil_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def owner(self) -> Organisation | Library | Location:
        """What it is of."""
        found = self.organisation or self.library or self.location
        assert found is not None  # a constraint holds it
        return found


class PlatformCode(models.Model):
    """What one library system itself calls a library or a location; it stays when they move to another system."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="codes")
    library = models.ForeignKey(Library, on_delete=models.PROTECT, null=True, related_name="codes")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="codes")
    code = models.CharField(_("code in the library system"), max_length=40)

    class Meta:
        ordering = ["platform", "code"]
        constraints = [
            models.CheckConstraint(condition=_one_owner("library", "location"), name="platform_code_one_owner"),
            models.CheckConstraint(condition=~Q(code=""), name="platform_code_is_something"),
            models.UniqueConstraint(
                fields=["platform", "code"], condition=Q(library__isnull=False), name="platform_code_one_library"
            ),
            models.UniqueConstraint(
                fields=["platform", "code"], condition=Q(location__isnull=False), name="platform_code_one_location"
            ),
            models.UniqueConstraint(fields=["platform", "library"], name="platform_code_once_a_library"),
            models.UniqueConstraint(fields=["platform", "location"], name="platform_code_once_a_location"),
        ]

    def __str__(self) -> str:
        return self.code
