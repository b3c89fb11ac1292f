"""What the pages of the agenda send, and how they are read."""

import re
from html import unescape

FORM = {
    **{"title": "Nieuw resultaat", "description": "", "theme": "cost", "goal": "", "planned_from": "2026-01-01"},
    **{"planned_to": "2026-06-30", "contributors": ["cubiss"]},
}


def words_of(response) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))
