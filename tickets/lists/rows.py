"""The rows of the desk's list, in words: no ticket is made of what is only shown."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from tenants.web.icons import use
from tenants.web.moments import day_of
from tickets.access import TicketQuerySet
from tickets.agreements.book import book
from tickets.agreements.terms import Book
from tickets.clocks.kinds import WAITING
from tickets.clocks.words import LATE, remaining
from tickets.desk.tags import CLOCK_LOOK, PRIORITY_LOOK, REOPENED_LOOK, STATE_LOOK, as_tag, in_words, withdrawn_word
from tickets.lists.stock import MY_TURN
from tickets.states import OPEN_STATES, Priority, State, Type, is_withdrawn

COLUMNS = (
    *("number", "subject", "library__name", "type", "category__name_nl", "category__name_en"),
    *("state", "priority", "assignee__name", "changed_at", "due_at", "due_calendar", "reopened_at"),
    *("resolved_at", "closed_at"),
)
DUE = COLUMNS.index("due_at")
STILL = '<span class="still">{}<span class="hidden">{}</span></span>'
LEFT = '<span class="left {}" title="{}">{}{}</span>'
LONG = 40  # a subject of more characters may not fit on its line
HERE = SafeString(' aria-current="true"')


@dataclass(frozen=True, slots=True)
class Row:
    """What the desk shows of a ticket in its list."""

    number: str
    subject: str
    long: str
    here: SafeString
    sign: SafeString
    library: str
    type: str
    category: str
    state: str
    priority: SafeString
    assignee: str
    when: SafeString


@dataclass(frozen=True)
class Group:
    """Rows under a heading of their own: what is one's own turn, what waits for somebody else."""

    title: str
    count: int | None
    rows: list[Row]


def columns(tickets: TicketQuerySet):
    """Return the queryset with what `in_rows` needs alone."""
    return tickets.values_list(*COLUMNS)


def runs_out(found) -> bool:
    """Does one of these rows of `columns` have a moment at which it is due? Then the last column says when, for all."""
    return any(row[DUE] for row in found)


def in_rows(found, here: str = "", due: bool = False) -> list[Row]:
    """Return rows of `columns` in words, in the language of the moment; `here` is the number of the one that is open.

    The state is one short word, that no column cuts: of what waits, for whom.
    """
    english, nobody = (get_language() or "nl").startswith("en"), _("nobody yet")
    unsorted = _("still to be sorted")
    rules, now = book() if due else None, timezone.now()
    states, reopened, withdrawn = _words(), capfirst(_("reopened")), withdrawn_word()
    return [
        Row(
            number=number,
            subject=subject,
            long=" long" if len(subject) > LONG else "",
            here=HERE if number == here else SafeString(""),
            sign=use(REOPENED_LOOK[1]) if again else _sign(state, priority),
            library=library,
            type=in_words(Type, kind),
            category=(name_en if english else "") or name or unsorted,
            state=reopened if again else withdrawn if is_withdrawn(state, *ended) else states[state],
            priority=as_tag(Priority, priority),
            assignee=assignee or nobody,
            when=_when(state, due_at, slug, now, rules) if rules and state in OPEN_STATES else day_of(changed_at),
        )
        for (number, subject, library, kind, name, name_en, state, priority, assignee, *more) in found
        for changed_at, due_at, slug, again, *ended in [more]
    ]


def _when(state: str, due_at: datetime | None, slug: str, now: datetime, rules: Book) -> SafeString:
    """Return what is left of working time until it is due, with its words in full; that it stands still; or nothing."""
    if due_at is None:
        return (
            format_html(STILL, use(CLOCK_LOOK["still"][1]), _("stands still")) if state in WAITING else SafeString("")
        )
    left = remaining(due_at, now, rules.calendar(slug))
    sign = use(CLOCK_LOOK["late"][1]) if left.tone == LATE else ""
    return format_html(LEFT, left.tone, left.full, sign, left.short)


def in_groups(found: list, here: str, mine: int | None, waiting: int | None, due: bool) -> list[Group]:
    """Return rows of `columns` in two groups; `mine` and `waiting` count all of each, None: nobody counted them."""
    state = COLUMNS.index("state")
    turn, others = ([row for row in found if (row[state] in MY_TURN) is wanted] for wanted in (True, False))
    groups = [
        Group(_("My turn"), mine, in_rows(turn, here, due)),
        Group(_("Waits for somebody else"), waiting, in_rows(others, here, due)),
    ]
    return [group for group in groups if group.rows]


def _words() -> dict[str, str]:
    """Return each state in one short word: of what waits, for whom."""
    return {state: capfirst(in_words(State, state)) for state in State.values} | {
        State.WAITING_REPORTER: pgettext("waits for", "Reporter"),
        State.WAITING_SUPPLIER: pgettext("waits for", "Supplier"),
        State.WAITING_PARTNER: pgettext("waits for", "Colleague POI"),
    }


def _sign(state: str, priority: str) -> SafeString:
    """Return the sign before a row: that of an urgent priority, with its words, else that of the state."""
    colour, symbol = PRIORITY_LOOK[priority]
    if symbol:
        return format_html(
            '<span class="{}">{}<span class="hidden">{}</span></span>',
            colour,
            use(symbol),
            in_words(Priority, priority),
        )
    return use(STATE_LOOK[state][1])
