"""A warning in words: on which clock, when, whom it tells and what it does."""

from collections.abc import Iterable

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.agreements.durations import write_target
from tickets.clocks.kinds import ClockKind
from tickets.clocks.reckoning import Target
from tickets.warnings.models import Rung

HEARERS = {
    Rung.Hears.ASSIGNEE: gettext_lazy("the assignee"),
    Rung.Hears.LEAD: Rung.Hears.LEAD.label,
    Rung.Hears.COLLEAGUES: Rung.Hears.COLLEAGUES.label,
}
COMMON_DAY = 480  # minutes, to set days and hours in one order; none is reckoned by it


def in_order(rungs: Iterable[Rung]) -> list[Rung]:
    """Return warnings in the order in which they come as a clock runs out."""
    return sorted(rungs, key=_place)


def _place(rung: Rung) -> tuple[int, int, int]:
    length = rung.minutes + rung.days * COMMON_DAY
    if rung.at == Rung.At.USED:
        return 0, rung.percent or 0, rung.pk
    return (1, -length, rung.pk) if rung.at == Rung.At.BEFORE else (2, length, rung.pk)


def when_of(rung: Rung) -> str:
    """Return when it rings: "75% of the time is used", "1 working day after the latest moment"."""
    if rung.at == Rung.At.USED:
        return _("%(percent)s%% of the time is used") % {"percent": rung.percent}
    if rung.at == Rung.At.DUE:
        return _("at the latest moment itself")
    length = {"time": write_target(Target(rung.minutes, rung.days))}
    if rung.at == Rung.At.BEFORE:
        return _("%(time)s before the latest moment") % length
    return _("%(time)s after the latest moment") % length


def name_of(rung: Rung) -> str:
    """Return how a warning is named where it is spoken of: "resolution: 75% of the time is used"."""
    return f"{ClockKind(rung.clock).label}: {when_of(rung)}"


def told_by(rung: Rung) -> str:
    """Return whom it tells and what it does, as one sentence."""
    said = []
    if rung.hears:
        heard = [str(HEARERS[one]) for one in Rung.Hears.values if one in rung.hears]
        said.append(_("mail to %(people)s") % {"people": _and(heard)})
    if rung.does == Rung.Does.GIVE and rung.person:
        said.append(_("the ticket goes to %(name)s") % {"name": rung.person.name})
    elif rung.does:
        said.append(str(Rung.Does(rung.does).label))
    return capfirst("; ".join(said)) + "."


def _and(words: list[str]) -> str:
    parts = {"first": ", ".join(words[:-1]), "last": words[-1]}
    return _("%(first)s, and %(last)s") % parts if len(words) > 1 else words[0]
