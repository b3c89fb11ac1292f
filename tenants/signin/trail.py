"""Sign-ins, failed ones too, go into the audit trail. Signals of Django and allauth, not between our own apps."""

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from tenants.audit.actions import origin_of, record


def _organisation(request):
    return getattr(request, "tenant", None)


@receiver(user_logged_in)
def signed_in(request, user, **_):
    """A person signed in."""
    record(action="signin.done", by=user, organisation=_organisation(request), origin=origin_of(request))


@receiver(user_logged_out)
def signed_out(request, user, **_):
    """A person signed out."""
    if user is not None:
        record(action="signin.ended", by=user, organisation=_organisation(request), origin=origin_of(request))


@receiver(user_login_failed)
def refused(request=None, **_):
    """Somebody gave a wrong address or password; which one is not kept."""
    record(
        action="signin.refused",
        by=None,
        organisation=_organisation(request),
        result="refused",
        origin=origin_of(request),
    )


@receiver([password_changed, password_reset])
def password_set(request, user, **_):
    """A person changed their password."""
    record(action="signin.password_changed", by=user, organisation=_organisation(request), origin=origin_of(request))


@receiver(authenticator_added)
def factor_added(request, user, authenticator, **_):
    """A person added a second factor."""
    record(action="signin.factor_added", by=user, origin=origin_of(request), kind=authenticator.type)


@receiver(authenticator_removed)
def factor_removed(request, user, authenticator, **_):
    """A person removed a second factor."""
    record(action="signin.factor_removed", by=user, origin=origin_of(request), kind=authenticator.type)
