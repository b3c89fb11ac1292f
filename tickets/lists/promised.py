"""The tickets that a number of the report on promises counts.

Written as missed.first_answer.20261001.20261231, with .level.large or .library.eemland where it is of one. A ticket
counts once for each kind of clock: late where one of them was late, else running where one runs, else in time.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Self

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import Library, Location
from tenants.web.moments import day
from tickets.clocks.kinds import OWN, ClockKind
from tickets.clocks.models import Clock, Interval
from tickets.clocks.outcomes import IN_TIME, LATE, RUNNING

AGREED, REACHED, MISSED, STILL, DONE = "agreed", "reached", "missed", "running", "done"
WORDS = {
    AGREED: gettext_lazy("%(clock)s, with an agreed time"),
    REACHED: gettext_lazy("%(clock)s, in time"),
    MISSED: gettext_lazy("%(clock)s, too late"),
    STILL: gettext_lazy("%(clock)s, still runs and is in time"),
    DONE: gettext_lazy("%(clock)s, with an agreed time and done"),
}
# From the strictest down: a ticket counts at the first of these that one of its locations has.
LEVELS = (Location.Level.LARGE, Location.Level.MEDIUM, Location.Level.SMALL)
NO_LEVEL = "none"
LIBRARY, LEVEL = "library", "level"
DIGITS = "%Y%m%d"


def at_midnight(on: date) -> datetime:
    """Return the first moment of a day."""
    return timezone.make_aware(datetime.combine(on, time.min))


@dataclass(frozen=True)
class Promised:
    """Tickets with a clock of a kind that began in some days: of one library or level (`group`), or of all."""

    what: str
    kind: str
    first_on: date
    last_on: date
    group: tuple[str, str] | None = field(default=None)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what is written so, or None."""
        parts = text.split(".", 5)
        if len(parts) not in (4, 6) or parts[0] not in WORDS or parts[1] not in OWN:
            return None
        first_on, last_on = _day(parts[2]), _day(parts[3])
        group = (parts[4], parts[5]) if len(parts) == 6 else None
        if first_on is None or last_on is None or (group and not _is_group(*group)):
            return None
        return cls(parts[0], parts[1], first_on, last_on, group)

    def __str__(self) -> str:
        days = (self.first_on.strftime(DIGITS), self.last_on.strftime(DIGITS))
        return ".".join((self.what, self.kind, *days, *(self.group or ())))

    @property
    def condition(self) -> Q:
        """What a ticket is that counts."""
        clocks = Clock.objects.filter(
            ticket=OuterRef("pk"),
            kind=self.kind,
            started_at__gte=at_midnight(self.first_on),
            started_at__lt=at_midnight(self.last_on + timedelta(days=1)),
        )
        late, runs = Exists(clocks.filter(LATE)), Exists(clocks.filter(RUNNING))
        found = {
            AGREED: Q(Exists(clocks.filter(LATE | IN_TIME | RUNNING))),
            REACHED: Q(Exists(clocks.filter(IN_TIME))) & ~Q(late) & ~Q(runs),
            MISSED: Q(late),
            STILL: Q(runs) & ~Q(late),
            DONE: Q(Exists(clocks.filter(LATE | IN_TIME, done_at__isnull=False))),
        }[self.what]
        return found & self._of_group()

    def _of_group(self) -> Q:
        if self.group is None:
            return Q()
        by, name = self.group
        if by == LIBRARY:
            return Q(library__slug=name)
        last = Interval.objects.filter(ticket=OuterRef("pk"), ended_at=None)
        if name == NO_LEVEL:
            return ~Q(Exists(last.exclude(levels=[])))
        stricter = list(LEVELS[: LEVELS.index(Location.Level(name))])
        return Q(Exists(last.filter(levels__contains=[name]).exclude(levels__overlap=stricter)))

    @property
    def words(self) -> str:
        """What is said of it, above the list."""
        said = capfirst(str(WORDS[self.what]) % {"clock": ClockKind(self.kind).label})
        days = _("began %(from)s up to and including %(to)s") % {"from": day(self.first_on), "to": day(self.last_on)}
        return " · ".join(one for one in (said, days, self._group_words()) if one)

    def _group_words(self) -> str:
        if self.group is None:
            return ""
        by, name = self.group
        if by == LEVEL:
            return level_words(name)
        return Library.objects.filter(slug=name).values_list("name", flat=True).first() or name


def level_words(name: str) -> str:
    """Return a service level, or that there is none, in words."""
    return _("no service level") if name == NO_LEVEL else _("service level %(level)s") % {"level": _level(name)}


def _level(name: str) -> str:
    return str(Location.Level(name).label)


def _is_group(by: str, name: str) -> bool:
    return by == LIBRARY or (by == LEVEL and name in (*LEVELS, NO_LEVEL))


def _day(text: str) -> date | None:
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        return None
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None
