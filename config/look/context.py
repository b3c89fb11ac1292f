"""What every page knows: where it is, who looks at it, where they can go."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.organisations.queries import origin
from tenants.roles import Permission


@dataclass(frozen=True)
class Place:
    """An entry of the menu."""

    href: str
    label: str
    current: bool


@dataclass(frozen=True)
class Way:
    """An entry of the switcher: another host of the person who looks, or this one."""

    href: str
    name: str
    current: bool


def page(request: HttpRequest) -> dict[str, object]:
    """Return the variables of the base template. Makes no query of its own."""
    organisation = getattr(request, "organisation", None)
    standing = getattr(request, "standing", None)
    return {
        "organisation": organisation,
        "standing": standing,
        "places": _places(request) if standing is not None and organisation is not None else (),
        "ways": _ways(request),
        "demo": settings.DEMO,
        "elsewhere": settings.SIGN_IN_ELSEWHERE,
        "languages": settings.LANGUAGES,
        "other_language": "en" if getattr(request, "LANGUAGE_CODE", "nl") == "nl" else "nl",
    }


def _ways(request: HttpRequest) -> tuple[Way, ...]:
    """Return the ways to all hosts of the person who looks, by what the door found; none where there is one."""
    arrival, user = getattr(request, "arrival", None), getattr(request, "user", None)
    if arrival is None or arrival.person is None or user is None or user.pk != arrival.person.pk:
        return ()
    ways = tuple(Way(f"{origin(one.domain)}/", one.name, one.pk == arrival.organisation.pk) for one in arrival.hosts)
    return ways if any(not one.current for one in ways) else ()


def _places(request: HttpRequest) -> tuple[Place, ...]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not request.standing:
        return ()
    standing, path = request.standing, request.path_info
    common = origin(settings.DOMAIN)
    found: list[tuple[str, str]] = []
    if standing.organisation.is_common:
        found.append(("/agenda/", _("Work agenda")))
        if standing.may(Permission.PLATFORM_MANAGE):
            found.insert(0, ("/platform/", _("Platform")))
        if standing.may(Permission.STEERING_READ):
            found.append(("/steering/", _("Steering group")))
    elif standing.is_staff:
        found += [("/tickets/", _("Desk")), ("/libraries/", _("Libraries")), ("/reports/promises/", _("Reports"))]
        found.append((f"{common}/agenda/", _("Work agenda")))
    elif standing.may(Permission.TICKETS_GUEST):
        found.append(("/tickets/", _("Opened to you")))
    elif standing.may(Permission.TICKETS_REPORT):
        found += [("/", _("Start")), ("/tickets/", _("My tickets"))]
    if standing.may(Permission.COLLEAGUES_MANAGE):
        found.append(("/colleagues/", _("Members of staff")))
    if standing.may(Permission.PEOPLE_MANAGE):
        found.append(("/people/", _("People")))
    if standing.may(Permission.SETTINGS_CHANGE):
        found.append(("/settings/", _("Settings")))
    if (
        standing.may(Permission.OUTBOX_MANAGE) and not standing.organisation.is_common
    ):  # there it lies with the platform
        found.append(("/outbox/", _("Mail")))
    return tuple(Place(href, label, path == href or (href != "/" and path.startswith(href))) for href, label in found)
