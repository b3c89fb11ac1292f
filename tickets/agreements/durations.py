"""How long something may take, as people write it: "4 uur", "1:30", "45 min", "2 werkdagen", "2 dagen einde dag"."""

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets.clocks.reckoning import Target

MOST_MINUTES, MOST_DAYS = 60_000, 250  # a thousand working hours; a year of working days
NUMBER = r"([0-9]{1,5})(?:[.,]([0-9]{1,2}))?"
CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?: ?(?:u|uur|h|hours?))?")
HOURS = re.compile(
    rf"{NUMBER} ?(?:u|uur|uren|h|hrs?|hours?|werkuur|werkuren|working hours?)"
    r"(?: (?:en |and )?([0-9]{1,2})(?: ?m(?:in(?:uten|utes?)?)?)?)?"
)
MINUTES = re.compile(r"([0-9]{1,5}) ?(?:m|min|minuut|minuten|minutes?)")
DAYS = re.compile(
    r"([0-9]{1,3}) ?(?:d|dag|dagen|days?|wd|werkdag|werkdagen|working days?)"
    r"(,? ?(?:eind|einde|end)(?: (?:van de |of the |of )?(?:werk|working )?(?:dag|day))?)?"
)


def read_target(text: str) -> Target | None:
    """Return what `text` says, None where it says nothing. Raises ValueError with what is wrong."""
    text = " ".join(text.lower().replace("\N{NO-BREAK SPACE}", " ").split())
    if not text or text in ("-", "–", "—"):
        return None
    target = _read(text)
    if target is None:
        raise ValueError(_("Write it as 4 hours, 1:30, 45 min or 2 working days."))
    if target.minutes > MOST_MINUTES or target.days > MOST_DAYS:
        raise ValueError(_("At most 1,000 hours or 250 working days."))
    if not (target.minutes or target.days or target.end_of_day):
        raise ValueError(_("This is no time at all; leave it empty where nothing is promised."))
    return target


def _read(text: str) -> Target | None:
    if found := CLOCK.fullmatch(text):
        return Target(60 * int(found[1]) + int(found[2]))
    if found := HOURS.fullmatch(text):
        part = int((found[2] or "0").ljust(2, "0")) * 60 // 100
        return Target(60 * int(found[1]) + part + int(found[3] or 0))
    if found := MINUTES.fullmatch(text):
        return Target(int(found[1]))
    if found := DAYS.fullmatch(text):
        return Target(days=int(found[1]), end_of_day=bool(found[2]))
    return None


def write_target(target: Target | None) -> str:
    """Return a target in the words of the moment, as `read_target` reads them; nothing for none."""
    if target is None:
        return ""
    if target.days or target.end_of_day:
        words = ngettext("%(n)s working day", "%(n)s working days", target.days) % {"n": target.days}
        return _("%(days)s, end of day") % {"days": words} if target.end_of_day else words
    return in_hours(target.minutes)


def in_hours(minutes: int) -> str:
    """Return working minutes as "45 min", "4 u" or "1 u 30"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)s min") % {"n": rest}
    if not rest:
        return _("%(n)s h") % {"n": hours}
    return _("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": rest}


def as_target(kept: dict[str, Any]) -> Target:
    """Return a target from how it is kept: {"minutes": 240} or {"days": 2, "end_of_day": true}."""
    return Target(kept.get("minutes", 0), kept.get("days", 0), kept.get("end_of_day", False))


def as_kept(target: Target) -> dict[str, Any]:
    """Return how a target is kept."""
    if target.days or target.end_of_day:
        return {"days": target.days, **({"end_of_day": True} if target.end_of_day else {})}
    return {"minutes": target.minutes}
