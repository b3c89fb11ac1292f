"""Partials that cost little: rows with names alone in them, and what is drawn once (docs/decisions/0009)."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

NAME = re.compile(r"{{ (\w+) }}")


def rendered(partial: str, rows: Sequence[object], page: Any) -> SafeString:
    """Return `partial` once for each row: `{{ name }}` is the row's attribute of that name, else what the page says.

    Everything is escaped but what was marked safe, as in any template. Raises ValueError for a partial that has more
    than names in it, KeyError for a name that neither of the two has.
    """
    if not rows:
        return SafeString("")
    row = filler(partial, rows[0], page)
    return SafeString("".join([row(one) for one in rows]))


def filler(partial: str, first: object, page: Any) -> Callable[[object], str]:
    """Return what fills in `partial` for a row as `first` is, one after another. See `rendered`."""
    texts, names = _parts(partial)
    own = [name for name in names if hasattr(first, name)]
    line = texts[0].replace("%", "%%")
    for name, text in zip(names, texts[1:], strict=True):
        said = "%s" if name in own else str(conditional_escape(page[name])).replace("%", "%%")
        line += said + text.replace("%", "%%")
    return lambda row: line % tuple([conditional_escape(getattr(row, name)) for name in own])


def fixed(partial: str, given: dict[str, Any]) -> SafeString:
    """Return a partial that depends on nothing but what it is given and the language, made once for each of these.

    The rest of the page does not reach it: so it cannot hold anything of another person or organisation.
    """
    return _fixed(partial, get_language() or "nl", tuple(given.items()))


@lru_cache(maxsize=1024)
def _fixed(partial: str, language: str, given: tuple[tuple[str, Any], ...]) -> SafeString:
    return SafeString(get_template(partial).render(dict(given)))


@lru_cache(maxsize=32)
def _parts(partial: str) -> tuple[list[str], list[str]]:
    """Return the texts between the names of a partial, and the names."""
    found = NAME.split(get_template(partial).template.source)  # type: ignore[attr-defined]
    texts, names = found[::2], found[1::2]
    if any("{{" in text or "{%" in text for text in texts):
        raise ValueError(f"{partial} has more in it than names")
    return texts, names
