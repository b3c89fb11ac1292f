"""What happened to a result, in words: who changed what from what to what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agenda.history.events import Kind, Plain
from agenda.history.models import Event
from agenda.work.actions import AGREED, PART, STANDS
from agenda.work.models import Contribution, PolicyGoal, Status, WorkItem
from tenants.models import Organisation
from tenants.refusals import Stale
from tenants.web.refused import Clashing

LONG = 90
NOTHING = "–"
ORDER = (*AGREED, "contributors", *STANDS, *PART)


@dataclass(frozen=True)
class Line:
    """One field: its value before and after in words; `long` when the two do not fit in a sentence."""

    label: str
    before: str
    after: str

    @property
    def was(self) -> bool:
        """Was there anything before?"""
        return self.before != NOTHING

    @property
    def long(self) -> bool:
        """Is either text too long to read in a line?"""
        return max(len(self.before), len(self.after)) > LONG


@dataclass(frozen=True)
class Told:
    """One event in words; a report has its text, and how the result stood then."""

    event: Event
    what: str
    text: str
    lines: list[Line]
    progress: str
    status: str
    finished: str


class Words:
    """Says values as people read them; reads the names of organisations and goals once."""

    def __init__(self):
        self.organisations = dict(Organisation.objects.values_list("slug", "name"))
        self.goals = {one.code: one.name for one in PolicyGoal.objects.all()}

    def label(self, address: str) -> str:
        """Return the name of a field; of a part's field with the organisation before it."""
        slug, slash, name = address.rpartition("/")
        if address == "contributors":
            return _("Contributing organisations")
        field = (Contribution if slash else WorkItem)._meta.get_field(name)
        label = str(field.verbose_name)
        return f"{self.organisations.get(slug, slug)}: {label}" if slash else label

    def value(self, address: str, value: Plain) -> str:
        """Return a plain value of a field in words; a dash for nothing."""
        name = address.rpartition("/")[2]
        if value in (None, "", []):
            return NOTHING
        if name == "status":
            return str(Status(value).label)
        if name == "theme":
            return str(WorkItem.Theme(value).label)
        if name in {"planned_from", "planned_to", "finished_on"}:
            return _day(date.fromisoformat(str(value)))
        if name == "progress":
            return f"{value} %"
        if name == "goal":
            return self.goals.get(str(value), str(value))
        if name == "lead":
            return self.organisations.get(str(value), str(value))
        if isinstance(value, list):
            return ", ".join(self.organisations.get(slug, slug) for slug in value)
        return str(value)

    def lines(self, event: Event) -> list[Line]:
        """Return the fields that an event changed; of a new result none."""
        if event.kind == Kind.ITEM_CREATED:
            return []
        payload = event.payload
        lines = [
            Line(self.label(name), self.value(name, payload.before.get(name)), self.value(name, payload.after[name]))
            for name in sorted(payload.changed, key=_place)
        ]
        return [line for line in lines if line.before != line.after]

    def told(self, events: Iterable[Event]) -> list[Told]:
        """Return events in words, in their order."""
        return [self._told(event) for event in events]

    def _told(self, event: Event) -> Told:
        payload = event.payload
        reported = event.kind == Kind.REPORTED
        return Told(
            event=event,
            what=str(Kind(event.kind).label),
            text=payload.text,
            lines=self.lines(event),
            progress=self.value("progress", payload.after["progress"]) if reported else "",
            status=str(payload.after["status"]) if reported else "",
            finished=self.value("finished_on", payload.after["finished_on"]) if reported else "",
        )

    def clashing(self, refusal: Stale, typed: dict[str, Plain]) -> list[Clashing]:
        """Return the fields of a refusal beside what was typed, by their address."""
        return [
            Clashing(
                label=self.label(one.name),
                theirs=self.value(one.name, one.now),
                mine=self.value(one.name, typed[one.name]),
                who=one.who,
                at=one.at,
            )
            for one in refusal.clashes
        ]


def _place(address: str) -> tuple[str, int]:
    slug, _slash, name = address.rpartition("/")
    return slug, ORDER.index(name)


def _day(day: date) -> str:
    """Return a day as "30 sep 2026"; Dutch writes months without a capital."""
    text = date_format(day, "j M Y")
    return text.lower() if (get_language() or "nl").startswith("nl") else text
