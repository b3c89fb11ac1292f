"""Rows of a table in volume, written by COPY. Columns are named; what is not given has the model's default."""

import io
import json
from datetime import datetime

from django.db.models import JSONField, Model


class Rows:
    """Rows of one model. With `keyed` the caller gives their keys, otherwise the table's sequence does."""

    def __init__(self, model: type[Model], *, keyed: bool = True):
        self.table = model._meta.db_table
        fields = [one for one in model._meta.concrete_fields if not one.generated and (keyed or not one.primary_key)]
        self.defaults = {one.attname: one.get_default for one in fields}
        self.columns = [one.column for one in fields]
        self.json = {one.attname for one in fields if isinstance(one, JSONField)}
        self.lines: list[str] = []

    def add(self, **values: object) -> None:
        """Add a row; raises ValueError for a name that is no column of the table."""
        if not values.keys() <= self.defaults.keys():
            raise ValueError(f"{self.table} has no {', '.join(sorted(values.keys() - self.defaults.keys()))}")
        row = (
            _field(values[name] if name in values else default(), name in self.json)
            for name, default in self.defaults.items()
        )
        self.lines.append("\t".join(row))

    def write(self, cursor) -> None:
        """Write the rows, in one statement."""
        text = io.StringIO("".join(f"{line}\n" for line in self.lines))
        cursor.copy_expert(f"COPY {self.table} ({', '.join(self.columns)}) FROM STDIN", text)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _field(value: object, as_json: bool) -> str:
    """Return a value in PostgreSQL's text format for COPY."""
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is datetime:
        return value.isoformat()
    if kind is bool:
        return "t" if value else "f"
    if as_json:
        value = json.dumps(value)
    elif kind is list:
        value = "{" + ",".join(map(str, value)) + "}"
    text = str(value)
    return text if text.isalnum() else text.translate(_ESCAPES)
