"""Markdown of messages: bounded by what is counted, safe whatever the text, and whole in every form it is shown in."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.web import markdown
from tenants.web.markdown import cost_of, to_html

MOST = 20_000  # characters a message may have
TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5"),
}


def _filled(part: str, size: int = MOST) -> str:
    return (part * (size // len(part) + 1))[:size]


HOSTILE = {
    "table of short rows": "|".join("a" * 20) + "\n" + "|".join("-" * 20) + "\n" + _filled("a\n", 19_900),
    "table of two columns": "a|b\n-|-\n" + _filled("a|b\n", 19_900),
    "table in a quote": "> a|b\n> -|-\n" + _filled("> c|d\n", 19_900),
    "rulers": "a|b|c\n" + _filled("-|-|-\n", 19_900),
    "wide table": _filled("|a", 400) + "\n" + _filled("|-", 400) + "\n" + _filled("|x\n", 19_000),
    "quotes": _filled("> > > > > > > > > > x\n"),
    "lists in lists": "\n".join("  " * depth + "- a" for depth in range(140))[:MOST],
    "lists in a line": _filled("- - - - - - - - - - a\n"),
    "list": _filled("- a\n"),
    "numbers": _filled("1. a\n"),
    "quoted lists": _filled("> - > - > - a\n"),
    "pictures": _filled("!["),
    "brackets": _filled("["),
    "open links": _filled("[a]("),
    "brackets in brackets": "[" * 9_000 + "]" * 9_000,
    "half links and stops": _filled("))))![))))  - "),
    "references": "[a]: b\n" + _filled("[a] ", 19_900),
    "addresses": _filled("<http://a.b> "),
    "emphasis": _filled("*a* "),
    "emphasis never closed": _filled("*a_b "),
    "stars and bars": _filled("*_"),
    "crossed out": _filled("~~a~~ "),
    "headings": _filled("# a\n"),
    "underlined": _filled("a\n=\n"),
    "breaks": _filled("a  \n"),
    "code": _filled("`a` "),
    "html": _filled("<b>x</b>\n"),
    "escapes": _filled("\\*"),
    "entities": _filled("&amp;"),
    "short lines": _filled("a\n"),
    "spaces": _filled(" "),
    "deep spaces": _filled(" " * 280 + "-\n"),
}
ORDINARY = """# Storing

Sinds **vanmorgen** zegt de _zelfservice_ "geen verbinding":

