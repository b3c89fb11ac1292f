"""Markdown of messages to HTML that is safe to show, in a time that is bounded whatever the text.

What a text will cost is counted before it is read: lines, marks at their beginnings, marks within them, cells of
tables. What is above the bound is shown more simply: without tables, and then as plain paragraphs.
"""

import re
from functools import lru_cache

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_options = {"html": False, "linkify": False, "breaks": True}
_plain = MarkdownIt("commonmark", _options).enable("strikethrough")
_with_tables = MarkdownIt("commonmark", _options).enable(["table", "strikethrough"])
TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5"),
}
# What one of each costs at most, in steps of about a microsecond (docs/decisions/0008-markdown-is-bounded.md).
LINE, OPENER, MARK, BRACKET, ANGLE, STOP, CELL = 16, 30, 12, 18, 60, 4, 24
CHARACTERS_A_STEP, SEEN_A_STEP = 8, 12
DEEPEST = 20
MOST_STEPS = 16_000
KEPT_CHARACTERS = 2_000  # of the longest text whose HTML is kept: about two megabytes in all
_openers = re.compile(r"^(?:[ \t]*(?:[-+*>#=]|\d{1,9}[.)]))+", re.MULTILINE)
_opener = re.compile(r"[-+*>#=.)]")
_indent = re.compile(r"^[ \t]+(?=\S)", re.MULTILINE)
_stop = re.compile(r"[!#$%&*+:<=>@\[\]\\^_`{}~|-]")
_blank = re.compile(r"\n[ \t]*\n")


def cost_of(text: str) -> tuple[int, int]:
    """Return what `text` costs to show, in steps: without its tables, and what they add."""
    lines = text.count("\n") + 1
    openers = sum(len(_opener.findall(one)) for one in _openers.findall(text))
    if openers:  # every line is held against each list that is open where it begins
        openers += sum(min(len(one.expandtabs(4)) // 2, DEEPEST) for one in _indent.findall(text))
    marks = sum(text.count(one) for one in "*_~`\\&")
    brackets = text.count("[") + text.count("]") + text.count("![")
    base = lines * LINE + openers * OPENER + marks * MARK + brackets * BRACKET + text.count("<") * ANGLE
    base += len(_stop.findall(text)) * STOP + len(text) // CHARACTERS_A_STEP
    if brackets * BRACKET < MOST_STEPS:  # a bracket looks for its other half through all that follows in its paragraph
        base += sum(part.count("[") * len(_stop.findall(part)) for part in _blank.split(text)) // SEEN_A_STEP
    rows = text.split("\n")
    ruled = any("-" in row and not row.strip("|-: \t>") for row in rows)
    cells = lines * (max(row.count("|") for row in rows) + 1) if ruled else 0
    return base, cells * CELL


def to_html(text: str) -> SafeString:
    """Return `text` (Markdown) as sanitised HTML: no pictures, raw HTML shown as text, links marked."""
    return _kept(text) if len(text) <= KEPT_CHARACTERS else _made(text)


@lru_cache(maxsize=1024)
def _kept(text: str) -> SafeString:
    """Return it as it was made before: a ticket is read more often than it is answered."""
    return _made(text)


def _made(text: str) -> SafeString:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    base, tables = cost_of(text)
    if base > MOST_STEPS:
        return _paragraphs(text)
    html = (_plain if base + tables > MOST_STEPS else _with_tables).render(text)
    for level in (3, 2, 1):  # a message lives below the page's own headings
        html = html.replace(f"<h{level}>", f"<h{level + 2}>").replace(f"</h{level}>", f"</h{level + 2}>")
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "*": set()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    # a wide table scrolls by itself, by keys too; every "<" of the text itself was escaped
    return mark_safe(
        clean.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    )


def _paragraphs(text: str) -> SafeString:
    """Return `text` as it is, in paragraphs with their lines."""
    blocks = (block.strip("\n") for block in re.split(r"\n[ \t]*\n", escape(text)))
    return mark_safe("\n".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks if block))
