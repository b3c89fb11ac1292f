"""Verbs on who takes part: organisations, people and their roles."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2 import sql

from tenants.audit.actions import record
from tenants.context import inside
from tenants.models import (
    COMMON_SCHEMA,
    Domain,
    Library,
    LibraryMembership,
    Location,
    Membership,
    Organisation,
    Person,
)
from tenants.outbox import actions as outbox


class SchemaExists(ValueError):
    """The schema of a new organisation is there already; it may hold another's data."""


def _schema_exists(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)", [name])
        return cursor.fetchone()[0]


def ensure_common(*, domain: str) -> Organisation:
    """Return the row of the common host, made with host name `domain` when it is not there yet."""
    common, made = Organisation.objects.get_or_create(
        schema_name=COMMON_SCHEMA,
        defaults={
            "slug": "samenwerking",
            "name": "Samenwerking",
            "prefix": "SAMEN",
            "colour": "#23395b",
            "ready": True,
        },
    )
    Domain.objects.get_or_create(domain=domain.lower(), defaults={"tenant": common, "is_primary": True})
    return common


def create_organisation(
    *, slug: str, name: str, prefix: str, domain: str, colour: str = "#0b6a6a", by: Person | None
) -> Organisation:
    """Make an organisation with its schema, and return it once it is ready to serve.

    The schema name, slug and prefix never change afterwards. Raises SchemaExists when a schema of that name exists
    (nothing is adopted and nothing dropped) and ValidationError for a malformed slug or colour. When making the
    schema fails, only the schema made here is dropped again. Not inside a transaction: migrations make their own.
    """
    organisation = Organisation(
        schema_name=slug, slug=slug, name=name, prefix=prefix.upper(), colour=colour, ready=False
    )
    organisation.full_clean(exclude=["schema_name"], validate_constraints=False)
    with inside(None):
        if _schema_exists(slug) or slug == COMMON_SCHEMA:
            raise SchemaExists(slug)
        organisation.save()
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(slug)))
        try:
            _record_shared_migrations(organisation)
            call_command("migrate_schemas", schema_name=slug, interactive=False, verbosity=0)
        except BaseException:
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(slug)))
            Organisation.objects.filter(pk=organisation.pk).delete()
            raise
        with transaction.atomic():
            Domain.objects.create(domain=domain.lower(), tenant=organisation, is_primary=True)
            Organisation.objects.filter(pk=organisation.pk).update(ready=True)
            record(action="organisation.created", by=by, organisation=organisation, object=slug)
    organisation.ready = True
    return organisation


def _record_shared_migrations(organisation: Organisation) -> None:
    """Note in a new schema that the migrations of the shared apps are done: the router leaves them nothing to do there.

    Running them all the same takes most of the time of making a schema.
    """
    own = {name.rsplit(".", 1)[-1] for name in settings.TENANT_APPS}
    with inside(organisation):
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        shared = [key for key in MigrationLoader(None).disk_migrations if key[0] not in own]
        recorder.migration_qs.bulk_create(recorder.Migration(app=app, name=name) for app, name in sorted(shared))


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


def mail_password_reset(person: Person) -> None:
    """Have a link to choose a new password mailed to `person`; at most one a minute."""
    outbox.put(
        organisation=common_row(),
        topic="tenants.mail_password_reset",
        address=f"person {person.pk}",
        dedupe_key=f"reset {person.pk} {timezone.now():%Y-%m-%dT%H:%M}",
    )


def common_row() -> Organisation:
    """Return the row of the common host without leaving the schema entered (search_path always ends in public)."""
    return Organisation.objects.get(schema_name=COMMON_SCHEMA)


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
