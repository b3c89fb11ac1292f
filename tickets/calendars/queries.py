"""The calendars of the organisation of the moment, as the arithmetic of working time takes them."""

from datetime import date

from django.db.models import Q

from tickets.calendars.daysoff import Closed, DaysOff
from tickets.calendars.models import DEFAULT, ClosingDays, ServiceCalendar, ServiceHours
from tickets.calendars.worktime import Calendar, Hours


def calendars() -> dict[str, Calendar]:
    """Return all calendars by their slug; two queries."""
    own = own_days_off()
    versions: dict[str, list[Hours]] = {}
    for slug, hours in _versions():
        versions.setdefault(slug, []).append(as_hours(hours, own))
    return {slug: Calendar(tuple(found)) for slug, found in versions.items()}


def _versions() -> list[tuple[str, ServiceHours]]:
    found = ServiceHours.objects.select_related("calendar").order_by("calendar", "from_on")
    return [(one.calendar.slug, one) for one in found]


def calendar_of(slug: str = DEFAULT) -> Calendar:
    """Return one calendar; the organisation's own where that one has no hours of its own."""
    found = calendars()
    return found.get(slug) or found[DEFAULT]


def is_somebodys(slug: str = DEFAULT) -> bool:
    """Did somebody set or confirm the hours of this calendar? Those that an organisation begins with are nobody's."""
    return ServiceHours.objects.filter(calendar__slug=slug, made_by__isnull=False).exists()


def own_days_off() -> tuple[Closed, ...]:
    """Return the organisation's own days off."""
    return tuple(as_closed(one) for one in ClosingDays.objects.all())


def as_closed(one: ClosingDays) -> Closed:
    """Return own days off as the arithmetic takes them."""
    return Closed(one.from_on, one.until_on, one.yearly, one.ended_on)


def as_hours(one: ServiceHours, own: tuple[Closed, ...]) -> Hours:
    """Return a version as the arithmetic takes it, with the organisation's own days off."""
    off = DaysOff(one.public_holidays, one.liberation_day, one.good_friday, own)
    return Hours(one.from_on, as_week(one.week), one.time_zone, off)


def as_week(week: list) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the blocks of a week as they are kept, in a form that cannot change."""
    return tuple(tuple((start, end) for start, end in blocks) for blocks in week)


def version_at(calendar: ServiceCalendar, day: date) -> ServiceHours | None:
    """Return the version of a calendar in force on `day`: the last that began, else the first there is."""
    versions = calendar.versions.order_by("from_on")
    return versions.filter(from_on__lte=day).last() or versions.first()


def coming_closings(today: date) -> list[ClosingDays]:
    """Return the organisation's own days off that have not all been on `today`, with who entered them."""
    open_ones = ClosingDays.objects.filter(Q(until_on__gte=today) | Q(yearly=True), ended_on=None)
    return list(open_ones.select_related("made_by").order_by("from_on", "pk"))
