"""What is promised, in sentences: "Een storing met prioriteit hoog: eerste antwoord binnen 1 uur werktijd"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.models import Location
from tickets.agreements.book import as_targets
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.agreements.terms import ANY_TYPE, Targets
from tickets.clocks.kinds import ClockKind
from tickets.clocks.reckoning import Target
from tickets.states import Priority, State, Type

# What a ticket does in a state, as part of a sentence: "zolang een melding wacht op de leverancier".
MEANWHILE = {
    State.WAITING_REPORTER: gettext_lazy("waits for who reported it"),
    State.WAITING_SUPPLIER: gettext_lazy("waits for the supplier"),
    State.WAITING_PARTNER: gettext_lazy("waits for a colleague POI"),
    State.PLANNED: gettext_lazy("is planned"),
}


def name_of(agreement: Agreement) -> str:
    """Return whom or what an agreement is for: "Voor alles", "Niveau groot", "Storing", or the name of its contract."""
    if agreement.contract:
        return f"{agreement.contract.library.name}: {agreement.contract.name}"
    if agreement.supplier_contract:
        return f"{agreement.supplier_contract.supplier}: {agreement.supplier_contract.name}"
    if agreement.level:
        return _("Level %(level)s") % {"level": Location.Level(agreement.level).label}
    return capfirst(str(Type(agreement.type).label)) if agreement.type else _("For all tickets")


def promised(targets: Targets, *, mode: str, type: str = "") -> list[str]:
    """Return a sentence for each priority (those alike together) of which something is promised; types apart come last.

    `type` is that of the agreement itself.
    """
    found = []
    for of in (ANY_TYPE, *Type.values):
        alike: dict[str, list[str]] = {}
        for priority in Priority:
            targets_of = [(clock, targets.get((of, priority, clock))) for clock in ClockKind.values]
            parts = [_part(clock, target, mode) for clock, target in targets_of if target]
            alike.setdefault(", ".join(parts), []).append(str(priority.label))
        found += [_sentence(type if of == ANY_TYPE else of, names, what) for what, names in alike.items() if what]
    return found


def _sentence(type: str, priorities: list[str], what: str) -> str:
    words = {"priority": _one_of(priorities), "what": what}
    if not type:
        return _("A ticket with priority %(priority)s: %(what)s.") % words
    return capfirst(_("%(type)s with priority %(priority)s: %(what)s.") % {"type": Type(type).label, **words})


def _part(clock: str, target: Target, mode: str) -> str:
    when = {"when": within(target)}
    if clock == ClockKind.FIRST_ANSWER:
        return _("first answer %(when)s") % when
    if clock == ClockKind.UPDATE and mode == AgreementVersion.UpdateMode.BETWEEN:
        return _("after each answer the next news %(when)s") % when
    if clock == ClockKind.UPDATE:
        return _("an answer %(when)s when the library writes something") % when
    if clock == ClockKind.RESOLUTION:
        return _("resolved %(when)s") % when
    if clock == ClockKind.SUPPLIER:
        return _("the supplier resolves it %(when)s") % when
    return _("a colleague POI answers %(when)s") % when


def within(target: Target) -> str:
    """Return a target as part of a sentence: "binnen 4 uur werktijd"."""
    if target.end_of_day and not target.days:
        return _("before the end of that working day")
    if target.days:
        days = ngettext("%(n)s working day", "%(n)s working days", target.days) % {"n": target.days}
        return (_("before the end of the day, %(days)s later") if target.end_of_day else _("within %(days)s")) % {
            "days": days
        }
    return _("within %(time)s of working time") % {"time": _hours(target.minutes)}


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ngettext("%(n)s minute", "%(n)s minutes", rest) % {"n": rest}
    said = ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return _("%(hours)s and %(minutes)s minutes") % {"hours": said, "minutes": rest} if rest else said


def standing_still(pauses: Mapping[str, Sequence[str]]) -> list[str]:
    """Return for each clock a sentence: in which states its time does not count."""
    found = []
    for clock in ClockKind:
        if states := [str(words) for state, words in MEANWHILE.items() if state in pauses.get(clock, ())]:
            words = {"clock": clock.label, "states": _one_of(states)}
            found.append(_("The time for %(clock)s does not count while a ticket %(states)s.") % words)
    return found


def _one_of(words: list[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


@dataclass(frozen=True)
class Told:
    """A version in sentences: what is promised, and when that stands still where it says so itself."""

    promises: list[str]
    pauses: list[str]


def tell(version: AgreementVersion, agreement: Agreement) -> Told:
    """Return a version of an agreement in sentences; no promises where nothing is promised."""
    targets = {} if version.ended else as_targets(version.targets)
    return Told(promised(targets, mode=version.update_mode, type=agreement.type), standing_still(version.pauses or {}))
