"""Libraries, their branches, and the library systems they work with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.dated import Dated, SortName, ends_after_begin
from tenants.organisations.models import Organisation, Province


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


class Library(Dated):
    """A library organisation that an organisation serves; it keeps its contract with that organisation alone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="libraries")
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="libraries")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="libraries")
    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    sort_name = SortName()
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        ordering = ["sort_name"]
        constraints = [ends_after_begin("library_ends_after_begin")]

    def __str__(self) -> str:
        return self.name


class Location(Dated):
    """A branch or service point of a library, with its service level."""

    class Kind(models.TextChoices):
        BRANCH = "branch", _("branch")
        SERVICE_POINT = "service_point", _("service point")

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

    def __str__(self) -> str:
        return self.name
