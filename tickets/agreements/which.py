"""Which agreement would count for a ticket that is filed now, in sentences, with the moment at which it is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tenants.models import Library, Location
from tickets.agreements.book import book
from tickets.agreements.models import Agreement
from tickets.agreements.terms import ALL, CONTRACT, LEVEL, Applied, Book, Situation
from tickets.agreements.words import name_of, within
from tickets.clocks.kinds import ClockKind
from tickets.clocks.reckoning import Terms, course
from tickets.states import Type

ASKED = (ClockKind.FIRST_ANSWER, ClockKind.UPDATE, ClockKind.RESOLUTION)


@dataclass(frozen=True)
class Answer:
    """What counts for one clock: within which time, why that, what went before and said nothing, and when it is due."""

    clock: str
    within: str
    why: str
    silent: str
    due: datetime | None


def which(*, library: Library, locations: Sequence[Location], type: str, priority: str, now: datetime) -> list[Answer]:
    """Return for each clock what would count for a ticket filed now. One question more where a contract counts."""
    levels = tuple(sorted({one.level for one in locations}))
    at = Situation(type, priority, library.pk, library.platform_id, levels)
    rules = book()
    contracts = {
        str(one.contract_id): name_of(one)
        for one in Agreement.objects.filter(contract__library=library).select_related("contract__library")
    }
    return [_answer(rules, at, clock, now, contracts) for clock in ASKED]


def _answer(rules: Book, at: Situation, clock: ClockKind, now: datetime, contracts: dict[str, str]) -> Answer:
    applied = rules.applied(clock, at, now, start=now)
    before = []
    for promise in rules.promises(clock, at):
        if promise is applied.promise or (applied.promise and promise.key == LEVEL == applied.promise.key):
            break
        if promise.at(rules.day_of(now)):
            before.append(named(promise.key, promise.value, contracts))
    silent = _("%(names)s: nothing is said of this there.") % {"names": ", ".join(before)} if before else ""
    if applied.target is None:
        return Answer(capfirst(clock.label), "", _("Nothing was agreed."), silent, None)
    terms = [Terms(now, applied.target, rules.calendar(applied.calendar))]
    due = course(start=now, terms=terms, now=now).due
    return Answer(capfirst(clock.label), within(applied.target), why(applied, at, contracts), silent, due)


def why(applied: Applied, at: Situation, contracts: dict[str, str]) -> str:
    promise = applied.promise
    if promise is None:
        return ""
    if promise.key == CONTRACT:
        return _("By the contract “%(name)s”, which goes before all else.") % {
            "name": contracts.get(promise.value, promise.value)
        }
    if promise.key == LEVEL:
        level = {"level": Location.Level(promise.value).label}
        if len(at.levels) > 1:
            return _("By level %(level)s: of these locations the one whose level is due first counts.") % level
        return _("By level %(level)s of the location.") % level
    if promise.key == ALL:
        return _("By what holds for all tickets.")
    return _("By what holds for a %(type)s.") % {"type": Type(promise.value).label}


def named(key: str, value: str, contracts: dict[str, str]) -> str:
    if key == CONTRACT:
        return contracts.get(value, value)
    return name_of(Agreement(level=value if key == LEVEL else "", type="" if key in (LEVEL, ALL) else value))
