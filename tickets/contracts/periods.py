"""On which days a contract holds, and until when notice can be given; a last day is included. No database."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Protocol

MOST_MONTHS = 120


class Period(Protocol):
    """What a contract says of its days."""

    from_on: date
    until_on: date | None
    renewal: str
    ended_on: date | None


class Contract(Period, Protocol):
    """What a contract says of its days and of how it ends."""

    renewal_months: int
    notice_months: int
    alert_days: int


def days_of(contract: Period) -> tuple[date, date]:
    """Return the first and the last day on which a contract holds; date.max where nobody knows of an end.

    One that is renewed tacitly goes on after its last day, until it is ended.
    """
    ends = [] if contract.renewal == "tacit" or contract.until_on is None else [contract.until_on]
    if contract.ended_on is not None:
        ends.append(contract.ended_on)
    return contract.from_on, min(ends, default=date.max)


def add_months(day: date, months: int) -> date:
    """Return the day so many months on (or back); the last day of a month goes to the last day of a month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def is_tacit(contract: Period) -> bool:
    """Does it go on at its last day when nobody says anything?"""
    return contract.renewal == "tacit"


def term_end(contract: Contract, day: date) -> date | None:
    """Return the last day of the term that counts on `day`; None where it has no end.

    A contract that is renewed tacitly has a term after each term, of `renewal_months` each.
    """
    if contract.ended_on is not None:
        return contract.ended_on
    if contract.until_on is None or not is_tacit(contract) or day <= contract.until_on:
        return contract.until_on
    step = max(1, contract.renewal_months)
    turn = max(1, ((day.year - contract.until_on.year) * 12 + day.month - contract.until_on.month) // step)
    end = add_months(contract.until_on, turn * step)
    while end < day:
        turn += 1
        end = add_months(contract.until_on, turn * step)
    return end


def last_day(contract: Period) -> date | None:
    """Return the last day on which it is in force; None where it goes on until somebody ends it."""
    last = days_of(contract)[1]
    return None if last == date.max else last


def in_force(contract: Period, day: date) -> bool:
    """Is it in force on `day`?"""
    first, last = days_of(contract)
    return first <= day <= last


def is_over(contract: Period, day: date) -> bool:
    """Was its last day before `day`? One that was ended before it began is over too."""
    last = last_day(contract)
    return last is not None and (last < day or last < contract.from_on)


def notice_by(contract: Contract, day: date) -> date | None:
    """Return the last day on which notice can be given of the term that counts on `day`; None where that is not asked.

    It lies `notice_months` before the end of that term, and may have been.
    """
    if contract.ended_on is not None or contract.until_on is None or is_over(contract, day):
        return None
    end = term_end(contract, max(day, contract.from_on))
    return add_months(end, -contract.notice_months) if end else None


def alert_on(contract: Contract, day: date) -> date | None:
    """Return the day from which there is a warning that notice ends, for the term that counts on `day`."""
    deadline = notice_by(contract, day)
    return deadline - timedelta(days=contract.alert_days) if deadline else None


def overlaps(one: Period, other: Period) -> bool:
    """Is there a day on which both are in force?"""
    (mine, mine_ends), (theirs, theirs_ends) = days_of(one), days_of(other)
    return max(mine, theirs) <= min(mine_ends, theirs_ends)
