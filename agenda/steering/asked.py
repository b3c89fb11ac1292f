"""What a result that is not on track asks, and of whom."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from agenda.work.models import Status
from agenda.work.rows import Part, Row


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that is asked of one organisation, because of one result."""

    organisation: int
    name: str
    text: str
    number: int
    title: str
    state: str


def days_late(row: Row, today: date) -> int:
    """Return how many days a running result is past its planned end; 0 when it is not."""
    return max(0, (today - row.due).days)


def is_trouble(row: Row, today: date) -> bool:
    """Does a result belong among those that want attention: off track, at risk, or late whatever it says?"""
    return not row.on_track or days_late(row, today) > 0


def stuck_parts(row: Row) -> tuple[Part, ...]:
    """Return the parts that hold a result up: those off track, or where there are none, those at risk."""
    for status in (Status.OFF_TRACK, Status.AT_RISK):
        found = tuple(one for one in row.parts if one.status == status)
        if found:
            return found
    return ()


def asks_of(row: Row, today: date) -> list[Ask]:
    """Return what a result asks.

    - Of each organisation whose part holds it up: to get that part going, with what it said it does.
    - Of the lead, when the result is late: a new date, or the end.
    - Of the lead, when it is off track or at risk and no part is: to say what is needed.
    """
    if not is_trouble(row, today):
        return []
    held_up = stuck_parts(row)
    found = {one.organisation: (one.name, _part(one)) for one in held_up}
    if days_late(row, today):
        asked = _("agree on a new date, or round it off")
        also = found.get(row.lead_id)
        found[row.lead_id] = (row.lead, f"{also[1]}; {asked}" if also else asked)
    elif not held_up:
        found[row.lead_id] = (row.lead, _("say what is needed to get it back on track"))
    return [Ask(pk, name, text, row.number, row.title, row.state) for pk, (name, text) in found.items()]


def _part(part: Part) -> str:
    asked = _("get its part back on track")
    return f"{asked} ({part.description.rstrip('.')})" if part.description else asked
