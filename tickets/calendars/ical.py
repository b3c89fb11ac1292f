"""Days off from a calendar file (iCalendar, RFC 5545) that somebody uploads: whole days, and those of each year."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar as File
from icalendar import Component
from icalendar.error import BrokenCalendarProperty

from tickets.calendars.actions import YEARS_AHEAD, Closing, tidy

SIZE = 500_000  # bytes
EVENTS = 1000
LINE = 1000  # letters of a line that are read
# What is read of an event, each once but for what repeats it; all else of a file is nobody's business here.
ONCE = {"DTSTART", "DTEND", "DURATION", "SUMMARY", "STATUS"}
REPEATED = {"RRULE", "RDATE", "EXDATE"}
PROPERTY = re.compile(r'([A-Z-]+)((?:;(?:[^":;]|"[^"]*")*)*):(.*)', flags=re.I)


class Unreadable(Exception):
    """This is no calendar that can be read; the text says why."""


@dataclass
class Found:
    """What a file holds: days off from today on, and how many events are left out, by why."""

    closings: list[Closing] = field(default_factory=list)
    over: int = 0
    far: int = 0
    no_day: int = 0
    repeats: int = 0
    cancelled: int = 0


def read(content: bytes, today: date) -> Found:
    """Return the days off that a file says, from `today` on. Raises Unreadable."""
    if len(content) > SIZE:
        raise Unreadable(_("The file is larger than 500 kilobytes."))
    lines = _lines_of_events(content)
    if lines.count("BEGIN:VEVENT") > EVENTS:
        raise Unreadable(_("There are more than 1,000 events in it."))
    found = Found()
    try:
        for event in File.from_ical("\r\n".join(lines).encode()).walk("VEVENT"):
            try:
                _take(event, found, today)
            except BrokenCalendarProperty:
                found.no_day += 1
    except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        raise Unreadable(_("This is no calendar file (.ics) that can be read.")) from error
    found.closings.sort(key=lambda one: (one.from_on, one.name))
    return found


def _lines_of_events(content: bytes) -> list[str]:
    """Return a calendar of nothing but what is read of its events: no time zones, alarms or words of others.

    Time zones would be looked up by their name and kept by the library; a whole day needs none.
    """
    folded = re.sub(r"\r?\n[ \t]", "", _decoded(content))
    kept, inside, seen = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-"], 0, set()
    if "BEGIN:VCALENDAR" not in folded.upper():
        raise Unreadable(_("This is no calendar file (.ics) that can be read."))
    for line in re.split(r"\r?\n", folded):
        mark = line[:40].strip().upper()
        if inside == 0 and mark == "BEGIN:VEVENT":
            inside, seen = 1, set()
            kept.append(mark)
        elif inside and mark.startswith("BEGIN:"):
            inside += 1
        elif inside and mark.startswith("END:"):
            inside -= 1
            if inside == 0:
                kept.append("END:VEVENT")
        elif inside == 1 and (found := PROPERTY.match(line[:LINE])):
            name, parameters, value = found[1].upper(), found[2].upper(), found[3]
            if name in REPEATED or (name in ONCE and name not in seen):
                seen.add(name)
                kept.append(f"{name};VALUE=DATE:{value}" if ";VALUE=DATE;" in f"{parameters};" else f"{name}:{value}")
    if inside:
        raise Unreadable(_("This is no calendar file (.ics) that can be read."))
    return [*kept, "END:VCALENDAR"]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _take(event: Component, found: Found, today: date) -> None:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        found.cancelled += 1
        return
    span = _days(event)
    if span is None:
        found.no_day += 1
        return
    first, last = span
    repeats = bool(event.get("RRULE")) or bool(event.get("RDATE"))
    yearly = repeats and first == last and _yearly(event)
    if repeats and not yearly:
        found.repeats += 1
        return
    if yearly:
        first = last = _coming(first, today)
    if last < today:
        found.over += 1
        return
    if first.year > today.year + YEARS_AHEAD:
        found.far += 1
        return
    name = tidy(str(event.get("SUMMARY", "")))[:80].strip() or _("closed")
    found.closings.append(Closing(name, max(first, today), last, yearly))


def _days(event: Component) -> tuple[date, date] | None:
    """Return the first and last whole day of an event; None for a part of a day and for what makes no sense."""
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    length = _value(event, "DURATION")
    if start is None or isinstance(start, datetime):
        return None
    try:
        if isinstance(end, date) and not isinstance(end, datetime):
            last = end - timedelta(days=1)  # a whole day ends where the next begins
        elif isinstance(length, timedelta):
            last = start + length - timedelta(days=1)
        else:
            last = start
    except OverflowError:
        return None
    last = max(last, start)
    return (start, last) if (last - start).days <= 366 else None


def _moment(event: Component, name: str) -> date | datetime | None:
    found = _value(event, name)
    return found if isinstance(found, date) else None


def _value(event: Component, name: str) -> object:
    """Return what a line of an event says; None where it is not there, or there twice."""
    return getattr(event.get(name), "dt", None)


def _yearly(event: Component) -> bool:
    """Does it come back on that day of each year, without an end?"""
    rule = event.get("RRULE")
    if event.get("RDATE") or event.get("EXDATE") or not hasattr(rule, "get"):
        return False
    known = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "WKST"}
    plain = {str(name).upper() for name in rule} <= known and rule.get("INTERVAL", [1]) == [1]
    return plain and [str(one).upper() for one in rule.get("FREQ", [])] == ["YEARLY"]


def _coming(day: date, today: date) -> date:
    """Return the first day of that month and number from `today` on."""
    for year in range(max(today.year, day.year), max(today.year, day.year) + 9):
        try:
            found = day.replace(year=year)
        except ValueError:  # 29 February
            continue
        if found >= today:
            return found
    return day
