"""Markdown of messages to HTML that is safe to show."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_options = {"html": False, "linkify": False, "breaks": True}
_markdown = MarkdownIt("commonmark", _options).enable(["table", "strikethrough"])
TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5"),
}


def to_html(text: str) -> SafeString:
    """Return `text` (Markdown) as sanitised HTML: no pictures, raw HTML shown as text, links marked."""
    html = _markdown.render(text)
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
