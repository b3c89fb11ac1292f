"""The conclusion of the steering page: a headline and two sentences, made of figures and of the agenda by rules.

The headline names the largest change of the desks when there is one, else how the agenda stands:

- The open tickets are compared with those at the end of the quarter before, the new ones with those of the same days
  (when it is over: the whole quarter) a year before. A change counts when it is at least 10 % and 10 tickets, and
  there was something to compare with. The larger in proportion is the headline; the open tickets when they are equal.
- Without such a change: what is off track, as a whole or in a part; else at risk, else late, else at risk in a part;
  else that all is on course. It is not on course where anything is off track.

The first sentence says what came in, what was resolved, and what the headline does not say of the open tickets: how
many there are, or which organisation has at least half of the change. The second says what is stuck and where: the
first result off track, else at risk, else late; and how many others there are.
"""

from dataclasses import dataclass
from datetime import date

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from agenda.figures.periods import Period
from agenda.figures.queries import Figures
from agenda.steering.overview import Overview
from agenda.work.asked import stuck_parts
from agenda.work.rows import days_late

LEAST = 10  # tickets
LEAST_SHARE = 0.1


@dataclass(frozen=True)
class Desks:
    """The figures of all together that are compared, and of each organisation how many more are open."""

    now: Figures
    open_before: int
    new_before: int
    year: int  # of which the new ones are
    ended_on: date | None  # last day of the quarter; None when it runs
    begun_after: date  # last day of the quarter before
    more_open: dict[str, int]

    @property
    def more(self) -> int:
        """How many more are open than at the end of the quarter before."""
        return self.now.open_at_end - self.open_before


def headline(desks: Desks, agenda: Overview) -> str:
    """Return the headline; see the rules above."""
    if _names_stock(desks):
        return _stock(desks)
    if _change(desks.now.new, desks.new_before):
        return _flow(desks)
    return _agenda(agenda)


def sentences(desks: Desks, agenda: Overview) -> tuple[str, str]:
    """Return the two sentences under the headline; see the rules above."""
    return _flows(desks), _stuck(agenda)


def compared_open(then: date) -> tuple[str, str, str]:
    """Return what a sentence says of open tickets beside those of a day: as many, more, fewer."""
    said = (
        _("As many open as on {then}."),
        _("%(much)s more open than on {then}."),
        _("%(much)s fewer open than on {then}."),
    )
    return _of(said, _day(then))


def compared_new(period: Period, runs: bool) -> tuple[str, str, str]:
    """Return the same of new tickets beside those of a year before."""
    if runs:
        then = _("in the same days of %(year)s") % {"year": period.year - 1}
    else:
        then = _("in the same quarter of %(year)s") % {"year": period.year - 1}
    said = (
        _("%(n)s, as many as {then}."),
        _("%(n)s, which is %(much)s more than {then}."),
        _("%(n)s, which is %(much)s fewer than {then}."),
    )
    return _of(said, then)


def _of(said: tuple[str, str, str], then: str) -> tuple[str, str, str]:
    same, more, fewer = said
    return same.format(then=then), more.format(then=then), fewer.format(then=then)


def _names_stock(desks: Desks) -> bool:
    """Is the stock the headline?"""
    stock = _change(desks.now.open_at_end, desks.open_before)
    return stock > 0 and stock >= _change(desks.now.new, desks.new_before)


def _change(now: int, before: int) -> float:
    """Return how large a change is in proportion, up or down alike; 0 when it is too small to count."""
    much = abs(now - before)
    if not before or much < LEAST or much < LEAST_SHARE * before:
        return 0
    return max(now, before) / max(1, min(now, before))


def _stock(desks: Desks) -> str:
    said = {"open": intcomma(desks.now.open_at_end), "much": intcomma(abs(desks.more)), "then": _day(desks.begun_after)}
    if desks.ended_on:
        said["day"] = _day(desks.ended_on)
        if desks.more > 0:
            return _("The stock grew: %(open)s tickets open on %(day)s, %(much)s more than on %(then)s") % said
        return _("The stock shrank: %(open)s tickets open on %(day)s, %(much)s fewer than on %(then)s") % said
    if desks.more > 0:
        return _("The stock grows: %(open)s tickets open, %(much)s more than on %(then)s") % said
    return _("The stock shrinks: %(open)s tickets open, %(much)s fewer than on %(then)s") % said


def _flow(desks: Desks) -> str:
    more = desks.now.new - desks.new_before
    said = {"new": intcomma(desks.now.new), "much": intcomma(abs(more)), "year": desks.year - 1}
    if desks.ended_on:
        if more > 0:
            return _("More came in: %(new)s new tickets, %(much)s more than in the same quarter of %(year)s") % said
        return _("Less came in: %(new)s new tickets, %(much)s fewer than in the same quarter of %(year)s") % said
    if more > 0:
        return _("More comes in: %(new)s new tickets, %(much)s more than in the same days of %(year)s") % said
    return _("Less comes in: %(new)s new tickets, %(much)s fewer than in the same days of %(year)s") % said


