"""Who acts: a person through some channel, or a named part of the system. The one `by` of every verb of all apps."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.conf import settings

from tenants.access import Standing
from tenants.channels import Channel
from tenants.models import Organisation, Person
from tenants.refusals import NotAllowed
from tenants.roles import Permission


@dataclass(frozen=True)
class Actor:
    """A person with their standing on one host, or a system actor with exactly the permissions it was given.

    `channel` is the way it came in, `origin` the network address it came from (empty where there is none).
    """

    person: Person | None = None
    standing: Standing | None = None
    system: str = ""
    permissions: frozenset[Permission] = frozenset()
    channel: str = Channel.PAGE
    origin: str = ""

    @classmethod
    def of(cls, standing: Standing, channel: str = Channel.PAGE, origin: str = "") -> "Actor":
        """Return the person of `standing` as actor, with the permissions of that standing."""
        return cls(
            person=standing.person,
            standing=standing,
            permissions=standing.permissions,
            channel=channel,
            origin=origin,
        )

    @classmethod
    def of_request(cls, request: Any) -> "Actor":
        """Return the person who sent `request` as actor: through the API when a token came with it."""
        channel = Channel.API if getattr(request, "token", None) else Channel.PAGE
        return cls.of(request.standing, channel, _origin(request))

    @classmethod
    def at_the_door(cls, request: Any, person: Person | None = None) -> "Actor":
        """Return who signs in, accepts or is refused: known by name at most, and without any permission."""
        return cls(person=person, origin=_origin(request) if request else "")

    @classmethod
    def of_system(cls, name: str, *permissions: Permission, channel: str = Channel.SYSTEM) -> "Actor":
        """Return a named part of the system as actor; it may do what is given here and nothing else."""
        return cls(system=name, permissions=frozenset(permissions), channel=channel)

    def may(self, permission: Permission) -> bool:
        """Was this permission given?"""
        return permission in self.permissions

    def may_at(self, organisation: Organisation, permission: Permission) -> bool:
        """Was this permission given for `organisation`? A person's rights count on the host of their standing alone."""
        if self.standing is not None and self.standing.organisation.pk != organisation.pk:
            return False
        return self.may(permission)

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless this permission was given."""
        if not self.may(permission):
            raise NotAllowed(permission)

    @property
    def key_user_library_ids(self) -> list[int]:
        """Libraries of which it is a key user."""
        return self.standing.key_user_library_ids if self.standing else []

    @property
    def is_staff(self) -> bool:
        """Is it a person who acts for the desk of an organisation?"""
        return bool(self.standing and self.standing.is_staff)


def _origin(request: Any) -> str:
    """Return the address a request came from: behind our own proxies, what the outermost of them saw.

    What stands before that in X-Forwarded-For, the client wrote itself.
    """
    direct = request.META.get("REMOTE_ADDR") or ""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if not 0 < proxies <= len(hops):
        return direct
    try:
        return str(ip_address(hops[-proxies].strip()))
    except ValueError:
        return direct
