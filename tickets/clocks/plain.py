"""What a library reads of its promises, in plain words: by when it hears from the desk, or that this failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.access import Standing
from tenants.context import current_organisation
from tenants.web.moments import day
from tickets.agreements.book import book
from tickets.agreements.terms import Book
from tickets.calendars.worktime import Calendar
from tickets.clocks.kinds import ClockKind
from tickets.clocks.promised import LATE, Awaited, is_told, promises_of, promises_on
from tickets.desk.models import Ticket
from tickets.states import State


def by_moment(due: datetime, now: datetime, calendar: Calendar) -> str:
    """Return a moment as somebody says it, where the organisation is: "vandaag 12:00", "dinsdag 12:00"."""
    zone = ZoneInfo(calendar.at(due).zone)
    there, today = due.astimezone(zone), now.astimezone(zone).date()
    words = {"time": f"{there:%H:%M}", "day": _worded(there, "l")}
    if there.date() == today:
        return _("%(time)s today") % words
    if there.date() == today + timedelta(days=1):
        return _("%(time)s tomorrow") % words
    if timedelta(0) < there.date() - today < timedelta(days=7):
        return _("%(day)s %(time)s") % words
    words["day"] = _worded(there, "l j F" if there.year == today.year else "l j F Y")
    return _("%(day)s, %(time)s") % words


def _worded(value: datetime, form: str) -> str:
    text = date_format(value, form)
    return text.lower() if (get_language() or "nl").startswith("nl") else text


def told_in_words(ticket: Ticket, standing: Standing, now: datetime) -> list[str]:
    """Return what the page of a ticket says to this person of its library, in sentences; nothing to anybody else."""
    return said_to_library(ticket, now) if is_told(ticket, standing) else []


def said_to_library(ticket: Ticket, now: datetime) -> list[str]:
    """Return what the library of a ticket reads; two questions where anything was promised."""
    found = promises_on(ticket, now)
    rules = book() if any(one.due for one in found) else None
    return [_said(one, now, rules) if rules and one.due else _stands_still(ticket) for one in found]


def rows_in_words(tickets: Sequence[Ticket], standing: Standing, now: datetime) -> list[str]:
    """Return for each ticket of a list that came `with_promises` its promise in a sentence: a late one before others.

    Nothing where it stands still: the row says already for whom it waits. One question, where anything was promised.
    """
    found = [_of_row(one, now) if is_told(one, standing) else None for one in tickets]
    rules = book() if any(found) else None
    return [_said(one, now, rules) if one and rules else "" for one in found]


def _of_row(ticket: Ticket, now: datetime) -> Awaited | None:
    dated = [one for one in promises_of(ticket, now) if one.due]
    return min(dated, key=lambda one: one.state != LATE, default=None)


def _said(one: Awaited, now: datetime, rules: Book) -> str:
    if one.due is None:
        return ""
    moment = by_moment(one.due, now, rules.calendar(one.calendar))
    words = {"name": current_organisation().name, "moment": moment}
    if one.kind == ClockKind.RESOLUTION:
        if one.state == LATE:
            return _("This should have been resolved before %(moment)s. That did not succeed.") % words
        return _("%(name)s resolves this before %(moment)s.") % words
    if one.state == LATE:
        return _("You should have heard from %(name)s before %(moment)s. That did not succeed.") % words
    return _("You hear from %(name)s before %(moment)s.") % words


def _stands_still(ticket: Ticket) -> str:
    """Return what the promise waits for; all of it stands on the page already."""
    if ticket.state == State.WAITING_REPORTER:
        return _("When you have answered, the time of %(name)s goes on.") % {"name": current_organisation().name}
    if ticket.state == State.PLANNED and ticket.planned_until:
        until = {"day": day(ticket.planned_until)}
        return _("This is planned until %(day)s; until then the time does not go on.") % until
    party = ticket.supplier if ticket.state == State.WAITING_SUPPLIER else ticket.partner and ticket.partner.name
    if party:
        return _("As long as this waits for %(party)s, the time does not go on.") % {"party": party}
    return _("The time stands still at the moment.")
