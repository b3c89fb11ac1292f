"""Templates can be read in a diff: one tag a line, short lines, two spaces a level."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("config", "tenants", "agenda", "tickets")
TEMPLATES = sorted(path for app in APPS for path in (ROOT / app).rglob("templates/**/*.html"))
LONGEST = 160
VOID = {"br", "hr", "img", "input", "link", "meta", "line", "rect", "path"}
IN_TAG = r"(?:{%.*?%}|{{.*?}}|\"(?:{%.*?%}|{{.*?}}|[^\"])*\"|'(?:{%.*?%}|{{.*?}}|[^'])*'|[^>\"'])*"
TOKEN = re.compile(rf"{{#.*?#}}|{{%.*?%}}|</?[a-zA-Z]{IN_TAG}>", re.S)


def _faults(text: str) -> list[str]:
    """Return what is wrong with a template, by line.

    A line opens at most one tag or block that it does not close, or closes at most one that it did not open, and
    stands two spaces deeper for each that is open; the attributes of a tag may go on a level deeper.
    """
    text = re.sub(r"{%\s*(comment|verbatim).*?end\1\s*%}", "", text, flags=re.S)
    ended = {"end" + name for name in re.findall(r"{%\s*end(\w+)", text)}
    lines = text.splitlines()
    opened, closed, inside, between = ([0] * (len(lines) + 1) for _ in range(4))
    stack: list[tuple[str, int]] = []
    wrong = []
    for found in TOKEN.finditer(text):
        token = found[0]
        first, last = (text.count("\n", 0, at) for at in (found.start(), found.end()))
        for line in range(first + 1, last + 1):
            inside[line] = 1
        if token.startswith("{#"):
            continue
        if token.startswith("{%"):
            name, *words = token[2:-2].split()
            closes = name.startswith("end")
            opens = not closes and f"end{name}" in ended and not (name == "blocktrans" and "asvar" in words)
            if name in {"else", "elif", "empty", "plural"} and not lines[first].strip().count("{%") > 1:
                between[first] = 1
        else:
            name = re.match(r"</?([a-zA-Z0-9]+)", token)[1].lower()
            closes, opens = token.startswith("</"), name not in VOID and not token.endswith("/>")
        if closes:
            if not stack or stack[-1][0] != name.removeprefix("end" if token.startswith("{%") else ""):
                return [*wrong, f"{last + 1}: {token} closes {stack[-1] if stack else 'nothing'}"]
            _name, at = stack.pop()
            if at != last:
                opened[at] += 1
                closed[last] += 1
        elif opens:
            stack.append((name, last))
    if stack:
        return [*wrong, f"{stack[-1][1] + 1}: {stack[-1][0]} is never closed"]
    depth = 0
    for number, line in enumerate(lines):
        if len(line) > LONGEST:
            wrong.append(f"{number + 1}: {len(line)} characters")
        if opened[number] + closed[number] > 1:
            wrong.append(f"{number + 1}: opens or closes more than one")
        starts_with_end = closed[number] and re.match(r"\s*(</|{%\s*end)", line)
        level = depth - (1 if starts_with_end or between[number] else 0) + inside[number]
        if line.strip() and len(line) - len(line.lstrip()) != 2 * level:
            wrong.append(f"{number + 1}: stands at {len(line) - len(line.lstrip())}, not at {2 * level}")
        depth += opened[number] - closed[number]
    return wrong


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_can_be_read_in_a_diff(path):
    assert _faults(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("<div>\n  <p>{% if a %}b{% else %}c{% endif %}</p>\n</div>\n", []),
        ('<a class="b"\n  href="c">\n  d\n</a>\n', []),
        ("{% for a in b %}\n  {{ a }}\n{% empty %}\n  c\n{% endfor %}\n", []),
        ("<div><p>\n  a\n</p></div>\n", ["1: opens or closes more than one", "2: stands at 2, not at 4"]),
        ("<div>\na\n</div>\n", ["2: stands at 0, not at 2"]),
        ("<p>" + "a" * 160 + "</p>\n", ["1: 167 characters"]),
        ("<div>\n  </p>\n", ["2: </p> closes ('div', 0)"]),
    ],
)
def test_what_is_a_fault(text, faults):
    found = _faults(text)
    assert found[: len(faults)] == faults
    assert bool(found) == bool(faults)
