"""When to expect an answer: what can be said truthfully, of the hours and of how it went; never a promise.

Of how it went: within how much working time half of all tickets of the last three months had a first answer. What had
none yet counts among the half that had not; of fewer than twenty nothing is said. Kept for an hour an organisation.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.core.cache import caches
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.calendars.queries import calendar_of, is_somebodys
from tickets.calendars.words import week_in_words
from tickets.calendars.worktime import Calendar
from tickets.desk.models import Ticket

DAYS = 90
FEWEST = 20
MOST = 3000  # the newest; more tell nothing new
KEPT_SECONDS = 3600
KEY = "expected"


def expected(name: str, at: datetime | None = None) -> list[str]:
    """Return in sentences when the organisation entered, by its `name`, works, and how soon it answered."""
    kept = caches["organisation"]
    found = kept.get(KEY)
    if found is None:
        found = _counted(at or timezone.now())
        kept.set(KEY, found, KEPT_SECONDS)
    return [sentence for sentence in (_hours(name, found), _half(found)) if sentence]


def _counted(now: datetime) -> dict[str, Any]:
    """Return the week in force and its minutes a day, and within how many working minutes half had an answer.

    Hours that nobody of the organisation has set are told to no library.
    """
    calendar = calendar_of()
    hours = calendar.at(now)
    days = [sum(end - start for start, end in blocks) for blocks in hours.week if blocks]
    return {
        "week": [[list(block) for block in blocks] for blocks in hours.week] if is_somebodys() else [],
        "holidays": hours.off.public,
        "day": sum(days) // len(days) if days else 0,
        "half": half_within(_moments(now), calendar),
    }


def _moments(now: datetime) -> list[tuple[datetime, datetime | None]]:
    opened = Ticket.objects.filter(opened_at__gte=now - timedelta(days=DAYS), opened_at__lt=now)
    return list(opened.order_by("-opened_at").values_list("opened_at", "first_answer_at")[:MOST])


def half_within(moments: list[tuple[datetime, datetime | None]], calendar: Calendar) -> int | None:
    """Return within how many working minutes half of these, opened and first answered, had an answer.

    None where they are too few, or half had none.
    """
    answered = sorted(calendar.minutes(opened, first) for opened, first in moments if first)
    half = ceil(len(moments) / 2)
    return answered[half - 1] if len(moments) >= FEWEST and len(answered) >= half else None


def _hours(name: str, found: dict[str, Any]) -> str:
    words = {"name": name, "hours": week_in_words(found["week"])}
    if not words["hours"]:
        return ""
    if found["holidays"]:
        return _("%(name)s is there %(hours)s, not on public holidays.") % words
    return _("%(name)s is there %(hours)s.") % words


def _half(found: dict[str, Any]) -> str:
    if found["half"] is None or not found["day"]:
        return ""
    hours, days = ceil(found["half"] / 60) or 1, ceil(found["half"] / found["day"])
    if hours * 60 <= found["day"]:
        return ngettext(
            "Half of all tickets of the last three months had a first answer within one working hour.",
            "Half of all tickets of the last three months had a first answer within %(n)s working hours.",
            hours,
        ) % {"n": hours}
    return ngettext(
        "Half of all tickets of the last three months had a first answer within one working day.",
        "Half of all tickets of the last three months had a first answer within %(n)s working days.",
        days,
    ) % {"n": days}
