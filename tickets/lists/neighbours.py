"""What comes before and after a ticket in the list it was opened from."""

from dataclasses import dataclass

from tenants.access import Standing
from tenants.web.paging import LAST, SIZE
from tickets.lists.stock import stock
from tickets.search.queries import Shown


@dataclass(frozen=True)
class Neighbour:
    """A ticket beside another, and the page of the list on which it stands."""

    number: str
    page: int


def neighbour(given, number: str, standing: Standing, *, step: int) -> Neighbour | None:
    """Return the ticket `step` places (1 or -1) from `number` in the list that `given` (QueryDict) says, or None.

    Looks on the page of the list and one row beyond it, in one query. A ticket that is not there any more is followed
    by the first of that page.
    """
    found = stock(given, standing).found
    numbers = found.tickets.values_list("number", flat=True)
    page = _page(given.get("page"))
    first = max((page - 1) * SIZE - 1, 0)
    rows = list((numbers if found.hits is None else Shown(found.hits, numbers))[first : page * SIZE + 1])
    if number not in rows:
        following = rows[1 if first else 0 :]
        return Neighbour(following[0], page) if following and step > 0 else None
    at = rows.index(number) + step
    return Neighbour(rows[at], (first + at) // SIZE + 1) if 0 <= at < len(rows) else None


def _page(number: str | None) -> int:
    try:
        return min(max(1, int(number or 1)), LAST)
    except ValueError:
        return 1
