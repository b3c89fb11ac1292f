"""The calendars of an organisation in the API."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.shapes import Out
from tickets.calendars.models import ClosingDays, ServiceCalendar, ServiceHours
from tickets.calendars.queries import coming_closings
from tickets.router import router


class HoursOut(Out):
    """Hours from a day on: for each weekday, Monday first, its blocks as minutes after midnight in `timeZone`."""

    from_on: date
    week: list[list[list[int]]]
    time_zone: str
    public_holidays: bool
    liberation_day: bool
    good_friday: bool


class CalendarOut(Out):
    """A calendar with its versions, oldest first; each counts until the next begins."""

    slug: str
    name: str
    level: str | None
    versions: list[HoursOut]


class ClosingOut(Out):
    """Own days off of the organisation, for all its calendars."""

    name: str
    from_on: date
    until_on: date
    yearly: bool


class CalendarsOut(Out):
    """All calendars, and own days off from today on."""

    calendars: list[CalendarOut]
    closing_days: list[ClosingOut]


@router.get("/calendars", response=CalendarsOut)
def list_calendars(request: HttpRequest):
    """When this organisation works: for its staff and administrators."""
    if not (request.standing.is_staff or request.standing.may(Permission.SETTINGS_CHANGE)):
        raise NotAllowed
    found = ServiceCalendar.objects.prefetch_related("versions")
    closings = coming_closings(timezone.localdate())
    return {"calendars": [_calendar(one) for one in found], "closing_days": [_closing(one) for one in closings]}


def _calendar(one: ServiceCalendar) -> dict[str, object]:
    versions = [_hours(version) for version in one.versions.all()]
    return {"slug": one.slug, "name": one.name, "level": one.level or None, "versions": versions}


def _hours(one: ServiceHours) -> dict[str, object]:
    return {name: getattr(one, name) for name in HoursOut.model_fields}


def _closing(one: ClosingDays) -> dict[str, object]:
    return {name: getattr(one, name) for name in ClosingOut.model_fields}
