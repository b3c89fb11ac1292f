"""The written tickets of the demo, as the files in `written/` tell them: who said what, and when.

A ticket is a table `[[ticket]]`: type, subject, category (code; of a group, or empty, where the desk has still to sort
it), library (slug), urgency, `ago` (working days before today on which it was filed), perhaps `locations` (how many are
hit) and `talk`, its turns in order:

    ["L", "text"]                the library; the first turn is what it files
    ["S", "text"]                the desk, public; a third value is the state it goes to with these words
    ["I", "text"]                the desk, internal
    ["P", "text"]                the desk, for colleague POIs
    [">", "waiting_supplier"]    the desk takes it to that state; a third value is the supplier, else that of the system
    ["L<", "text"]               the library opens it again, and says why
    ["L>", "closed"]             the library confirms
    ["T>", "closed"]             time closes it
    ["+", 2]                     two working days go by
"""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from textwrap import shorten
from zoneinfo import ZoneInfo

from django.utils import timezone

from tickets.states import State

WRITTEN = Path(__file__).parent / "written"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CLOSING = timedelta(days=7)  # five working days
FIRST = "first.toml"


@dataclass(frozen=True)
class Turn:
    """Something said or done on a ticket: by whom (as the files mark it), the text, and the state it goes to."""

    who: str
    text: str
    to: str
    at: datetime
    fact: dict = field(default_factory=dict)  # what a waiting state asks; a colleague POI by its slug


@dataclass(frozen=True)
class Told:
    """A written ticket with the moments of its turns."""

    place: int  # among all written tickets, by moment: for small differences that are always the same
    row: dict
    turns: list[Turn]
    is_first: bool  # said through the verbs; the others are written down with the volume

    @property
    def is_nobodys(self) -> bool:
        """Does nobody pick it up?"""
        return self.place % 5 == 0

    @property
    def is_of_key_user(self) -> bool:
        """Was it filed by the key user, or else at the counter?"""
        return self.place % 3 == 0

    @property
    def is_for_lead(self) -> bool:
        """Does the desk lead work on it, or else the functional manager?"""
        return self.place % 4 == 3


def working_day(ago: int, hour: int, minute: int) -> datetime:
    """Return a moment `ago` working days before today (weekends skipped), in local time."""
    day = timezone.localdate()
    while ago > 0 or day.weekday() >= 5:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            ago -= 1
    return datetime.combine(day, time(hour, minute), AMSTERDAM)


def told() -> list[Told]:
    """Return all written tickets, the oldest first."""
    latest = timezone.now() - timedelta(minutes=1)
    rows = [
        (row, path.name == FIRST)
        for path in sorted(WRITTEN.glob("*.toml"))
        for row in tomllib.loads(path.read_text())["ticket"]
    ]
    ordered = sorted(rows, key=lambda found: -found[0]["ago"])
    return [Told(place, row, turns_of(row, place, latest), first) for place, (row, first) in enumerate(ordered)]


def turns_of(row: dict, place: int, latest: datetime) -> list[Turn]:
    """Return the turns of a ticket with their moments: some minutes apart, unless days go by."""
    ago = row["ago"]
    at = working_day(ago, 8 + place % 4, (place * 13) % 60)
    found: list[Turn] = []
    that_day = 0
    for who, *said in row["talk"]:
        if who == "+":
            ago, that_day = max(0, ago - said[0]), 0
            at = working_day(ago, 9 + place % 5, (place * 17) % 60)
            continue
        if found:
            at += CLOSING if who == "T>" else timedelta(minutes=17 + 41 * that_day + place % 30)
            that_day += 1
        text, to = (said[0], (said[1:] or [""])[0]) if who in ("L", "S", "I", "P") else ("", said[0])
        if who == "L<":
            text, to = said[0], "open"
        at_most, asked = min(at, latest), text if who == "S" else _last_word(found)
        supplier = said[1] if who == ">" and said[1:] else "OCLC"
        found.append(Turn(who, text, to, at_most, _fact(to, at_most, place, asked, supplier)))
    return found


def _last_word(turns: list[Turn]) -> str:
    return next((turn.text for turn in reversed(turns) if turn.who == "S"), "")


def _fact(to: str, at: datetime, place: int, asked: str, supplier: str) -> dict:
    """Return what a state asks: planned until a day that is still to come, at which supplier, by whom, what."""
    later = max(timezone.localdate(at) + timedelta(days=21), timezone.localdate() + timedelta(days=3 + place % 40))
    facts: dict[str, dict] = {
        State.PLANNED: {"planned_until": later},
        State.WAITING_SUPPLIER: {"supplier": supplier, "supplier_number": f"{4400 + 7 * place}"},
        State.WAITING_PARTNER: {"partner": "bisc"},
        State.WAITING_REPORTER: {"asked": shorten(asked, 300, placeholder="…")},
    }
    return facts.get(to, {})


def steps_of(row: dict, slug: str, agreed: datetime) -> list[tuple[str, str, datetime]]:
    """Return how a part came to stand as it does (status, what it does, when): with the reports, never worse than them.

    What holds it up ("; wacht op ...") is said when it is held up and not before.
    """
    worse = ("on_track", "at_risk", "off_track")
    last, said = row["parts"][slug], row.get("does", {}).get(slug, "")
    steps = [("on_track", said if last == "on_track" else said.partition(";")[0], agreed + timedelta(days=7))]
    reports = row.get("reports", [])
    for report in reports:
        then = last if report is reports[-1] else min(last, report["status"], key=worse.index)
        if then != steps[-1][0]:
            steps.append((then, said, working_day(report["ago"] + 2, 11, 0)))
    return steps
