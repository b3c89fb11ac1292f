"""What became of a written ticket turn by turn, as the verbs would have it: to be written down with the volume."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from config.demo.told import Told, Turn
from tickets.states import AFTER_ANSWER, FACT_NAMES, STAFF, State, Visibility

LEVELS = {"S": Visibility.PUBLIC, "I": Visibility.INTERNAL, "P": Visibility.PARTNERS}
NOTHING = {"planned_until": None, "partner": None, "supplier": "", "supplier_number": "", "asked": ""}


def _kept(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Happening:
    """One event of a ticket: its kind, who did it (staff, library or time), and what was said and changed."""

    kind: str
    who: str
    at: datetime
    text: str = ""
    level: str = Visibility.PUBLIC
    changes: dict[str, list] = field(default_factory=dict)


@dataclass
class Retold:
    """A ticket as it was in the end, with what happened on the way."""

    opened_at: datetime
    happened: list[Happening]
    state: str = State.NEW
    first_answer_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    reopened: int = 0
    reopened_at: datetime | None = None
    is_anybodys: bool = False
    fact: dict = field(default_factory=dict)

    def go(self, to: str, at: datetime, fact: dict | None = None) -> dict[str, list]:
        """Take it to another state with what that asks, and return what changed."""
        if not to:
            return {}
        before, self.fact, self.reopened_at = self.fact, fact or {}, None
        pairs = {name: [before.get(name, NOTHING[name]), self.fact.get(name, NOTHING[name])] for name in FACT_NAMES}
        changes = {name: list(map(_kept, pair)) for name, pair in pairs.items() if pair[0] != pair[1]}
        changes["state"] = [self.state, to]
        if to == State.RESOLVED:
            self.resolved_at = at
        elif to == State.CLOSED:
            self.closed_at = at
            self.resolved_at = self.resolved_at or at  # withdrawn: nothing is left to do
        elif self.state in (State.RESOLVED, State.CLOSED):
            self.reopened, self.reopened_at = self.reopened + 1, at
            self.resolved_at = self.closed_at = None
        self.state = to
        return changes

    def pick_up(self, at: datetime) -> None:
        """Let the desk have it."""
        changes = self.own() | (self.go(State.OPEN, at) if self.state == State.NEW else {})
        self.happened.append(Happening("picked_up", "staff", at, changes=changes))

    def own(self) -> dict[str, list]:
        """Let the desk have what nobody has, and return what changed; the person is filled in later."""
        if self.is_anybodys:
            return {}
        self.is_anybodys = True
        return {"assignee": [None, "staff"]}

    def take(self, turn: Turn) -> None:
        """Let a turn happen."""
        at = turn.at
        if turn.who == "S":
            self.first_answer_at = self.first_answer_at or at
            changes = self.go(turn.to or AFTER_ANSWER.get((STAFF, self.state), ""), at, turn.fact) | self.own()
            self.reopened_at = None
            self.happened.append(Happening("answered", "staff", at, turn.text, changes=changes))
        elif turn.who in LEVELS:
            self.happened.append(Happening("noted", "staff", at, turn.text, LEVELS[turn.who]))
        elif turn.who == "L":
            waits = self.state == State.WAITING_REPORTER
            changes = self.go(State.OPEN if waits else "", at)
            self.happened.append(Happening("answered", "library", at, turn.text, changes=changes))
        else:
            who = {">": "staff", "T>": "time"}.get(turn.who, "library")
            self.happened.append(
                Happening("state_changed", who, at, turn.text, changes=self.go(turn.to, at, turn.fact))
            )


def retell(one: Told) -> Retold:
    """Return what became of a written ticket."""
    first = one.turns[0]
    found = Retold(first.at, [Happening("created", "library", first.at, first.text)])
    for turn in one.turns[1:]:
        if turn.who in LEVELS and not found.is_anybodys and not one.is_nobodys:
            found.pick_up(max(found.happened[-1].at, turn.at - timedelta(minutes=5)))
        found.take(turn)
    return found
