"""API tokens: shown once, kept as a digest."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from tenants.audit.actions import record
from tenants.models import Organisation, Person
from tenants.tokens.models import ApiToken

PREFIX = "sb_"
LIFETIME = timedelta(days=365)
NOTE_USE_EVERY = timedelta(minutes=1)


def digest_of(token: str) -> str:
    """Return the digest under which a token is kept. Tokens are 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    person: Person,
    organisation: Organisation | None,
    name: str,
    by: Person | None,
    scope: str = ApiToken.Scope.WRITE,
    expires_at: datetime | None = None,
) -> str:
    """Make a token for `person` at `organisation` (None: common host only) and return it; this is the only time.

    `expires_at` is a moment in UTC, a year from now by default.
    """
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        person=person,
        organisation=organisation,
        name=name,
        scope=scope,
        digest=digest_of(token),
        expires_at=expires_at or timezone.now() + LIFETIME,
    )
    record(action="token.created", by=by, organisation=organisation, object=f"token {row.pk}", scope=scope)
    return token


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Person) -> None:
    """End a token now; ending it twice changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        record(action="token.revoked", by=by, organisation=token.organisation, object=f"token {token.pk}")


def token_in_force(token: str) -> ApiToken | None:
    """Return the row of a token that is valid now, and note that it was used (at most once a minute)."""
    now = timezone.now()
    row = (
        ApiToken.objects.select_related("person", "organisation")
        .filter(digest=digest_of(token), revoked_at__isnull=True, expires_at__gt=now, person__is_active=True)
        .first()
    )
    if row and (row.last_used_at is None or now - row.last_used_at > NOTE_USE_EVERY):
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row
