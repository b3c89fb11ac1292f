"""Which agreement applies to a ticket, and what it says: the one order of precedence. No database.

The contract of the library goes before the service level of the location, that before the type, that before what holds
for all. It is asked for each clock by itself: where the one says nothing of it, the next counts. Of several locations
the strictest level counts: the one that is due first.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tickets.calendars.worktime import Calendar
from tickets.clocks.kinds import PAUSES, ClockKind
from tickets.clocks.reckoning import Target, Terms, promised

ANY_TYPE = "*"
CONTRACT, LEVEL, TYPE, ALL, SUPPLIER = "contract", "level", "type", "all", "supplier"
STRICTEST_FIRST = ("large", "medium", "small")

# (type or ANY_TYPE, priority, clock) -> target
Targets = Mapping[tuple[str, str, str], Target]


@dataclass(frozen=True)
class Version:
    """What an agreement says from a day on; `pauses` None: as the agreement for all says."""

    pk: int | None
    from_on: date
    targets: Targets = field(default_factory=dict)
    update_mode: str = "after_reporter"
    pauses: Mapping[str, Sequence[str]] | None = None
    calendar: str = ""

    def target(self, type: str, priority: str, clock: str) -> Target | None:
        """Return what it says of a clock; what it says of this type goes before what it says of any."""
        return self.targets.get((type, priority, clock)) or self.targets.get((ANY_TYPE, priority, clock))


@dataclass(frozen=True)
class Promise:
    """An agreement with its versions, oldest first, and the days on which it holds: those of its contract."""

    key: str
    value: str
    versions: tuple[Version, ...]
    first: date = date.min
    last: date = date.max

    def at(self, day: date) -> Version | None:
        """Return the version in force on `day`."""
        if not self.first <= day <= self.last:
            return None
        place = bisect_right([one.from_on for one in self.versions], day)
        return self.versions[place - 1] if place else None

    def days(self) -> Iterator[date]:
        """Yield the days on which it begins to say something else."""
        yield from (max(one.from_on, self.first) for one in self.versions)
        if self.last < date.max:
            yield date.fromordinal(self.last.toordinal() + 1)


@dataclass(frozen=True)
class Situation:
    """What decides which agreement applies; `levels` are those of its locations."""

    type: str
    priority: str
    library: int
    platform: int
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Applied:
    """What counts for a clock: by which promise, and which version; without any nothing was agreed."""

    target: Target | None
    calendar: str
    promise: Promise | None = None
    version: Version | None = None


@dataclass(frozen=True)
class Book:
    """All rules of one organisation, as they stand in the database under `stamp`."""

    stamp: str
    calendars: Mapping[str, Calendar]
    contracts: Mapping[int, tuple[Promise, ...]]  # by library
    suppliers: Mapping[int, tuple[Promise, ...]]  # by platform
    levels: Mapping[str, Promise]
    types: Mapping[str, Promise]
    all: Promise
    level_calendars: Mapping[str, str] = field(default_factory=dict)
    _turns: dict[tuple, list[datetime]] = field(default_factory=dict, repr=False, compare=False)

    def calendar(self, slug: str) -> Calendar:
        """Return a calendar; the organisation's own where there is none of that name."""
        return self.calendars.get(slug) or self.calendars["default"]

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment, where the organisation is."""
        return self.calendars["default"].day_of(moment)

    def midnight(self, day: date) -> datetime:
        """Return the first moment of a day, where the organisation is, in UTC."""
        own = self.calendars["default"]
        zone = own.at(datetime.combine(day, time(12), UTC)).zone
        return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)

    def promises(self, clock: str, at: Situation) -> list[Promise]:
        """Return the promises that may count for a clock, in the order of precedence."""
        if clock == ClockKind.SUPPLIER:
            return list(self.suppliers.get(at.platform, ()))
        found = list(self.contracts.get(at.library, ()))
        found += [self.levels[one] for one in STRICTEST_FIRST if one in at.levels and one in self.levels]
        found += [self.types[at.type]] if at.type in self.types else []
        return [*found, self.all]

    def applied(self, clock: str, at: Situation, moment: datetime, *, start: datetime) -> Applied:
        """Return what counts for a clock that began at `start`, by the rules of `moment`."""
        found = self._candidates(clock, at, moment)
        if not found:
            return Applied(None, self._level_calendar(at))
        return found[0] if len(found) == 1 else min(found, key=lambda one: self._due(one, start))

    def _candidates(self, clock: str, at: Situation, moment: datetime) -> list[Applied]:
        """Return what may count for a clock: the first promise that speaks of it, or each level that does."""
        day = self.day_of(moment)
        strict: list[Applied] = []
        for promise in self.promises(clock, at):
            if strict and promise.key != LEVEL:
                break
            version = promise.at(day)
            target = version and version.target(at.type, at.priority, clock)
            if version is None or target is None:
                continue
            applied = Applied(target, self._calendar(promise, version, at), promise, version)
            if promise.key != LEVEL:
                return [applied]
            strict.append(applied)
        return strict

    def _calendar(self, promise: Promise, version: Version, at: Situation) -> str:
        if version.calendar:
            return version.calendar
        if promise.key == LEVEL:
            return self.level_calendars.get(promise.value, "default")
        return "default" if promise.key == SUPPLIER else self._level_calendar(at)

    def _level_calendar(self, at: Situation) -> str:
        found = (
            self.level_calendars[one] for one in STRICTEST_FIRST if one in at.levels and one in self.level_calendars
        )
        return next(found, "default")

    def _due(self, applied: Applied, start: datetime) -> datetime:
        terms = Terms(start, applied.target, self.calendar(applied.calendar))
        return promised(start, terms) or datetime.max.replace(tzinfo=UTC)

    def pauses(self, at: Situation, moment: datetime) -> Mapping[str, Sequence[str]]:
        """Return in which states each clock stands still: as the contract says, else as the agreement for all does."""
        day = self.day_of(moment)
        for promise in (*self.contracts.get(at.library, ()), self.all):
            version = promise.at(day)
            if version is not None and version.pauses is not None:
                return version.pauses
        return PAUSES

    def update_mode(self, at: Situation, moment: datetime) -> str:
        """Return within which time the library hears something again: by the promise that says so of updates."""
        found = self._candidates(ClockKind.UPDATE, at, moment)
        modes = {one.version.update_mode for one in found if one.version}
        if len(modes) == 1:
            return modes.pop()
        applied = self.applied(ClockKind.UPDATE, at, moment, start=moment)
        return applied.version.update_mode if applied.version else "after_reporter"

    def turns_on(self, day: date) -> bool:
        """Does any rule begin or end to count on `day`?"""
        groups = (*self.contracts.values(), *self.suppliers.values(), self.levels.values(), self.types.values())
        promises = [self.all, *(promise for group in groups for promise in group)]
        begins = {hours.from_on for calendar in self.calendars.values() for hours in calendar.versions}
        return day in begins or any(day in promise.days() for promise in promises)

    def turns(self, at: Situation, start: datetime, end: datetime) -> list[datetime]:
        """Return the moments between two at which other rules may begin to count in this situation, in order."""
        key = at.type, at.library, at.platform, at.levels
        if key not in self._turns:
            self._turns[key] = self._all_turns(at)
        found = self._turns[key]
        return found[bisect_right(found, start) : bisect_right(found, end)]

    def _all_turns(self, at: Situation) -> list[datetime]:
        promises = (one for clock in (ClockKind.RESOLUTION, ClockKind.SUPPLIER) for one in self.promises(clock, at))
        days = {day for promise in promises for day in promise.days() if date(1971, 1, 1) < day < date(9000, 1, 1)}
        return [self.midnight(day) for day in sorted(days)]
