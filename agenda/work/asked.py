"""Which results want attention, why, what they ask, and of whom. One rule for list, result and steering page.

A result that runs wants attention when it is off track or at risk, when it is past its planned end, when the part of
any organisation is off track or at risk whatever the lead says of the whole, or when it asks the steering
group something.
How the whole stands ("together") is what the lead reported last: it is no sum of the parts.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from agenda.work.models import Status
from agenda.work.rows import Part, Row, days_late

STEERING = 0  # stands for the steering group among organisations


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked of one organisation, or of the steering group, because of one result."""

    organisation: int
    name: str
    text: str
    number: int
    title: str
    state: str


def is_trouble(row: Row, today: date) -> bool:
    """Does a result want attention? See the rule above."""
    if row.finished:
        return False
    return not row.on_track or days_late(row, today) > 0 or bool(not_on_track(row)) or bool(row.asked)


def rank(row: Row) -> int:
    """Return the place of a result among others, as `red_first`: off track, at risk, in a part or asking, the rest."""
    if row.on_track:
        return 2 if row.asked or not_on_track(row) else 3
    return 0 if row.state == Status.OFF_TRACK else 1


def not_on_track(row: Row) -> tuple[Part, ...]:
    """Return the parts that are off track or at risk."""
    return tuple(one for one in row.parts if one.status != Status.ON_TRACK)


def stuck_parts(row: Row) -> tuple[Part, ...]:
    """Return the parts that hold a result up most: those off track, or where there are none, those at risk."""
    return tuple(one for one in row.parts if one.status == Status.OFF_TRACK) or not_on_track(row)


def asks_of(row: Row, today: date) -> list[Ask]:
    """Return what a result asks.

    - Of the steering group: what the lead asked of it in the last report.
    - Of each organisation whose part is off track or at risk: to get that part going, with what it said it does.
    - Of the lead, when the result is late: a new date, or the end.
    - Of the lead, when it is off track or at risk and no part is: to say what is needed.
    """
    if not is_trouble(row, today):
        return []
    found = {STEERING: (_("the steering group"), row.asked.rstrip("."))} if row.asked else {}
    held_up = not_on_track(row)
    found |= {one.organisation: (one.name, _part(one)) for one in held_up}
    if days_late(row, today):
        asked = _("agree on a new date, or round it off")
        also = found.get(row.lead_id)
        found[row.lead_id] = (row.lead, f"{also[1]}; {asked}" if also else asked)
    elif not held_up and not row.on_track and not row.asked:
        found[row.lead_id] = (row.lead, _("say what is needed to get it back on track"))
    return [Ask(pk, name, text, row.number, row.title, row.state) for pk, (name, text) in found.items()]


def _part(part: Part) -> str:
    asked = _("get its part back on track")
    return f"{asked} ({part.description.rstrip('.')})" if part.description else asked
