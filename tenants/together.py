"""Rows that belong together, written in one statement: one way to the database and back, whatever they point at.

A row may point at one that stands before it by `key_of`: the database fills that in while it writes. Used where a lock
is to be held as short as it can be; elsewhere `save()` reads better.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.expressions import RawSQL
from django.db.models.sql import InsertQuery


@dataclass(frozen=True)
class Adding:
    """A row to add under a name; with `ignoring` not when it is there, with `over` over the one that is there.

    `over` holds the fields by which it is there, and those that are written over it.
    """

    name: str
    row: models.Model
    ignoring: bool = False
    over: tuple[Sequence[str], Sequence[str]] | None = None
    returning: Sequence[str] = field(default=("id",))


def key_of(name: str, column: str = "id", before: str = "") -> Any:
    """Return what stands for a column of the row added as `name`, as a value of a row after it; `before` as text."""
    if before:
        return RawSQL(f"%s || (SELECT {column} FROM {name})", [before])
    return RawSQL(f"(SELECT {column} FROM {name})", [])


def add_together(rows: Iterable[Adding], *, first: str = "", asking: Sequence[str] = ()) -> tuple[Any, ...]:
    """Add rows in one statement, and return what `asking` names of them ("ticket.id").

    `first` is what goes before them, as SQL: `name AS (INSERT ... RETURNING ...)`. The rows that were given keep the
    expressions of `key_of`; whoever goes on with them puts the answers in their place.
    """
    parts, params = [first] if first else [], []
    for adding in rows:
        sql, values = _insert(adding)
        parts.append(f"{adding.name} AS ({sql} RETURNING {', '.join(adding.returning)})")
        params += values
    answers = ", ".join(f"(SELECT {column} FROM {name})" for name, column in (one.split(".") for one in asking))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT {answers}", params)
        return cursor.fetchone()


def _insert(adding: Adding) -> tuple[str, list[Any]]:
    row, conflict, unique, update = adding.row, None, [], []
    meta = row._meta
    if adding.ignoring:
        conflict = OnConflict.IGNORE
    elif adding.over:
        conflict = OnConflict.UPDATE
        unique, update = ([meta.get_field(name) for name in names] for names in adding.over)
    query = InsertQuery(type(row), on_conflict=conflict, update_fields=update, unique_fields=unique)
    own = [one for one in meta.concrete_fields if not one.generated and one is not meta.auto_field]
    query.insert_values(own, [row])
    ((sql, values),) = query.get_compiler(connection=connection).as_sql()
    return sql, list(values)
