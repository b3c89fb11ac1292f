"""Organisations that take part, their hosts, and the provinces they work in."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants import identifiers
from tenants.dated import Dated, DatedQuerySet, SortName, ends_after_begin

COMMON_SCHEMA = "public"
SLUG = RegexValidator(r"^[a-z][a-z0-9_]{2,30}$", _("Use 3 to 31 lower-case letters, digits and underscores."))
COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", _("Use a colour such as #0b6a6a."))


def kvk_or_nothing(name: str) -> models.CheckConstraint:
    """Return the constraint `name`: eight digits, or no number at all."""
    return models.CheckConstraint(condition=Q(kvk="") | Q(kvk__regex=identifiers.KVK_IN_DATABASE), name=name)


class OrganisationQuerySet(DatedQuerySet):
    """Organisations, with or without the row that stands for the common host."""

    def taking_part(self) -> Self:
        """Return the real organisations that are ready: not the common host, not ended."""
        return self.exclude(schema_name=COMMON_SCHEMA).filter(ready=True).current()


class Organisation(TenantMixin, Dated):
    """A POI that takes part, with a schema of its own; one row with schema `public` stands for the common host."""

    slug = models.CharField(max_length=31, unique=True, validators=[SLUG])
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix of ticket numbers"), max_length=12, unique=True)
    colour = models.CharField(_("colour"), max_length=7, default="#0b6a6a", validators=[COLOUR])
    provinces = models.ManyToManyField("Province", related_name="organisations", blank=True)
    kvk = models.CharField(
        _("KvK number"),
        max_length=identifiers.KVK_LENGTH,
        blank=True,
        default="",
        db_default="",
        validators=[identifiers.kvk],
    )
    ready = models.BooleanField(default=False, help_text="False while its schema is being made.")
    sort_name = SortName()

    auto_create_schema = False
    auto_drop_schema = False
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name"]
        constraints = [ends_after_begin("organisation_ends_after_begin"), kvk_or_nothing("organisation_kvk")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Is it served today: ready, begun and not ended?"""
        today = timezone.localdate()
        return self.ready and self.from_on <= today and (self.until_on is None or self.until_on >= today)

    @property
    def is_common(self) -> bool:
        """Is this the row of the common host?"""
        return self.schema_name == COMMON_SCHEMA


class Domain(DomainMixin):
    """A host name, in lower case, on which an organisation is served."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(domain=Lower("domain")), name="domain_lower_case"),
        ]


class Province(models.Model):
    """One of the Dutch provinces."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
