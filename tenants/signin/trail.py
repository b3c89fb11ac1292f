"""Sign-ins, failed ones too, go into the audit trail. Signals of Django and allauth, not between our own apps."""

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.signin.actions import end_other_sessions
from tenants.signin.forms import KEEP
from tenants.tokens.actions import revoke_all

SECOND_FACTORS = {"totp", "webauthn"}


def _organisation(request):
    return getattr(request, "tenant", None)


def _end_tokens(request, user):
    if request is None or not request.POST.get(KEEP):
        revoke_all(person=user, by=Actor.at_the_door(request, user))


@receiver(user_logged_in)
def signed_in(request, user, **_):
    """A person signed in."""
    record(action="signin.done", by=Actor.at_the_door(request, user), organisation=_organisation(request))


@receiver(user_logged_out)
def signed_out(request, user, **_):
    """A person signed out."""
    if user is not None:
        record(action="signin.ended", by=Actor.at_the_door(request, user), organisation=_organisation(request))


@receiver(user_login_failed)
def refused(request=None, **_):
    """Somebody gave a wrong address or password; which one is not kept."""
    record(
        action="signin.refused",
        by=Actor.at_the_door(request),
        organisation=_organisation(request),
        result="refused",
    )


@receiver([password_changed, password_reset])
def password_set(request, user, **_):
    """A person changed their password: their API tokens end, unless they chose to keep them."""
    record(action="signin.password_changed", by=Actor.at_the_door(request, user), organisation=_organisation(request))
    _end_tokens(request, user)


@receiver(authenticator_added)
def factor_added(request, user, authenticator, **_):
    """A person added a second factor: they are signed out elsewhere."""
    record(action="signin.factor_added", by=Actor.at_the_door(request, user), kind=authenticator.type)
    if authenticator.type in SECOND_FACTORS:
        end_other_sessions(user, request)
        _end_tokens(request, user)


@receiver(authenticator_removed)
def factor_removed(request, user, authenticator, **_):
    """A person removed a second factor: they are signed out elsewhere."""
    record(action="signin.factor_removed", by=Actor.at_the_door(request, user), kind=authenticator.type)
    if authenticator.type in SECOND_FACTORS:
        end_other_sessions(user, request)
        _end_tokens(request, user)
