"""Markdown of messages to HTML that is safe to show."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_options = {"html": False, "linkify": False, "breaks": True}
_plain = MarkdownIt("commonmark", _options).enable("strikethrough")
_with_tables = MarkdownIt("commonmark", _options).enable(["table", "strikethrough"])
WIDEST_TABLE = 20  # columns; a wide table of short rows would cost seconds
TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5"),
}


def to_html(text: str) -> SafeString:
    """Return `text` (Markdown) as sanitised HTML: no pictures, raw HTML shown as text, links marked."""
    wide = any(line.count("|") > WIDEST_TABLE + 1 for line in text.splitlines())
    html = (_plain if wide else _with_tables).render(text)
    for level in (3, 2, 1):  # a message lives below the page's own headings
        html = html.replace(f"<h{level}>", f"<h{level + 2}>").replace(f"</h{level}>", f"</h{level + 2}>")
    return mark_safe(
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )
