"""Questions about people: who has a role here today, which and where, and how they sign in."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from tenants.dated import DatedQuerySet
from tenants.models import Library, LibraryMembership, Membership, Organisation, Person
from tenants.people.guests import guests_of
from tenants.roles import GuestRole, LibraryRole, OrganisationRole
from tenants.web.moments import day

STAFF, AT_LIBRARY, GUESTS = "staff", "library", "guests"
ORDER = [*OrganisationRole.values, *GuestRole.values]  # of the roles in an organisation, as a row names them
FEW = 2  # up to so many libraries are named where a row says where somebody works


def staff_roles(organisation: Organisation) -> DatedQuerySet:
    """Return the roles of staff in `organisation` today."""
    return Membership.objects.current().filter(organisation=organisation, role__in=OrganisationRole.values)


def library_roles(organisation: Organisation) -> DatedQuerySet:
    """Return the roles of today at the libraries that `organisation` serves today."""
    served = Library.objects.current().filter(organisation=organisation)
    return LibraryMembership.objects.current().filter(library__in=served)


def in_group(organisation: Organisation, group: str) -> Q:
    """Return what chooses people by their role here: of staff, at a library or as guest; all three for any other."""
    held = {STAFF: staff_roles(organisation), AT_LIBRARY: library_roles(organisation), GUESTS: guests_of(organisation)}
    chosen = [held[group]] if group in held else held.values()
    found = Q()
    for rows in chosen:
        found |= Q(pk__in=rows.order_by().values("person_id"))
    return found


def people_here(organisation: Organisation, group: str = "") -> QuerySet[Person]:
    """Return everybody with a role here today, by name, with `has_app` and `has_key`: their second step."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    return (
        Person.objects.filter(in_group(organisation, group))
        .annotate(
            plain=Lower(Func(F("name"), function="extensions.plain", output_field=TextField())),
            has_app=Exists(factors.filter(type=Authenticator.Type.TOTP)),
            has_key=Exists(factors.filter(type=Authenticator.Type.WEBAUTHN)),
        )
        .order_by("plain", "pk")
    )


def with_words(people: QuerySet[Person], text: str, organisation: Organisation) -> QuerySet[Person]:
    """Return those of `people_here` with each word of `text` in their name, address or library."""
    for word in text.split():
        plain = Lower(Func(Value(word), function="extensions.plain"))
        there = library_roles(organisation).filter(library__sort_name__contains=plain).order_by()
        people = people.filter(
            Q(plain__contains=plain) | Q(email__contains=word.lower()) | Q(pk__in=there.values("person_id"))
        )
    return people


def tally(organisation: Organisation) -> dict[str, int]:
    """Return how many people have a role here today: all, and by group. One question."""
    groups = {group: Count("pk", filter=in_group(organisation, group)) for group in (STAFF, AT_LIBRARY, GUESTS)}
    return Person.objects.filter(in_group(organisation, "")).aggregate(all=Count("pk"), **groups)


@dataclass(frozen=True)
class Role:
    """A role of today: what and where in words, and the name of the address that ends it."""

    pk: int
    ends: str
    label: str
    place: str
    until_on: date | None = None

    @property
    def words(self) -> str:
        """The role, with its last day where it has one."""
        if self.until_on is None:
            return self.label
        return _("%(role)s, until and including %(day)s") % {"role": self.label, "day": day(self.until_on)}


@dataclass(frozen=True)
class Row:
    """A person with all that they are here."""

    person: Person
    organisation: str
    own: tuple[Role, ...]
    at_libraries: tuple[Role, ...]
    libraries: int  # that the organisation serves

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles: those of the organisation first."""
        return self.own + self.at_libraries

    @property
    def words(self) -> list[str]:
        """The roles in words, each once."""
        return list(dict.fromkeys(role.words for role in self.roles))

    @property
    def named(self) -> list[str]:
        """The places that are named in the row."""
        libraries = self.places
        return [self.organisation] * bool(self.own) + (libraries if len(libraries) <= FEW else [])

    @property
    def places(self) -> list[str]:
        """The libraries, each once."""
        return list(dict.fromkeys(role.place for role in self.at_libraries))

    @property
    def many(self) -> str:
        """The number of libraries where these are too many to be named: “9 of 10 libraries”."""
        found = len(self.places)
        if found <= FEW:
            return ""
        if found == self.libraries:
            return _("all %(count)s libraries") % {"count": found}
        return _("%(count)s of %(all)s libraries") % {"count": found, "all": self.libraries}

    @property
    def is_guest(self) -> bool:
        """Are they guest here, and nothing else? How they sign in is for their own organisation to know."""
        return all(role.ends == "end_guest_role" for role in self.roles)

    @property
    def second_step(self) -> str:
        """Their second step in words; empty for none."""
        if self.person.has_app and self.person.has_key:
            return _("app and security key")
        return _("app") if self.person.has_app else _("security key") if self.person.has_key else ""

    @property
    def signed_in_at(self) -> datetime | None:
        """When they signed in last, on whichever host."""
        return self.person.last_login


def rows_of(people: list[Person], organisation: Organisation) -> list[Row]:
    """Return a row for each of these people, with all their roles here; three questions for all of them."""
    chosen = Q(person__in=[person.pk for person in people])
    own, there = defaultdict(list), defaultdict(list)
    for held in Membership.objects.current().filter(chosen, organisation=organisation, role__in=ORDER).order_by("pk"):
        own[held.person_id].append(held)
    rows = library_roles(organisation).filter(chosen).select_related("library")
    for at in rows.order_by("library__sort_name", "pk"):
        there[at.person_id].append(Role(at.pk, "end_library_role", at.get_role_display(), at.library.name))
    served = Library.objects.current().filter(organisation=organisation).count() if there else 0
    return [
        Row(
            person=person,
            organisation=organisation.name,
            own=tuple(_own_role(one, organisation) for one in sorted(own[person.pk], key=_rank)),
            at_libraries=tuple(there[person.pk]),
            libraries=served,
        )
        for person in people
    ]


def _rank(held: Membership) -> int:
    return ORDER.index(held.role)


def _own_role(held: Membership, organisation: Organisation) -> Role:
    is_guest = held.role == GuestRole.GUEST
    return Role(
        pk=held.pk,
        ends="end_guest_role" if is_guest else "end_role",
        label=held.get_role_display(),
        place=organisation.name,
        until_on=held.until_on if is_guest else None,
    )


def key_users(library: Library) -> list[Person]:
    """Return who is key user of a library today, by name; one query."""
    roles = LibraryMembership.objects.current().filter(library=library, role=LibraryRole.KEY_USER)
    return [one.person for one in roles.select_related("person").order_by("person__name", "pk")]
