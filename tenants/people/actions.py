"""Verbs on people and their roles. Locks are taken in the order person, organisation, role."""

from datetime import date, timedelta
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.access import has_administrator, has_platform_administrator
from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.dated import DatedQuerySet
from tenants.models import Invitation, Library, LibraryMembership, Location, Membership, Organisation, Person
from tenants.people.names import checked_address
from tenants.people.rights import require_giving, require_seat
from tenants.refusals import Conflict, NotAllowed
from tenants.roles import CooperationRole, LibraryRole, OrganisationRole, Permission

Row = TypeVar("Row", Membership, LibraryMembership)
LAST_ADMINISTRATOR = gettext_lazy("Somebody has to be administrator. Give that role to another person first.")


def locked_person(person: Person) -> Person:
    """Return `person` locked, so that two who give them a role at once wait. Raises ValidationError if closed."""
    found = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not found.is_active:
        raise ValidationError({"person": _("This account was closed.")})
    return found


@transaction.atomic
def create_person(*, email: str, name: str, language: str = Person.Language.DUTCH, by: Actor) -> Person:
    """Make the account of somebody who still has to choose a password, and return it; one that is there stays as it is.

    Raises NotAllowed for anyone but a platform administrator, ValidationError for an odd name or address and for an
    account that was closed.
    """
    by.require(Permission.PLATFORM_MANAGE)
    address = checked_address(email, name)
    address_one_at_a_time(address)
    found = Person.objects.filter(email=address).first()
    if found is not None:
        return locked_person(found)
    person = Person.objects.create_user(email=address, name=name.strip(), language=language)
    record(action="person.created", by=by, object=f"person {person.pk}")
    return person


