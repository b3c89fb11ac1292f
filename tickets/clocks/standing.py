"""How the clocks of one ticket stand at a moment, with what they follow from: fetched in a few questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tickets.agreements.book import book
from tickets.agreements.terms import Book
from tickets.calendars.worktime import MINUTE, Calendar, whole
from tickets.clocks.following import said_on, story_of
from tickets.clocks.kinds import OWN, ClockKind
from tickets.clocks.models import Interval
from tickets.clocks.story import Counted, Story, Stretch, applied_in, clocks_of, first_due
from tickets.desk.models import Ticket


@dataclass(frozen=True)
class Piece:
    """A part of a clock's time: in which stretch, whether it stands still in it, and the working minutes that count."""

    start: datetime
    end: datetime
    stretch: Stretch
    still: bool
    minutes: int


@dataclass(frozen=True)
class Standing:
    """The clocks of a ticket as they stand at `now`; no intervals where it is from before there were any."""

    now: datetime
    intervals: Sequence[Interval]
    rules: Book
    story: Story
    clocks: Sequence[Counted]

    @property
    def main(self) -> Counted | None:
        """The clock that the page is about: what runs out first, else what stands still, else the resolution."""
        own = [one for one in self.clocks if one.kind in OWN]
        running = [one for one in own if one.runs and one.applied.target]
        resolution = [one for one in own if one.kind == ClockKind.RESOLUTION]
        return first_due(self.clocks) or next(iter([*running, *resolution]), None)

    def calendar(self, clock: Counted) -> Calendar:
        """Return by which hours a clock counts now."""
        return self.rules.calendar(clock.applied.calendar)

    def end(self, clock: Counted) -> datetime:
        """Return until when a clock has come: until it was done, or now."""
        if clock.done_at or not clock.cancelled:
            return max(clock.done_at or self.now, clock.started_at)
        return max(self.story.ended_at or self.now, clock.started_at)

    def pieces(self, clock: Counted) -> list[Piece]:
        """Return the time of a clock, stretch by stretch; their minutes are together what the clock ran."""
        start, end = whole(clock.started_at), whole(self.end(clock))
        terms = applied_in(clock.kind, self.story, self.rules, start, end)
        found = []
        for one in self.story.stretches:
            begins, ends = max(whole(one.began_at), start), min(whole(one.ended_at or end), end)
            if begins >= ends:
                continue
            still = clock.kind in one.pauses or (clock.kind in OWN and one.ended)
            minutes = 0
            for place, (since, said) in enumerate(terms):
                until = whole(terms[place + 1][0]) if place + 1 < len(terms) else ends
                hours = self.rules.calendar(said.calendar)
                minutes += 0 if still else hours.minutes(max(begins, whole(since)), min(ends, until))
            found.append(Piece(begins, ends, one, still, minutes))
        return found

    def late(self, clock: Counted) -> tuple[datetime, datetime] | None:
        """Return from when until when a clock was late."""
        late = clock.course.late
        if late is None:
            return None
        end = whole(self.end(clock))
        later = [one.at for one in clock.course.shifts if one.at > late.at and (one.due is None or one.due > one.at)]
        return late.at, max(min(later, default=end), late.at + MINUTE)


def standing_of(ticket: Ticket, now: datetime) -> Standing:
    """Return how the clocks of a ticket stand, in three questions."""
    intervals = list(ticket.intervals.select_related("actor", "library").order_by("place"))
    rules = book()
    story = story_of(ticket, intervals, said_on([ticket.pk]).get(ticket.pk, []) if intervals else [])
    return Standing(now, intervals, rules, story, clocks_of(story, rules, now) if intervals else [])
