"""Verbs on organisations. One is begun (a row and its host), then made (a schema): only then it is served."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.context import inside
from tenants.models import COMMON_SCHEMA, Domain, Organisation
from tenants.organisations import schemas
from tenants.organisations.schemas import CREATED, SchemaExists
from tenants.roles import Permission


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


@transaction.atomic
def begin_organisation(
    *,
    slug: str,
    name: str,
    prefix: str,
    domain: str,
    colour: str = "#0b6a6a",
    from_on: date | None = None,
    by: Actor,
) -> Organisation:
    """Write down an organisation that is to be made, with its host, and return it; it takes part from `from_on`.

    One that was begun and is not made yet takes the values of now: nothing bears its name or prefix so far. Once it
    is made, slug, schema name and prefix never change. Raises SchemaExists when another's schema has that name,
    ValidationError for a malformed slug or colour and for what another organisation has, NotAllowed for anyone but a
    platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    _one_at_a_time(slug)
    begun = Organisation.objects.filter(slug=slug, ready=False).first()
    organisation = begun or Organisation(schema_name=slug, slug=slug, ready=False)
    organisation.name, organisation.prefix, organisation.colour = name, prefix.upper(), colour
    organisation.from_on = from_on or timezone.localdate()
    organisation.full_clean(exclude=["schema_name"], validate_constraints=False)
    if begun is None and (slug == COMMON_SCHEMA or schemas.schema_exists(slug)):
        raise SchemaExists(slug)
    organisation.save()
    _give_host(organisation, domain.strip().lower())
    record(action="organisation.begun", by=by, object=slug, prefix=organisation.prefix, domain=domain.lower())
    return organisation


def _one_at_a_time(slug: str) -> None:
    """Let two who begin the same one at once wait for one another; a row that is not there cannot be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 8))", [f"begin {slug}"])


def _give_host(organisation: Organisation, domain: str) -> None:
    """Let the host name that a new organisation is served on be this one alone."""
    if Domain.objects.filter(domain=domain).exclude(tenant=organisation).exists():
        raise ValidationError({"domain": _("This host name is in use.")})
    Domain.objects.filter(tenant=organisation).exclude(domain=domain).delete()
    Domain.objects.get_or_create(domain=domain, defaults={"tenant": organisation, "is_primary": True})


def make_organisation(*, organisation: Organisation, by: Actor) -> None:
    """Make the schema of an organisation that was begun, and serve it; done twice, or by two at once, it is done once.

    Whatever an earlier try left half-way is made anew. Not inside a transaction: migrations make their own. As the
    role that owns the tables. Raises NotAllowed for anyone but a platform administrator.
    """
    by.require(Permission.PLATFORM_MANAGE)
    with inside(None), schemas.one_at_a_time(organisation.schema_name):
        if not Organisation.objects.filter(pk=organisation.pk, ready=False).exists():
            return
        schemas.make(organisation)
        with transaction.atomic():
            Organisation.objects.filter(pk=organisation.pk).update(ready=True)
            record(action=CREATED, by=by, organisation=organisation, object=organisation.slug)


def create_organisation(
    *,
    slug: str,
    name: str,
    prefix: str,
    domain: str,
    colour: str = "#0b6a6a",
    from_on: date | None = None,
    by: Actor,
) -> Organisation:
    """Begin an organisation and make it, and return it once it is ready to serve; one that was cut off is made anew.

    Raises what both verbs raise. What fails is still begun: asked again, it is made anew, with the values of then.
    """
    with inside(None):
        organisation = begin_organisation(
            slug=slug, name=name, prefix=prefix, domain=domain, colour=colour, from_on=from_on, by=by
        )
        make_organisation(organisation=organisation, by=by)
    organisation.refresh_from_db()
    return organisation
