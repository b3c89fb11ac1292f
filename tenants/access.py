"""Who may do what: the one reader of memberships."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from tenants.models import LibraryMembership, Membership, Organisation, Person
from tenants.roles import (
    ON_COMMON,
    ON_ORGANISATION,
    CooperationRole,
    GuestRole,
    LibraryRole,
    OrganisationRole,
    Permission,
)

STAFF_ROLES = [OrganisationRole.FUNCTIONAL_MANAGER, OrganisationRole.DESK_LEAD]
# Roles that count on the host of the organisation itself, and on the common host.
AT_ORGANISATION = [*OrganisationRole.values, *GuestRole.values]
AT_COMMON = [*OrganisationRole.values, *CooperationRole.values]


@dataclass(frozen=True)
class AtLibrary:
    """What a person is and sees at one library."""

    library_id: int
    roles: frozenset[str]
    sees_all: bool
    location_ids: frozenset[int]


@dataclass(frozen=True)
class Standing:
    """What `person` is on the host of `organisation` on a day: roles, libraries, locations. Empty for a stranger."""

    person: Person | None
    organisation: Organisation
    roles: frozenset[str] = frozenset()
    libraries: tuple[AtLibrary, ...] = ()
    # On the common host: slugs of the organisations by role.
    role_organisations: dict[str, frozenset[int]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.permissions)

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """All permissions that the roles give on this host."""
        table = ON_COMMON if self.organisation.is_common else ON_ORGANISATION
        return frozenset(permission for role in self.roles for permission in table.get(role, ()))

    def may(self, permission: Permission) -> bool:
        """Does any role give this permission on this host?"""
        return permission in self.permissions

    @property
    def is_staff(self) -> bool:
        """Does this person work at the desk of this organisation?"""
        return self.may(Permission.TICKETS_WORK)

    @property
    def library_ids(self) -> list[int]:
        """Libraries the person belongs to."""
        return [at.library_id for at in self.libraries]

    @property
    def key_user_library_ids(self) -> list[int]:
        """Libraries of which the person is key user."""
        return [at.library_id for at in self.libraries if LibraryRole.KEY_USER in at.roles]

    def organisation_ids(self, *roles: str) -> frozenset[int]:
        """On the common host: the organisations for which the person has one of `roles`."""
        return frozenset(pk for role in roles for pk in self.role_organisations.get(role, ()))


def _at_libraries(person: Person, organisation: Organisation, day: date) -> tuple[AtLibrary, ...]:
    rows = list(
        LibraryMembership.objects.at(day)
        .filter(person=person, library__organisation=organisation)
        .exclude(library__until_on__lt=day)
    )
    chosen: dict[int, set[int]] = {}
    if any(row.sees == LibraryMembership.Sees.LOCATIONS for row in rows):
        through = LibraryMembership.locations.through
        pairs = through.objects.filter(librarymembership__in=rows).values_list("librarymembership_id", "location_id")
        for membership_id, location_id in pairs:
            chosen.setdefault(membership_id, set()).add(location_id)
    by_library: dict[int, list[LibraryMembership]] = {}
    for row in rows:
        by_library.setdefault(row.library_id, []).append(row)
    return tuple(
        AtLibrary(
            library_id=library_id,
            roles=frozenset(row.role for row in of_library),
            sees_all=any(
                row.role != LibraryRole.COLLEAGUE or row.sees == LibraryMembership.Sees.LIBRARY for row in of_library
            ),
            location_ids=frozenset(
                pk
                for row in of_library
                if row.sees == LibraryMembership.Sees.LOCATIONS
                for pk in chosen.get(row.pk, ())
            ),
        )
        for library_id, of_library in sorted(by_library.items())
    )


def standing(person: Person | None, organisation: Organisation, at: date | None = None) -> Standing:
    """Return what `person` is on the host of `organisation` on the day `at` (Europe/Amsterdam; today by default).

    Nobody, an inactive person and a person without a role all get an empty standing. Django's superuser flag,
    groups and model permissions are not looked at.
    """
    if person is None or not person.is_authenticated or not person.is_active:
        return Standing(person=None, organisation=organisation)
    day = at or timezone.localdate()
    if organisation.is_common:
        rows = Membership.objects.at(day).filter(person=person).exclude(organisation__until_on__lt=day)
        by_role: dict[str, set[int]] = {}
        for role, organisation_id in rows.values_list("role", "organisation_id"):
            by_role.setdefault(role, set()).add(organisation_id)
        return Standing(
            person=person,
            organisation=organisation,
            roles=frozenset(by_role),
            role_organisations={role: frozenset(pks) for role, pks in by_role.items()},
        )
    rows = Membership.objects.at(day).filter(person=person, organisation=organisation, role__in=AT_ORGANISATION)
    libraries = _at_libraries(person, organisation, day)
    roles = frozenset(rows.values_list("role", flat=True)) | frozenset(role for at in libraries for role in at.roles)
    if GuestRole.GUEST in roles and not is_staff_elsewhere(person, organisation, day):
        roles -= {GuestRole.GUEST}
    return Standing(person=person, organisation=organisation, roles=roles, libraries=libraries)


def hosts_of(person: Person, at: date | None = None) -> list[Organisation]:
    """Return the organisations on whose hosts `person` has standing on the day `at`, the common host last."""
    day = at or timezone.localdate()
    held = Membership.objects.at(day).filter(person=person, role__in=AT_ORGANISATION)
    pairs = set(held.values_list("role", "organisation_id"))
    desks = _desks_of(person, day) if any(role == GuestRole.GUEST for role, _pk in pairs) else set()
    own = {pk for role, pk in pairs if role != GuestRole.GUEST or desks - {pk}}
    own |= set(
        LibraryMembership.objects.at(day)
        .filter(person=person)
        .exclude(library__until_on__lt=day)
        .values_list("library__organisation_id", flat=True)
    )
    found = list(Organisation.objects.taking_part().filter(pk__in=own))
    common = Membership.objects.at(day).filter(person=person, role__in=AT_COMMON)
    if common.exclude(organisation__until_on__lt=day).exists():
        found += list(Organisation.objects.filter(schema_name="public"))
    return found


def staff_of(organisation: Organisation, at: date | None = None):
    """Return the people who work at the desk of `organisation` on the day `at`, by name."""
    day = at or timezone.localdate()
    rows = Membership.objects.at(day).filter(
        organisation=organisation,
        role__in=STAFF_ROLES,
    )
    return Person.objects.filter(is_active=True, pk__in=rows.values("person_id"))


def people_of(organisation: Organisation):
    """Return the active people who ever had a role at `organisation` or one of its libraries: those it knows of."""
    here = Q(memberships__organisation=organisation) | Q(library_memberships__library__organisation=organisation)
    return Person.objects.filter(pk__in=Person.objects.filter(here).values("pk"), is_active=True)


def is_staff_elsewhere(person: Person, organisation: Organisation, at: date | None = None) -> bool:
    """Does this person work at the desk of an organisation other than `organisation` on the day `at`?

    Whoever does not, is no guest of `organisation` either, whatever the day until which they were let in.
    """
    return person.is_active and bool(_desks_of(person, at or timezone.localdate()) - {organisation.pk})


def _desks_of(person: Person, day: date) -> set[int]:
    open_ones = Organisation.objects.taking_part().values("pk")
    rows = Membership.objects.at(day).filter(person=person, role__in=STAFF_ROLES, organisation__in=open_ones)
    return set(rows.values_list("organisation_id", flat=True))


def has_administrator(organisation: Organisation, except_membership: int = 0, except_person: int = 0) -> bool:
    """Has `organisation` an active administrator today, besides the membership or person that is named?"""
    rows = Membership.objects.current().filter(
        organisation=organisation, role=OrganisationRole.ADMINISTRATOR, person__is_active=True
    )
    return rows.exclude(pk=except_membership).exclude(person=except_person).exists()