def _agenda(agenda: Overview) -> str:
    tally = agenda.tally
    if not tally.all:
        return _("Nothing is on the work agenda yet")
    if tally.off_track:
        return ngettext(
            "The cooperation is under way, %(n)s result is off track",
            "The cooperation is under way, %(n)s results are off track",
            tally.off_track,
        ) % {"n": tally.off_track}
    if agenda.red_in_part:
        return ngettext(
            "The cooperation is under way, a part of %(n)s result is off track",
            "The cooperation is under way, a part of %(n)s results is off track",
            agenda.red_in_part,
        ) % {"n": agenda.red_in_part}
    if tally.at_risk:
        return ngettext(
            "The cooperation is on course, %(n)s result is at risk",
            "The cooperation is on course, %(n)s results are at risk",
            tally.at_risk,
        ) % {"n": tally.at_risk}
    if agenda.late:
        return ngettext(
            "The cooperation is on course, %(n)s result is late",
            "The cooperation is on course, %(n)s results are late",
            agenda.late,
        ) % {"n": agenda.late}
    if agenda.in_part:
        return ngettext(
            "The cooperation is on course, a part of %(n)s result is at risk",
            "The cooperation is on course, a part of %(n)s results is at risk",
            agenda.in_part,
        ) % {"n": agenda.in_part}
    return _("The cooperation is on course")


def _flows(desks: Desks) -> str:
    came = ngettext("%(n)s ticket came in", "%(n)s tickets came in", desks.now.new) % {"n": intcomma(desks.now.new)}
    went = ngettext("%(n)s was resolved", "%(n)s were resolved", desks.now.resolved) % {
        "n": intcomma(desks.now.resolved)
    }
    stock = _where(desks) if _names_stock(desks) else _stock_clause(desks)
    return _("%(came)s and %(went)s; %(stock)s.") % {"came": came, "went": went, "stock": stock}


def _stock_clause(desks: Desks) -> str:
    open_now = desks.now.open_at_end
    if desks.ended_on:
        stands = ngettext("on %(day)s %(n)s was open", "on %(day)s %(n)s were open", open_now)
    else:
        stands = ngettext("%(n)s is open now", "%(n)s are open now", open_now)
    stands %= {"n": intcomma(open_now), "day": _day(desks.ended_on) if desks.ended_on else ""}
    said = {"stands": stands, "much": intcomma(abs(desks.more)), "then": _day(desks.begun_after)}
    if not desks.more:
        return _("%(stands)s, as many as on %(then)s") % said
    if desks.more > 0:
        return _("%(stands)s, %(much)s more than on %(then)s") % said
    return _("%(stands)s, %(much)s fewer than on %(then)s") % said


def _where(desks: Desks) -> str:
    """Return at which organisation at least half of the change of the stock is, or that it is spread."""
    sign = 1 if desks.more > 0 else -1
    shares = ((name, sign * more) for name, more in desks.more_open.items())
    name, share = max(shares, key=lambda one: one[1], default=("", 0))
    if 2 * share < sign * desks.more:
        return _("no single organisation has half of the difference")
    if share >= sign * desks.more:
        return _("all of the difference is at %(name)s") % {"name": name}
    said = {"much": intcomma(abs(desks.more)), "n": intcomma(share), "name": name}
    return _("of these %(much)s, %(n)s are at %(name)s") % said


def _stuck(agenda: Overview) -> str:
    if not agenda.tally.all:
        return _("Nothing is on the work agenda yet.")
    if not agenda.trouble:
        return ngettext(
            "The one result on the work agenda is on track.",
            "All %(n)s results on the work agenda are on track.",
            agenda.tally.all,
        ) % {"n": agenda.tally.all}
    rest = _others(agenda)
    return f"{_worst(agenda)}; {rest}." if rest else f"{_worst(agenda)}."


def _worst(agenda: Overview) -> str:
    row = agenda.trouble[0]
    days = days_late(row, agenda.day)
    said = {"title": row.title, "where": _names([part.name for part in stuck_parts(row)]), "days": days}
    if row.on_track and not days and said["where"]:
        return _("“%(title)s” is on track, but not at %(where)s") % said
    if row.on_track and not days:
        return _("“%(title)s” asks the steering group for a decision") % said
    if row.on_track:
        return ngettext("“%(title)s” is %(days)s day late", "“%(title)s” is %(days)s days late", days) % said
    if row.state == "off_track":
        stands = _("“%(title)s” is off track at %(where)s") if said["where"] else _("“%(title)s” is off track")
    else:
        stands = _("“%(title)s” is at risk at %(where)s") if said["where"] else _("“%(title)s” is at risk")
    if not days:
        return stands % said
    return stands % said + ngettext(" and is %(days)s day late", " and is %(days)s days late", days) % said


def _others(agenda: Overview) -> str:
    """Return how many others there are, in words."""
    first, tally = agenda.trouble[0], agenda.tally
    late = first.on_track and days_late(first, agenda.day) > 0
    counts = (
        (tally.off_track - (first.state == "off_track"), _off_track),
        (tally.at_risk - (first.state == "at_risk"), _at_risk),
        (agenda.late - late, _late),
        (agenda.in_part - (first.on_track and not late and bool(stuck_parts(first))), _in_part),
    )
    found = [said(n) for n, said in counts if n]
    return _("also %(these)s") % {"these": _names(found)} if found else ""


def _off_track(n: int) -> str:
    return ngettext("%(n)s is off track", "%(n)s are off track", n) % {"n": n}


def _at_risk(n: int) -> str:
    return ngettext("%(n)s is at risk", "%(n)s are at risk", n) % {"n": n}


def _late(n: int) -> str:
    return ngettext("%(n)s is late", "%(n)s are late", n) % {"n": n}


def _in_part(n: int) -> str:
    return ngettext("%(n)s is not on track in a part", "%(n)s are not on track in a part", n) % {"n": n}


def _names(names: list[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _day(day: date) -> str:
    """Return a day as "30 September"; Dutch writes months without a capital."""
    text = date_format(day, "j F")
    return text.lower() if (get_language() or "nl").startswith("nl") else text
