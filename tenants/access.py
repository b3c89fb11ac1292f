"""Who may do what: the one reader of memberships."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from tenants.models import COMMON_SCHEMA, Library, LibraryMembership, Membership, Organisation, Person
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

    @property
    def led_library_ids(self) -> list[int]:
        """Libraries of which the person is director or key user."""
        return [at.library_id for at in self.libraries if at.roles & {LibraryRole.KEY_USER, LibraryRole.DIRECTOR}]

    def organisation_ids(self, *roles: str) -> frozenset[int]:
        """On the common host: the organisations for which the person has one of `roles`."""
        return frozenset(pk for role in roles for pk in self.role_organisations.get(role, ()))


@dataclass(frozen=True)
class Held:
    """A role in force on the day that is asked, with what counts of its organisation."""

    role: str
    organisation_id: int
    schema_name: str
    ready: bool
    from_on: date
    until_on: date | None

    def takes_part(self, day: date) -> bool:
        """Does its organisation take part on `day`: not the common host, ready, begun and not ended?"""
        return self.schema_name != COMMON_SCHEMA and self.ready and self.from_on <= day and not self.ended(day)

    def ended(self, day: date) -> bool:
        """Did its organisation leave before `day`?"""
        return self.until_on is not None and self.until_on < day


@dataclass(frozen=True)
class HeldAtLibrary:
    """A role at a library of the organisation that is asked, in force on the day, with the locations chosen for it."""

    library_id: int
    role: str
    sees: str
    location_ids: frozenset[int]


def standing(person: Person | None, organisation: Organisation, at: date | None = None) -> Standing:
    """Return what `person` is on the host of `organisation` on the day `at` (Europe/Amsterdam; today by default).

    Nobody, an inactive person and a person without a role all get an empty standing. Django's superuser flag,
    groups and model permissions are not looked at.
    """
    if person is None or not person.is_authenticated or not person.is_active:
        return Standing(person=None, organisation=organisation)
    day = at or timezone.localdate()
    at_libraries = [] if organisation.is_common else _held_at_libraries(person, organisation, day)
    return standing_by(person, organisation, day, held=_held(person, day), at_libraries=at_libraries)


def standing_by(
    person: Person, organisation: Organisation, day: date, *, held: list[Held], at_libraries: list[HeldAtLibrary]
) -> Standing:
    """Return what roles in force on `day` make of an active `person`: the rule, whoever asked the database for them."""
    if organisation.is_common:
        by_role: dict[str, set[int]] = {}
        for one in held:
            if not one.ended(day):
                by_role.setdefault(one.role, set()).add(one.organisation_id)
        return Standing(
            person=person,
            organisation=organisation,
            roles=frozenset(by_role),
            role_organisations={role: frozenset(pks) for role, pks in by_role.items()},
        )
    roles = {one.role for one in held if one.organisation_id == organisation.pk and one.role in AT_ORGANISATION}
    if GuestRole.GUEST in roles and not _desks(held, day) - {organisation.pk}:
        roles.remove(GuestRole.GUEST)
    libraries = tuple(_at_library(pk, at_libraries) for pk in sorted({one.library_id for one in at_libraries}))
    return Standing(
        person=person,
        organisation=organisation,
        roles=frozenset(roles | {role for at in libraries for role in at.roles}),
        libraries=libraries,
    )


def _at_library(library_id: int, at_libraries: list[HeldAtLibrary]) -> AtLibrary:
    here = [one for one in at_libraries if one.library_id == library_id]
    sees_all = (one.role != LibraryRole.COLLEAGUE or one.sees == LibraryMembership.Sees.LIBRARY for one in here)
    chosen = (one.location_ids for one in here if one.sees == LibraryMembership.Sees.LOCATIONS)
    return AtLibrary(
        library_id=library_id,
        roles=frozenset(one.role for one in here),
        sees_all=any(sees_all),
        location_ids=frozenset().union(*chosen),
    )


def _desks(held: list[Held], day: date) -> set[int]:
    """Return the organisations taking part at whose desk one with these roles works."""
    return {one.organisation_id for one in held if one.role in STAFF_ROLES and one.takes_part(day)}


def _held(person: Person, day: date) -> list[Held]:
    rows = Membership.objects.at(day).filter(person=person).order_by()
    about = ("schema_name", "ready", "from_on", "until_on")
    return [
        Held(*row) for row in rows.values_list("role", "organisation_id", *(f"organisation__{one}" for one in about))
    ]


def _held_at_libraries(person: Person, organisation: Organisation, day: date) -> list[HeldAtLibrary]:
    rows = LibraryMembership.objects.at(day).filter(person=person, library__organisation=organisation).order_by()
    rows = rows.exclude(library__until_on__lt=day).annotate(
        chosen=ArrayAgg("locations", filter=Q(locations__isnull=False), default=Value([]))
    )
    return [
        HeldAtLibrary(library_id, role, sees, frozenset(chosen))
        for library_id, role, sees, chosen in rows.values_list("library_id", "role", "sees", "chosen")
    ]


def own_hosts(held: list[Held], day: date) -> tuple[set[int], bool]:
    """Return the organisations where these roles count on the host, and whether they count on the common host."""
    desks, here = _desks(held, day), [(one.role, one.organisation_id) for one in held if one.role in AT_ORGANISATION]
    own = {pk for role, pk in here if role != GuestRole.GUEST or desks - {pk}}
    common = any(one.role in AT_COMMON and not one.ended(day) for one in held)
    return own, common


def hosts_of(person: Person, at: date | None = None) -> list[Organisation]:
    """Return the organisations on whose hosts `person` has standing on the day `at`, the common host last."""
    day = at or timezone.localdate()
    own, common = own_hosts(_held(person, day), day)
    own |= set(
        LibraryMembership.objects.at(day)
        .filter(person=person)
        .exclude(library__until_on__lt=day)
        .values_list("library__organisation_id", flat=True)
    )
    found = list(Organisation.objects.taking_part().filter(pk__in=own))
    if common:
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


def leads_of(organisation: Organisation, at: date | None = None):
    """Return the people who lead the desk of `organisation` on the day `at`."""
    rows = Membership.objects.at(at or timezone.localdate()).filter(
        organisation=organisation, role=OrganisationRole.DESK_LEAD
    )
    return Person.objects.filter(pk__in=rows.values("person_id"), is_active=True)


def desks_elsewhere(rows: QuerySet, organisation: Organisation) -> QuerySet:
    """Return names, once each, of the organisations at whose desk a `user` of `rows` works who is guest here today.

    Here is `organisation`. Whoever works at no desk elsewhere is no guest, whatever their last day.
    """
    guests = Membership.objects.current().filter(organisation=organisation, role=GuestRole.GUEST)
    desks = Membership.objects.current().filter(
        role__in=STAFF_ROLES, person__is_active=True, person__in=guests.values("person_id")
    )
    desks = desks.filter(organisation__in=Organisation.objects.taking_part()).exclude(organisation=organisation)
    name = "user__memberships__organisation__name"
    return rows.filter(user__memberships__in=desks).order_by(name).values_list(name).distinct()


def administrators_of(organisation: Organisation, at: date | None = None):
    """Return the people who administer `organisation` on the day `at`: the common host, the platform administrators."""
    day = at or timezone.localdate()
    rows = Membership.objects.at(day)
    if organisation.is_common:
        rows = rows.filter(role=CooperationRole.PLATFORM_ADMINISTRATOR).exclude(organisation__until_on__lt=day)
    else:
        rows = rows.filter(role=OrganisationRole.ADMINISTRATOR, organisation=organisation)
    return Person.objects.filter(pk__in=rows.values("person_id"), is_active=True)


def keepers_of_contracts(organisation: Organisation):
    """Return the people who keep the contracts of `organisation` today: its desk leads and administrators."""
    roles = [role for role, may in ON_ORGANISATION.items() if Permission.CONTRACTS_KEEP in may]
    rows = Membership.objects.current().filter(organisation=organisation, role__in=roles)
    return Person.objects.filter(pk__in=rows.values("person_id"), is_active=True)


def people_of(organisation: Organisation):
    """Return the active people who ever had a role at `organisation` or one of its libraries: those it knows of."""
    here = Q(memberships__organisation=organisation) | Q(library_memberships__library__organisation=organisation)
    return Person.objects.filter(pk__in=Person.objects.filter(here).values("pk"), is_active=True)


def is_staff_elsewhere(person: Person, organisation: Organisation, at: date | None = None) -> bool:
    """Does this person work at the desk of an organisation other than `organisation` on the day `at`?

    Whoever does not, is no guest of `organisation` either, whatever the day until which they were let in.
    """
    day = at or timezone.localdate()
    return person.is_active and bool(_desks(_held(person, day), day) - {organisation.pk})


def holds(email: str, role: str, organisation: Organisation, library: Library | None = None) -> bool:
    """Has the active person with this address this role today, in `organisation` or at its `library`?"""
    who = Q(role=role, person__email=email.strip().lower(), person__is_active=True)
    if library is not None:
        return LibraryMembership.objects.current().filter(who, library=library).exists()
    return Membership.objects.current().filter(who, organisation=organisation).exists()


def has_administrator(organisation: Organisation, except_membership: int = 0, except_person: int = 0) -> bool:
    """Has `organisation` an active administrator today, besides the membership or person that is named?"""
    rows = Membership.objects.current().filter(
        organisation=organisation, role=OrganisationRole.ADMINISTRATOR, person__is_active=True
    )
    return rows.exclude(pk=except_membership).exclude(person=except_person).exists()


def has_platform_administrator(except_membership: int = 0) -> bool:
    """Is there an active administrator of the platform today, besides the membership that is named?"""
    rows = Membership.objects.current().filter(role=CooperationRole.PLATFORM_ADMINISTRATOR, person__is_active=True)
    return rows.exclude(pk=except_membership).exclude(organisation__until_on__lt=timezone.localdate()).exists()


@dataclass(frozen=True)
class Headcount:
    """How many active people have a role today: at an organisation or its libraries, at its desk, as administrator."""

    people: int = 0
    desk: int = 0
    administrators: int = 0


def headcounts() -> dict[int, Headcount]:
    """Return the headcount of every organisation, by its key; two questions for all of them."""
    rows = Membership.objects.current().filter(role__in=OrganisationRole.values, person__is_active=True)
    held = set(rows.values_list("organisation_id", "person_id", "role"))
    at_libraries = LibraryMembership.objects.current().filter(person__is_active=True)
    everybody = {(organisation, person) for organisation, person, _role in held}
    everybody |= set(at_libraries.values_list("library__organisation_id", "person_id"))
    people = Counter(organisation for organisation, _person in everybody)
    desk = Counter(one for one, _person in {(one, person) for one, person, role in held if role in STAFF_ROLES})
    administrators = Counter(one for one, _person, role in held if role == OrganisationRole.ADMINISTRATOR)
    return {pk: Headcount(people[pk], desk[pk], administrators[pk]) for pk in people}


def people_by_role() -> dict[str, int]:
    """Return how many active people have each role of the cooperation today."""
    rows = Membership.objects.current().filter(role__in=CooperationRole.values, person__is_active=True)
    return Counter(role for role, _person in set(rows.values_list("role", "person_id")))
