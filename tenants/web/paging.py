"""Pages of 50 rows."""

from typing import Any

from django.db.models import QuerySet

SIZE = 50
LAST = 100_000


class Both:
    """Two sorted querysets one after the other, that a page cuts as if they were one."""

    def __init__(self, first: QuerySet, then: QuerySet):
        self.first, self.then = first, then

    def __getitem__(self, part: slice) -> list:
        rows = list(self.first[part])
        if len(rows) < part.stop - part.start:
            before = 0 if rows else self.first.order_by().count()
            skip = 0 if rows else max(part.start - before, 0)
            rows += self.then[skip : skip + part.stop - part.start - len(rows)]
        return rows

    def order_by(self) -> "Both":
        """Return both without an order, to be counted."""
        return Both(self.first.order_by(), self.then.order_by())

    def count(self) -> int:
        """How many are there in all?"""
        return self.first.count() + self.then.count()


class Page:
    """Rows `number` of a sorted queryset, 50 a page, with the count of all.

    A malformed or negative number is page 1; a page beyond the last is empty. `count` saves a query when it is known,
    `counted` the joins of the rows where it is not: the same ones, without what is shown of them. `more`: there are
    more than `count`, that nobody counted and no page shows. Instead of a queryset, `rows` may be what is cut like one.
    """

    def __init__(
        self,
        rows: QuerySet | Any,
        number: str | int | None,
        count: int | None = None,
        counted: QuerySet | None = None,
        more: bool = False,
    ):
        try:
            self.number = min(max(1, int(number or 1)), LAST)
        except ValueError:
            self.number = 1
        start = (self.number - 1) * SIZE
        self.rows = list(rows[start : start + SIZE])
        if count is None:
            first = self.number == 1 and len(self.rows) < SIZE
            count = len(self.rows) if first else (rows if counted is None else counted).order_by().count()
        self.count = count
        self.more = more

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> int:
        """Number of the first row shown."""
        return (self.number - 1) * SIZE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def next(self) -> int | None:
        """Number of the next page, if there is one."""
        return self.number + 1 if self.number * SIZE < self.count else None

    @property
    def previous(self) -> int | None:
        """Number of the page before, if there is one."""
        return self.number - 1 if self.number > 1 else None
