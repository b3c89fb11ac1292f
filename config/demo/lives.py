"""What happens to one ticket that is made in volume, and the intervals and clocks that come of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.demo.places import Written
from tenants.models import Location, Organisation
from tickets.agreements.book import book
from tickets.agreements.terms import Situation
from tickets.clocks.following import summary_of, values_of
from tickets.clocks.story import Said, Story, Stretch, clocks_of
from tickets.models import Clock
from tickets.rules.stamp import stamp_now
from tickets.sharing import PROMISES, promises_of


@dataclass(frozen=True)
class Turn:
    """From a moment on a ticket is in a state, and waits for somebody perhaps; the event says who did it."""

    at: datetime
    state: str
    event: int
    actor: int | None
    party: str = ""


@dataclass
class Life:
    """A ticket on its way into the rows: its key, what was said to and fro, its states."""

    rows: Written
    pk: int
    said: list[Said] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


class Clocks:
    """Makes the clocks of tickets as the verbs would have left them, by the rules of now of the organisation entered.

    Those that still run stand as they do at `until`.
    """

    def __init__(self, organisation: Organisation, until: datetime):
        (stamp,) = stamp_now()
        self.rules, self.until = book(stamp), until
        own = Location.objects.current().filter(library__organisation=organisation)
        self.levels = dict(own.values_list("pk", "level"))

    def add(self, life: Life, facts: Mapping[str, Any], places: Sequence[int]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Add the rows of the intervals and clocks of a ticket.

        Return what stands on itself of them, and what is published of them, both by the names of the columns.

        `places` are the keys of its locations, or of all of its library.
        """
        levels = tuple(sorted({self.levels[pk] for pk in places}))
        what = Situation(facts["type"], facts["priority"], facts["library_id"], facts["platform_id"], levels)
        pauses = self.rules.pauses(what, facts["opened_at"])
        ends = [turn.at for turn in life.turns[1:]]
        stretches = []
        for place, (turn, end) in enumerate(zip(life.turns, [*ends, None], strict=True)):
            still = sorted(clock for clock, states in pauses.items() if turn.state in states)
            stretches.append(Stretch(turn.at, end, turn.state, what, tuple(still), turn.party))
            life.rows.intervals.add(
                ticket_id=life.pk,
                place=place,
                began_at=turn.at,
                ended_at=end,
                state=turn.state,
                party=turn.party,
                pauses=still,
                type=what.type,
                priority=what.priority,
                library_id=what.library,
                platform_id=what.platform,
                levels=list(levels),
                event_id=turn.event,
                actor_id=turn.actor,
                system_actor="" if turn.actor else "auto_close",
            )
        story = Story(facts["opened_at"], stretches, life.said[1:], facts["first_answer_at"])
        found = clocks_of(story, self.rules, self.until)
        rows = [values_of(one) for one in found]
        for row in rows:
            life.rows.clocks.add(ticket_id=life.pk, **row)
        return summary_of(found, self.rules), promises_of(Clock(**row) for row in rows if row["kind"] in PROMISES)
