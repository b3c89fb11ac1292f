"""Verbs on people and their roles."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.models import Library, LibraryMembership, Location, Membership, Organisation, Person
from tenants.organisations.queries import common_row
from tenants.outbox import actions as outbox


@transaction.atomic
def give_role(
    *,
    person: Person,
    organisation: Organisation,
    role: str,
    by: Person | None,
    from_on: date | None = None,
    until_on: date | None = None,
    origin: str = "",
) -> Membership:
    """Give `person` a role in (or for) `organisation`; a role they have already is returned as it is."""
    day = from_on or timezone.localdate()
    held = Membership.objects.at(day).filter(person=person, organisation=organisation, role=role).first()
    if held:
        return held
    membership = Membership.objects.create(
        person=person, organisation=organisation, role=role, from_on=day, until_on=until_on
    )
    record(
        action="role.given", by=by, organisation=organisation, object=f"person {person.pk}", role=role, origin=origin
    )
    return membership


@transaction.atomic
def end_role(*, membership: Membership, by: Person, origin: str = "") -> Membership:
    """End a role as of today: yesterday is its last day (a role given today ends by being taken back).

    Raises ValidationError when it would leave the organisation without an administrator.
    """
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)  # two who end each other's role wait
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    today = timezone.localdate()
    if locked.role == "administrator":
        others = Membership.objects.current().filter(
            organisation=locked.organisation, role="administrator", person__is_active=True
        )
        if not others.exclude(pk=locked.pk).exists():
            raise ValidationError(_("Somebody has to be administrator. Give that role to another person first."))
    record(
        action="role.ended",
        by=by,
        organisation=locked.organisation,
        object=f"person {locked.person_id}",
        role=locked.role,
        origin=origin,
    )
    if locked.from_on >= today:
        locked.delete()
    else:
        locked.until_on = today - timedelta(days=1)
        locked.save(update_fields=["until_on"])
    return locked


@transaction.atomic
def give_library_role(
    *,
    person: Person,
    library: Library,
    role: str,
    by: Person | None,
    sees: str = LibraryMembership.Sees.OWN,
    locations: list[Location] | None = None,
    from_on: date | None = None,
    origin: str = "",
) -> LibraryMembership:
    """Give `person` a role at `library`; a role they have already is returned as it is."""
    day = from_on or timezone.localdate()
    held = LibraryMembership.objects.at(day).filter(person=person, library=library, role=role).first()
    if held:
        return held
    membership = LibraryMembership.objects.create(person=person, library=library, role=role, sees=sees, from_on=day)
    membership.locations.set(locations or [])
    record(
        action="library_role.given",
        by=by,
        organisation=library.organisation,
        object=f"person {person.pk}",
        role=role,
        library=library.slug,
        origin=origin,
    )
    return membership


@transaction.atomic
def decide_what_colleague_sees(
    *, membership: LibraryMembership, sees: str, locations: list[Location], by: Person, origin: str = ""
) -> LibraryMembership:
    """Set what a colleague sees: own tickets, all of the library, or those of chosen locations."""
    locked = LibraryMembership.objects.select_for_update().get(pk=membership.pk)
    locked.sees = sees
    locked.save(update_fields=["sees"])
    locked.locations.set(locations if sees == LibraryMembership.Sees.LOCATIONS else [])
    record(
        action="library_role.scope",
        by=by,
        organisation=locked.library.organisation,
        object=f"person {locked.person_id}",
        library=locked.library.slug,
        sees=sees,
        origin=origin,
    )
    return locked


@transaction.atomic
def end_library_role(*, membership: LibraryMembership, by: Person, origin: str = "") -> None:
    """End a role at a library as of today."""
    locked = LibraryMembership.objects.select_for_update().get(pk=membership.pk)
    today = timezone.localdate()
    record(
        action="library_role.ended",
        by=by,
        organisation=locked.library.organisation,
        object=f"person {locked.person_id}",
        role=locked.role,
        library=locked.library.slug,
        origin=origin,
    )
    if locked.from_on >= today:
        locked.locations.clear()
        locked.delete()
    else:
        locked.until_on = today - timedelta(days=1)
        locked.save(update_fields=["until_on"])


@transaction.atomic
def invite(*, email: str, name: str, language: str = "nl", by: Person, organisation: Organisation) -> Person:
    """Return the person with this address, made and sent an invitation by mail when they are new.

    The caller gives the role in the same transaction. The mail goes through the outbox.
    """
    address = email.strip().lower()
    person = Person.objects.filter(email=address).first()
    if person is None:
        person = Person.objects.create_user(address, name=name.strip(), language=language)
    if not person.has_usable_password():
        _mail_invitation(person)
        record(action="person.invited", by=by, organisation=organisation, object=f"person {person.pk}")
    return person


def _mail_invitation(person: Person) -> None:
    outbox.put(
        organisation=common_row(),
        topic="tenants.mail_invitation",
        address=f"person {person.pk}",
        dedupe_key=f"invitation {person.pk} {timezone.now():%Y-%m-%dT%H:%M}",
    )


def deactivate_person(*, person: Person, by: Person | None) -> None:
    """Close a person's account: no sign-in, no tokens, no roles. Rows stay, because history points at them."""
    with transaction.atomic():
        today = timezone.localdate()
        Person.objects.filter(pk=person.pk).update(is_active=False)
        yesterday = today - timedelta(days=1)
        for memberships in (Membership.objects, LibraryMembership.objects):
            memberships.current().filter(person=person, from_on__lt=today).update(until_on=yesterday)
        person.tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
        record(action="person.deactivated", by=by, object=f"person {person.pk}")
