"""A week of hours in words: "maandag tot en met vrijdag 8:30-17:00, zaterdag 10:00-13:00"."""

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from tickets.calendars.week import Blocks, write_blocks


def week_in_words(week: list[Blocks]) -> str:
    """Return the days that have hours, those in a row with the same hours together; in the language of the moment."""
    found: list[tuple[int, int, Blocks]] = []
    for day, blocks in enumerate(week):
        if found and found[-1][2] == blocks:
            found[-1] = (found[-1][0], day, blocks)
        else:
            found.append((day, day, blocks))
    return ", ".join(f"{_days(first, last)} {write_blocks(blocks)}" for first, last, blocks in found if blocks)


def _days(first: int, last: int) -> str:
    days = {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
    if last == first:
        return str(days["first"])
    return (_("%(first)s and %(last)s") if last == first + 1 else _("%(first)s to %(last)s")) % days
