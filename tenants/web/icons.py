"""Icons and tags as HTML: what the tags of templates are drawn with."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS = Path(settings.BASE_DIR) / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
# The look of a value: its colour (a class of the style, or none) and its icon (or none).
Look = tuple[str, str]


@lru_cache(maxsize=256)
def svg(name: str) -> SafeString:
    """Return a Tabler icon inline."""
    text = (ICONS / f"{name}.svg").read_text()
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S).strip()
    inner = re.search(r"<svg[^>]*>(.*)</svg>", text, flags=re.S).group(1)
    inner = re.sub(r"\s+", " ", inner).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").strip()
    return mark_safe(
        '<svg class="icon" aria-hidden="true" focusable="false" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        f' stroke-linecap="round" stroke-linejoin="round">{inner}</svg>'
    )


@lru_cache(maxsize=4)
def symbols(names: tuple[str, ...]) -> SafeString:
    """Return icons as symbols, once a page, for `use` to point at."""
    drawn = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{re.search(r"<svg[^>]*>(.*)</svg>", svg(name))[1]}</symbol>'
        for name in names
    )
    return mark_safe(f'<svg class="symbols" aria-hidden="true">{drawn}</svg>')


def use(name: str) -> SafeString:
    """Return an icon that stands on the page as a symbol."""
    return mark_safe(f'<svg class="icon drawn" aria-hidden="true"><use href="#i-{name}"/></svg>')


def tag(label: str, look: Look) -> SafeString:
    """Return words as a tag, with its own tint and icon."""
    colour, symbol = look
    return format_html('<span class="tag {}">{}{}</span>', colour, use(symbol) if symbol else "", label)