def address_one_at_a_time(address: str) -> None:
    """Let two who make the same account at once wait for one another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 6))", [f"invitation {address}"])


@transaction.atomic
def give_role(
    *,
    person: Person,
    organisation: Organisation,
    role: str,
    by: Actor,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Membership:
    """Give `person` a role in (or for) `organisation`; a role they have already is returned as it is.

    Raises NotAllowed for whoever may not give it there, ValidationError for a closed account or a seat for nobody.
    """
    require_giving(by, role, organisation=organisation)
    require_seat(role, organisation)
    return enter_role(person=person, organisation=organisation, role=role, by=by, from_on=from_on, until_on=until_on)


def enter_role(
    *,
    person: Person,
    organisation: Organisation,
    role: str,
    by: Actor,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Membership:
    """Write a role that somebody was allowed to give; only for the verbs that asked. Inside a transaction."""
    locked_person(person)
    wanted = Membership(
        person=person,
        organisation=organisation,
        role=role,
        from_on=from_on or timezone.localdate(),
        until_on=until_on,
    )
    own = Membership.objects.filter(person=person, organisation=organisation, role=role)
    membership, is_new = _entered(own, wanted)
    if is_new:
        record(action="role.given", by=by, organisation=organisation, object=f"person {person.pk}", role=role)
    return membership


def _entered(own: DatedQuerySet, wanted: Row) -> tuple[Row, bool]:
    """Return the row of a role that holds from the day that is wanted, and whether that is new.

    What is held that day stays as it is; a role that was to begin later, begins that day.
    """
    held = own.at(wanted.from_on).first()
    if held is not None:
        return held, False
    later = own.filter(from_on__gt=wanted.from_on).order_by("from_on").first()
    if later is not None and (wanted.until_on is None or wanted.until_on >= later.from_on):
        later.from_on = wanted.from_on
        later.save(update_fields=["from_on"])
        return later, True
    wanted.save()
    return wanted, True


@transaction.atomic
def end_role(*, membership: Membership, by: Actor) -> None:
    """End a role as of now: yesterday is its last day (a role given today is taken back). Ended twice is ended once.

    Raises NotAllowed for whoever may not give that role there, and ValidationError when it would leave the
    organisation without an active administrator, or the cooperation without one of the platform.
    """
    require_giving_or_own(by, membership)
    Organisation.objects.select_for_update(no_key=True).get(pk=membership.organisation_id)  # two administrators wait
    locked = Membership.objects.select_for_update().filter(pk=membership.pk).select_related("organisation").first()
    if locked is None or _is_over(locked):
        return
    if locked.role == OrganisationRole.ADMINISTRATOR and not has_administrator(locked.organisation, locked.pk):
        raise ValidationError(LAST_ADMINISTRATOR)
    if locked.role == CooperationRole.PLATFORM_ADMINISTRATOR and not has_platform_administrator(locked.pk):
        raise ValidationError(LAST_ADMINISTRATOR)
    record(
        action="role.ended",
        by=by,
        organisation=locked.organisation,
        object=f"person {locked.person_id}",
        role=locked.role,
    )
    _end(locked)


def require_giving_or_own(by: Actor, membership: Membership) -> None:
    """Raise NotAllowed unless `by` may give this role; a platform administrator does not end a first administrator."""
    if membership.role == OrganisationRole.ADMINISTRATOR and not by.may_at(
        membership.organisation, Permission.PEOPLE_MANAGE
    ):
        raise NotAllowed(membership.role)
    require_giving(by, membership.role, organisation=membership.organisation)


@transaction.atomic
def give_library_role(
    *,
    person: Person,
    library: Library,
    role: str,
    by: Actor,
    sees: str = LibraryMembership.Sees.OWN,
    locations: list[Location] | None = None,
    from_on: date | None = None,
) -> LibraryMembership:
    """Give `person` a role at `library`; a role they have already is returned as it is.

    Raises NotAllowed for whoever may not give it there, ValidationError for a closed account or impossible locations.
    """
    require_giving(by, role, organisation=library.organisation, library=library)
    return enter_library_role(
        person=person, library=library, role=role, by=by, sees=sees, locations=locations, from_on=from_on
    )


def enter_library_role(
    *,
    person: Person,
    library: Library,
    role: str,
    by: Actor,
    sees: str = LibraryMembership.Sees.OWN,
    locations: list[Location] | None = None,
    from_on: date | None = None,
) -> LibraryMembership:
    """Write a role that somebody was allowed to give; only for the verbs that asked. Inside a transaction."""
    locked_person(person)
    _refuse_impossible(library, sees, locations or [])
    wanted = LibraryMembership(
        person=person, library=library, role=role, sees=sees, from_on=from_on or timezone.localdate()
    )
    own = LibraryMembership.objects.filter(person=person, library=library, role=role)
    membership, is_new = _entered(own, wanted)
    if not is_new:
        return membership
    if membership is wanted:
        membership.locations.set(locations or [])
    record(
        action="library_role.given",
        by=by,
        organisation=library.organisation,
        object=f"person {person.pk}",
        role=role,
        library=library.slug,
    )
    return membership


@transaction.atomic
def decide_what_colleague_sees(
    *, membership: LibraryMembership, sees: str, locations: list[Location], by: Actor
) -> LibraryMembership:
    """Set what a colleague sees: own tickets, all of the library, or those of chosen locations.

    Raises NotAllowed for whoever may not give a colleague's role at that library, Conflict when the role ended
    meanwhile, ValidationError for locations that are none of the library's.
    """
    require_giving(by, membership.role, organisation=membership.library.organisation, library=membership.library)
    locked = LibraryMembership.objects.select_for_update().filter(pk=membership.pk).select_related("library").first()
    if locked is None or _is_over(locked) or locked.role != LibraryRole.COLLEAGUE:
        raise Conflict(_("This role has ended meanwhile."))
    chosen = locations if sees == LibraryMembership.Sees.LOCATIONS else []
    _refuse_impossible(locked.library, sees, chosen)
    locked.sees = sees
    locked.save(update_fields=["sees"])
    locked.locations.set(chosen)
    record(
        action="library_role.scope",
        by=by,
        organisation=locked.library.organisation,
        object=f"person {locked.person_id}",
        library=locked.library.slug,
        sees=sees,
        locations=sorted(one.slug for one in chosen),
    )
    return locked


def _refuse_impossible(library: Library, sees: str, locations: list[Location]) -> None:
    if sees not in LibraryMembership.Sees.values:
        raise ValidationError({"sees": _("This value cannot be used.")})
    if sees == LibraryMembership.Sees.LOCATIONS and not locations:
        raise ValidationError({"locations": _("Choose at least one location.")})
    if any(one.library_id != library.pk for one in locations):
        raise ValidationError({"locations": _("Choose locations of this library.")})


@transaction.atomic
def end_library_role(*, membership: LibraryMembership, by: Actor) -> None:
    """End a role at a library as of now; ended twice is ended once. Raises NotAllowed for whoever may not give it."""
    library = membership.library
    require_giving(by, membership.role, organisation=library.organisation, library=library)
    locked = LibraryMembership.objects.select_for_update().filter(pk=membership.pk).first()
    if locked is None or _is_over(locked):
        return
    record(
        action="library_role.ended",
        by=by,
        organisation=library.organisation,
        object=f"person {locked.person_id}",
        role=locked.role,
        library=library.slug,
    )
    _end(locked)


def _is_over(row: Membership | LibraryMembership) -> bool:
    return row.until_on is not None and row.until_on < timezone.localdate()


def _end(row: Membership | LibraryMembership) -> None:
    """Make yesterday the last day; what would not have begun by then is taken back."""
    today = timezone.localdate()
    if row.from_on >= today:
        if isinstance(row, LibraryMembership):
            row.locations.clear()
        row.delete()
    else:
        row.until_on = today - timedelta(days=1)
        row.save(update_fields=["until_on"])


@transaction.atomic
def deactivate_person(*, person: Person, by: Actor) -> None:
    """Close an account as of now: no sign-in, tokens, roles (also those of today or later) or open invitations.

    Rows stay, because history points at them. Raises NotAllowed for anyone but a platform administrator, and
    ValidationError when an organisation would be left without an active administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    roles = Membership.objects.filter(person=person)
    own = Organisation.objects.filter(memberships__in=roles.current().filter(role=OrganisationRole.ADMINISTRATOR))
    for organisation in Organisation.objects.select_for_update(no_key=True).filter(pk__in=own.values("pk")):
        if not has_administrator(organisation, except_person=person.pk):
            raise ValidationError(LAST_ADMINISTRATOR)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    for rows in (roles, LibraryMembership.objects.filter(person=person)):
        for row in rows.select_for_update():
            if not _is_over(row):
                _end(row)
    now = timezone.now()
    person.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
    Invitation.objects.open(now).filter(invited_by=person).update(ended_at=now)
    record(action="person.deactivated", by=by, object=f"person {person.pk}")
