"""People who sign in, and the roles they have in organisations and at libraries."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.dated import Dated, NameWords, ends_after_begin, no_overlap
from tenants.libraries.models import Library, Location
from tenants.organisations.models import Organisation
from tenants.roles import CooperationRole, GuestRole, LibraryRole, OrganisationRole


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

    class Theme(models.TextChoices):
        SYSTEM = "", _("as my device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.DUTCH)
    shortcuts = models.BooleanField(_("one-key shortcuts"), default=True, db_default=True)
    theme = models.CharField(
        _("light or dark"), max_length=5, choices=Theme, default=Theme.SYSTEM, db_default=Theme.SYSTEM, blank=True
    )
    roomy = models.BooleanField(_("two lines a row"), default=False, db_default=False)
    is_active = models.BooleanField(default=True)
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower_case")]
        indexes = [GinIndex(NameWords("name"), name="person_name_words")]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret=None) -> str:
        """Return what a session holds of how one signs in: it ends when the password or `sessions_ended` changes."""
        found = super()._get_session_auth_hash(secret=secret)
        return f"{found}.{self.sessions_ended}" if self.sessions_ended else found

    @property
    def initials(self) -> str:
        """First letters of the first and last word of the name."""
        words = self.name.split() or [self.email]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class Membership(Dated):
    """A person has a role in an organisation, or in the cooperation on behalf of an organisation."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(
        _("role"), max_length=30, choices=OrganisationRole.choices + GuestRole.choices + CooperationRole.choices
    )

    class Meta:
        ordering = ["person__name", "pk"]
        constraints = [
            ends_after_begin("membership_ends_after_begin"),
            no_overlap("membership_once_at_a_time", "person", "organisation", "role"),
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
            ends_after_begin("library_membership_ends_after_begin"),
            no_overlap("library_membership_once_at_a_time", "person", "library", "role"),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()} · {self.library}"