1. pas gescand
2. boek gescand, zie [de handleiding](https://handleiding.example/a?b=1)

- locatie A
  - begane grond
  - eerste verdieping
- locatie B

> Eerder schreef u: ~~morgen~~

| dag | meldingen |
|-----|-----------|
| ma  | 12        |
| di  | 9         |

    log: regel 1
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_no_hostile_text_takes_a_second(name):
    text = HOSTILE[name]
    started = time.process_time()
    to_html(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "name",
    [
        "quotes",
        "lists in lists",
        "lists in a line",
        "list",
        "numbers",
        "pictures",
        "brackets",
        "half links and stops",
        "emphasis",
        "headings",
        "addresses",
        "html",
        "short lines",
    ],
)
def test_what_is_too_much_is_shown_as_plain_paragraphs(name):
    base, _tables = cost_of(HOSTILE[name])
    assert base > 16_000
    html = to_html(HOSTILE[name])
    assert {tag for tag, _attributes in _tags(html)} <= {"p", "br"}


@pytest.mark.parametrize("rows", [1, 100])
def test_a_table_of_reasonable_size_is_a_table(rows):
    assert to_html("a|b\n-|-\n" + "1|2\n" * rows).count("<tr>") == rows + 1


@pytest.mark.parametrize(
    "text",
    [
        "a|b\n-|-\n" + "1|2\n" * 320,  # rows
        "|".join("a" * 60) + "\n" + "|".join("-" * 60) + "\n" + "1|2\n" * 12,  # columns times rows
        "|".join("a" * 60) + "\n" + "|".join("-" * 60) + "\n" + "x\n" * 12,  # rows that are shorter than they are shown
    ],
)
def test_a_table_that_is_too_much_is_shown_as_its_text(text):
    html = to_html(text + "\n*schuin*")
    assert "<table" not in html and "<em>schuin</em>" in html and html.count("|") == text.count("|")


@pytest.mark.parametrize(
    ("text", "base", "tables"),
    [
        ("", 16, 0),
        ("a", 16, 0),
        ("abcdabcd", 17, 0),  # an eighth of a step for each character
        ("a\nb", 32, 0),  # a line
        ("- a\n- b\n", 48 + 2 * 30 + 2 * 4 + 1, 0),  # what opens a block, and may stop a text
        ("- - a", 16 + 2 * 30 + 2 * 4, 0),
        ("> > 1. a", 16 + 3 * 30 + 2 * 4 + 1, 0),
        ("- a\n    - b", 32 + 2 * 30 + 2 * 30 + 2 * 4 + 1, 0),  # two levels deep
        ("x*a*", 16 + 2 * 12 + 2 * 4, 0),  # a mark
        ("<", 16 + 60 + 4, 0),  # what may be an address
        ("[a](b)", 16 + 2 * 18 + 2 * 4, 0),  # a bracket
        ("![a](b)", 16 + 3 * 18 + 3 * 4, 0),
        ("[:::::::::::", 16 + 18 + 12 * 4 + 1 + 1, 0),  # looks through twelve stops for its other half: one step
        ("[\n\n:::::::::::", 48 + 18 + 12 * 4 + 1, 0),  # but not into another paragraph
        ("a|b\n-|-\nc|d", 48 + 30 + 5 * 4 + 1, 3 * 2 * 24),  # cells
        ("a|b\n-|-\nc", 48 + 30 + 4 * 4 + 1, 3 * 2 * 24),  # also those that a short row lacks
    ],
)
def test_the_steps_are_counted(text, base, tables):
    assert cost_of(text) == (base, tables)


def test_an_ordinary_text_is_shown_in_full():
    html = to_html(ORDINARY)
    for part in (
        "<h3>Storing</h3>",
        "<strong>vanmorgen</strong>",
        "<em>zelfservice</em>",
        "<ol>\n<li>pas gescand</li>",
        '<a href="https://handleiding.example/a?b=1" rel="noopener noreferrer nofollow">de handleiding</a>',
        "<li>begane grond</li>",
        "<blockquote>",
        "<s>morgen</s>",
        "<td>12</td>",
        "<pre><code>log: regel 1",
    ):
        assert part in html, part


def test_a_long_report_is_shown_in_full():
    """Twenty thousand characters of prose with a list and a link here and there."""
    prose = "De zelfservice op de eerste verdieping zegt dat er geen verbinding is, en dat al sinds vanmorgen.\n"
    text = (prose * 4 + "\n- een *punt*\n- nog een [punt](https://a.example)\n\n") * 60
    assert len(text) > 19_000
    assert to_html(text[:MOST]).count("<li>") > 80


def test_plain_paragraphs_keep_every_line():
    text = "- een <b>\n- twee & drie\n\n\n\n- vier\n" + "- x\n" * 2000
    assert to_html(text).startswith("<p>- een &lt;b&gt;<br>- twee &amp; drie</p>\n<p>- vier<br>- x<br>")


def test_line_ends_of_a_browser_are_lines():
    assert to_html("a\r\nb\rc") == "<p>a<br>\nb<br>\nc</p>\n"
    assert "\r" not in to_html("- x\r\n" * 2000)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.found.append(("comment", {}))

    def handle_decl(self, decl):
        self.found.append(("declaration", {}))

    handle_pi = unknown_decl = handle_decl


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def _tags(html: str) -> list[tuple[str, dict]]:
    return _read(html).found


PIECES = st.sampled_from(
    [
        *(
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=a>",
            "<!--",
            "-->",
            "<![CDATA[",
            "<?",
        ),
        *(
            "[x](javascript:alert(1))",
            "[x](data:text/html,a)",
            "<javascript:a>",
            "![x](https://a.example/p.png)",
            "[x]",
        ),
        *(
            '[x](https://a.example "t")',
            "[x]: javascript:a\n",
            "&lt;script&gt;",
            "&#60;b&#62;",
            "`<b>`",
            "```\n<b>\n```\n",
        ),
        *(
            "<b",
            'on="',
            "'",
            '"',
            "<",
            ">",
            "&",
            "|",
            "-|-\n",
            "a|b\n",
            "- ",
            "1. ",
            "> ",
            "\n",
            "\n\n",
            "    ",
            "*",
            "_",
        ),
        *("~~", "#", "\0", "\u202e", "\ufffe", "é", "<a href='x' style='y'>", "<base href=//x>", "<form>", "x" * 50),
    ]
)


@given(st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300)), st.booleans())
@settings(deadline=None, max_examples=400)
def test_no_text_becomes_a_tag_of_its_own(text, too_much):
    """Whatever the text, in full or plain: only our tags, only our attributes, only addresses one may follow."""
    html = to_html(text + ("\n\n" + "- x\n" * 2000 if too_much else ""))
    for tag, attributes in _tags(html):
        if tag == "div":  # ours, round a table that is wide
            assert attributes == {"class": "scroll", "tabindex": "0"}
            continue
        assert tag in TAGS
        assert set(attributes) <= ({"href", "rel"} if tag == "a" else {"start"} if tag == "ol" else set())
        if tag == "a":
            assert attributes["rel"] == "noopener noreferrer nofollow"
            scheme, colon, _rest = attributes.get("href", "").partition(":")
            assert not colon or scheme.lower() in {"http", "https", "mailto"} or not scheme.isalpha()


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(deadline=None, max_examples=100)
def test_plain_paragraphs_say_exactly_what_was_written(text):
    written = text + "\n" + "- x\n" * 2000
    shown = _read(to_html(written)).text
    assert "".join(shown.split()) == "".join(written.split())


def test_the_bound_is_the_one_that_was_measured():
    assert markdown.MOST_STEPS == 16_000
