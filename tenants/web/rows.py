"""Rows of long lists: written as a partial with names alone, so that fifty of them cost little more than one."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

NAME = re.compile(r"{{ (\w+) }}")


def rendered(partial: str, rows: Sequence[object], page: Any) -> SafeString:
    """Return `partial` once for each row: `{{ name }}` is the row's attribute of that name, else what the page says.

    Everything is escaped but what was marked safe, as in any template. Raises ValueError for a partial that has more
    than names in it, KeyError for a name that neither of the two has.
    """
    if not rows:
        return SafeString("")
    texts, names = _parts(partial)
    own = [name for name in names if hasattr(rows[0], name)]
    line = texts[0].replace("%", "%%")
    for name, text in zip(names, texts[1:], strict=True):
        said = "%s" if name in own else str(conditional_escape(page[name])).replace("%", "%%")
        line += said + text.replace("%", "%%")
    return SafeString("".join([line % tuple([conditional_escape(getattr(row, name)) for name in own]) for row in rows]))


@lru_cache(maxsize=32)
def _parts(partial: str) -> tuple[list[str], list[str]]:
    """Return the texts between the names of a partial, and the names."""
    found = NAME.split(get_template(partial).template.source)  # type: ignore[attr-defined]
    texts, names = found[::2], found[1::2]
    if any("{{" in text or "{%" in text for text in texts):
        raise ValueError(f"{partial} has more in it than names")
    return texts, names
