"""Who may come in by way of an account elsewhere."""

from collections.abc import Iterable

from django.conf import settings

from tenants.models import Person


def person_vouched_for(verified: Iterable[str]) -> Person | None:
    """Return the active person with one of these addresses, which a provider of sign-in calls verified.

    A provider is believed for the domains of addresses that are its own (OIDC_EMAIL_DOMAINS) and no others, since one
    provider serves people of several organisations. Who was not invited is nobody.
    """
    own = [one.lower() for one in verified if one.lower().rpartition("@")[2] in settings.OIDC_EMAIL_DOMAINS]
    return Person.objects.filter(email__in=own, is_active=True).first()
