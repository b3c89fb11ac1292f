"""On which days a contract holds, and until when notice can be given. No database."""

from datetime import date
from typing import Protocol


class Period(Protocol):
    """What a contract says of its days."""

    from_on: date
    until_on: date | None
    renewal: str
    ended_on: date | None


def days_of(contract: Period) -> tuple[date, date]:
    """Return the first and the last day on which a contract holds; date.max where nobody knows of an end.

    One that is renewed tacitly goes on after its last day, until it is ended.
    """
    ends = [] if contract.renewal == "tacit" or contract.until_on is None else [contract.until_on]
    if contract.ended_on is not None:
        ends.append(contract.ended_on)
    return contract.from_on, min(ends, default=date.max)
