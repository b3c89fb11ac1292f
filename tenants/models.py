"""Who takes part: organisations, provinces, platforms, libraries, locations, people and their roles.

All of it lies in the public schema. Nothing here is ever deleted: what ends gets `until_on`.
"""

from datetime import date
from typing import Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_tenants.models import DomainMixin, TenantMixin

from tenants.roles import CooperationRole, LibraryRole, OrganisationRole

COMMON_SCHEMA = "public"
SLUG = RegexValidator(r"^[a-z][a-z0-9_]{2,30}$", _("Use 3 to 31 lower-case letters, digits and underscores."))
COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", _("Use a colour such as #0b6a6a."))


class DateRange(Func):
    """The period of a row as PostgreSQL's daterange; the last day counts."""

    function = "daterange"
    output_field = DateRangeField()
    arity = 3


PERIOD = DateRange(F("from_on"), F("until_on"), models.Value("[]"))


class SortName(models.GeneratedField):
    """Column that names are sorted by: lower case, without accents."""

    def __init__(self, source: str = "name", **kwargs):
        self.source = source
        kwargs.setdefault("expression", Lower(Func(F(source), function="extensions.plain")))
        kwargs.setdefault("output_field", models.TextField())
        kwargs.setdefault("db_persist", True)
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("expression", "output_field", "db_persist"):
            kwargs.pop(key, None)
        kwargs["source"] = self.source
        return name, path, args, kwargs


class DatedQuerySet(models.QuerySet):
    """Rows with a period: `from_on` up to and including `until_on`."""

    def at(self, day: date) -> Self:
        """Return the rows in force on `day` (a date in Europe/Amsterdam)."""
        return self.filter(from_on__lte=day).filter(Q(until_on__isnull=True) | Q(until_on__gte=day))

    def current(self) -> Self:
        """Return the rows in force today."""
        return self.at(timezone.localdate())


class Dated(models.Model):
    """Something that begins and may end."""

    from_on = models.DateField(_("from"), default=timezone.localdate)
    until_on = models.DateField(_("until and including"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def _ends_after_begin(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name=name)


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
    ready = models.BooleanField(default=False, help_text="False while its schema is being made.")
    sort_name = SortName()

    auto_create_schema = False
    auto_drop_schema = False
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name"]
        constraints = [_ends_after_begin("organisation_ends_after_begin")]

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
        constraints = [_ends_after_begin("platform_ends_after_begin")]

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
        constraints = [_ends_after_begin("library_ends_after_begin")]

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
        constraints = [_ends_after_begin("location_ends_after_begin")]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager):
    """Makes people; the address is the sign-in name, compared without case."""

    def create_user(self, email: str, password: str | None = None, **fields) -> "Person":
        """Return a new person with `email`; without `password` they cannot sign in until they set one."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str) -> "Person":
        """Return the person with this address, in any case."""
        return self.get(email=email.strip().lower())


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. Rights come from memberships alone; `is_superuser` and model permissions open nothing."""

    class Language(models.TextChoices):
        DUTCH = "nl", _("Dutch")
        ENGLISH = "en", _("English")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.DUTCH)
    shortcuts = models.BooleanField(_("one-key shortcuts"), default=True, db_default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower_case")]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """First letters of the first and last word of the name."""
        words = self.name.split() or [self.email]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


def _no_overlap(name: str, *fields: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[*((field, RangeOperators.EQUAL) for field in fields), (PERIOD, RangeOperators.OVERLAPS)],
    )


class Membership(Dated):
    """A person has a role in an organisation, or in the cooperation on behalf of an organisation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=OrganisationRole.choices + CooperationRole.choices)

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            _ends_after_begin("membership_ends_after_begin"),
            _no_overlap("membership_once_at_a_time", "person", "organisation", "role"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.organisation}"


class LibraryMembership(Dated):
    """A person has a role at a library, and sees some or all of its tickets."""

    class Sees(models.TextChoices):
        OWN = "own", _("own tickets")
        LIBRARY = "library", _("all tickets of the library")
        LOCATIONS = "locations", _("tickets of chosen locations")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="library_memberships")
    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=30, choices=LibraryRole)
    sees = models.CharField(_("sees"), max_length=10, choices=Sees, default=Sees.OWN)
    locations = models.ManyToManyField(Location, blank=True, related_name="+", verbose_name=_("locations"))

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            _ends_after_begin("library_membership_ends_after_begin"),
            _no_overlap("library_membership_once_at_a_time", "person", "library", "role"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.library}"


def in_language(instance: models.Model, field: str) -> str:
    """Return `field`_nl or `field`_en of `instance` by the language of the moment; Dutch where English is empty."""
    own = getattr(instance, f"{field}_{'en' if (get_language() or 'nl').startswith('en') else 'nl'}")
    return own or getattr(instance, f"{field}_nl")


# The rooms' own tables.
from tenants.audit.models import AuditEntry  # noqa: E402, F401
from tenants.outbox.models import OutboxEntry  # noqa: E402, F401
from tenants.settings.models import OrganisationSettings  # noqa: E402, F401
from tenants.tokens.models import ApiToken  # noqa: E402, F401
