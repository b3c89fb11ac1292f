"""Addresses and numbers of tickets in a message that can be clicked. What comes in is sanitised HTML, and stays so."""

import re

from django.utils.safestring import SafeString

TAG = re.compile(r"(<[^>]*>)")
CLOSED_TO_US = ("a", "code", "pre")  # in these, a text stays as it is
ADDRESS = r"https?://(?:&amp;|[^\s<>\"'&])*[^\s<>\"'&.,;:!?)]"  # of what is escaped, `&amp;` alone belongs to it


def linked(html: SafeString, prefix: str) -> SafeString:
    """Return `html` with a link on each http(s) address and each number of a ticket here, such as BISC-12.

    Whoever may not see that ticket finds nothing there. Nothing is made but `<a>`, and what stands in it was escaped
    before.
    """
    if "://" not in html and f"{prefix}-" not in html:
        return html
    found = re.compile(rf"({ADDRESS})|(?<![\w-])({re.escape(prefix)}-[1-9]\d{{0,8}})(?![\w-])")
    inside, parts = 0, []
    for part in TAG.split(html):
        if part.startswith("<"):
            name = part.strip("</> ").split(" ")[0]
            if name in CLOSED_TO_US:
                inside += -1 if part.startswith("</") else 1
        elif not inside:
            part = found.sub(_link, part)
        parts.append(part)
    return SafeString("".join(parts))


def _link(match: re.Match[str]) -> str:
    address, number = match.groups()
    if number:
        return f'<a href="/tickets/{number}/">{number}</a>'
    return f'<a href="{address}" rel="noopener noreferrer nofollow">{address}</a>'
