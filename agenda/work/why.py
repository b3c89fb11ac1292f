"""Why results want attention, in words: the title of the list, and what stands under the title of one."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.history.queries import set_last
from agenda.work.asked import Ask, asks_of, is_trouble, not_on_track
from agenda.work.models import Contribution, Status, WorkItem
from agenda.work.queries import Tally, last_reports
from agenda.work.rows import Part, of_item
from tenants.web.moments import day


@dataclass(frozen=True, slots=True)
class Why:
    """How a result stands since when and what was said of it last, and what it asks of whom."""

    colour: str
    stands: str
    text: str
    asks: list[Ask]


def headline(tally: Tally) -> str:
    """Return the title of a list: how many of the results that run want attention, else that all are on track."""
    if not tally.all:
        return _("No running results")
    if not tally.attention:
        return ngettext("The one running result is on track", "All %(all)s running results are on track", tally.all) % {
            "all": tally.all
        }
    said = {"n": tally.attention, "all": tally.all}
    return (
        ngettext(
            "%(n)s of %(all)s running results wants attention",
            "%(n)s of %(all)s running results want attention",
            said["n"],
        )
        % said
    )


def attention(tally: Tally) -> str:
    """Return why, the worst first; one result may stand under several. Empty when none wants attention."""
    counts = (
        (tally.off_track, ngettext("%(n)s is off track", "%(n)s are off track", tally.off_track)),
        (tally.at_risk, ngettext("%(n)s is at risk", "%(n)s are at risk", tally.at_risk)),
        (tally.late, ngettext("%(n)s is late", "%(n)s are late", tally.late)),
        (
            tally.in_part,
            ngettext("%(n)s is not on track in a part", "%(n)s are not on track in a part", tally.in_part),
        ),
        (
            tally.asked,
            ngettext("%(n)s asks the steering group something", "%(n)s ask the steering group something", tally.asked),
        ),
    )
    return " · ".join(text % {"n": n} for n, text in counts if n)


def why_now(item: WorkItem, contributions: list[Contribution], now: datetime) -> Why | None:
    """Return why a result wants attention now; None when it does not. At most two queries."""
    parts = tuple(
        Part(one.organisation_id, one.organisation.name, one.status, one.description) for one in contributions
    )
    row, today = of_item(item, parts), timezone.localdate(now)
    if not is_trouble(row, today):
        return None
    red = item.status == Status.OFF_TRACK or any(one.status == Status.OFF_TRACK for one in not_on_track(row))
    stands, text = "", ""
    if item.status != Status.ON_TRACK:
        since = set_last(item.address, "status", now)
        label = capfirst(str(Status(item.status).label))
        stands = (
            _("%(status)s since %(day)s") % {"status": label, "day": day(timezone.localdate(since))} if since else label
        )
        text, _at = last_reports([item.number], now).get(item.number, (_("Nothing was reported yet."), now))
    return Why("red" if red else "amber", stands, text, asks_of(row, today))
