"""Contents: the tables of who takes part, in the public schema. Nothing is deleted; what ends has `until_on`."""

from tenants.audit.models import AuditEntry
from tenants.idempotency.models import AnsweredRequest
from tenants.invitations.models import Invitation
from tenants.libraries.models import Isil, Library, Location, Platform, PlatformCode
from tenants.organisations.models import COMMON_SCHEMA, Domain, Organisation, OrganisationQuerySet, Province
from tenants.outbox.models import OutboxEntry, OutboxTrouble
from tenants.people.models import LibraryMembership, Membership, Person, PersonManager
from tenants.settings.models import OrganisationSettings
from tenants.signin.models import Session
from tenants.signs.models import SignOfLife
from tenants.tokens.models import ApiToken

__all__ = [
    "COMMON_SCHEMA",
    "AnsweredRequest",
    "ApiToken",
    "AuditEntry",
    "Domain",
    "Invitation",
    "Isil",
    "Library",
    "LibraryMembership",
    "Location",
    "Membership",
    "Organisation",
    "OrganisationQuerySet",
    "OrganisationSettings",
    "OutboxEntry",
    "OutboxTrouble",
    "Person",
    "PersonManager",
    "Platform",
    "PlatformCode",
    "Province",
    "Session",
    "SignOfLife",
]
