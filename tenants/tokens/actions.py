"""API tokens: shown once, kept as a digest."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.models import ApiToken, Organisation, Person
from tenants.refusals import NotAllowed
from tenants.roles import Permission

PREFIX = "sb_"
LIFETIME = timedelta(days=365)
NOTE_USE_EVERY = timedelta(minutes=1)
MOST = 20  # tokens in force of one person, over all hosts


def digest_of(token: str) -> str:
    """Return the digest under which a token is kept. Tokens are 256 random bits, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    person: Person,
    organisation: Organisation | None,
    name: str,
    by: Actor,
    scope: str = ApiToken.Scope.WRITE,
    expires_at: datetime | None = None,
) -> str:
    """Make a token for `person` at `organisation` (None: common host only) and return it; this is the only time.

    `expires_at` is a moment in UTC, a year from now by default. Raises NotAllowed for anyone but the person, on the
    host it is for, and the command line; ValidationError for more than 20 tokens in force.
    """
    if not (_is_own(person, organisation, by) or by.may(Permission.TOKENS_MANAGE)):
        raise NotAllowed
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if ApiToken.objects.in_force(timezone.now()).filter(person=person).count() >= MOST:
        raise ValidationError(_("You have 20 tokens. End one that is no longer used first."))
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


def _is_own(person: Person, organisation: Organisation | None, by: Actor) -> bool:
    """Does `by` make it for themselves, on a host where they are somebody?"""
    if by.person is None or by.person.pk != person.pk or not by.standing:
        return False
    here = by.standing.organisation
    return here.is_common if organisation is None else here.pk == organisation.pk


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Actor) -> None:
    """End a token as of the next request; twice is once.

    Raises NotAllowed for anyone but its person and the command line.
    """
    if not (by.person is not None and by.person.pk == token.person_id) and not by.may(Permission.TOKENS_MANAGE):
        raise NotAllowed
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        record(action="token.revoked", by=by, organisation=token.organisation, object=f"token {token.pk}")


@transaction.atomic
def revoke_all(*, person: Person, by: Actor) -> int:
    """End all tokens of `person`, as a changed password or second factor does; return how many."""
    tokens = list(ApiToken.objects.in_force(timezone.now()).filter(person=person).select_related("organisation"))
    for token in tokens:
        revoke_token(token=token, by=by)
    return len(tokens)


def note_use(token: ApiToken) -> None:
    """Keep that a token is used now, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > NOTE_USE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
