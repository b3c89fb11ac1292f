"""The hours of a day as people write them: "8:30-12:30, 13:00-17:00"; nothing for a day on which nobody works."""

import re

from django.utils.translation import gettext as _

Blocks = list[list[int]]
BLOCK = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?(?:\s*(?:-|–|—|tot|to|until)\s*)(\d{1,2})(?:[:.](\d{2}))?", flags=re.ASCII
)
BETWEEN = re.compile(r"\s*(?:,|;|&|\ben\b|\band\b)\s*")
MOST = 6  # blocks a day


def read_blocks(text: str) -> Blocks:
    """Return the blocks that `text` says, in order, as minutes after midnight. Raises ValueError with what is wrong."""
    text = " ".join(text.lower().split())
    if not text:
        return []
    found = sorted(_read(part) for part in BETWEEN.split(text))
    if len(found) > MOST:
        raise ValueError(_("At most %(most)s blocks a day.") % {"most": MOST})
    for (_start, end), (start, _end) in zip(found, found[1:], strict=False):
        if start < end:
            raise ValueError(_("These hours overlap."))
    return found


def _read(part: str) -> list[int]:
    match = BLOCK.fullmatch(part)
    if not match:
        raise ValueError(_("Write hours as 8:30-17:00, with a comma between two blocks; nothing for a day off."))
    hours, minutes, until_hours, until_minutes = (int(one or 0) for one in match.groups())
    start, end = 60 * hours + minutes, 60 * until_hours + until_minutes
    if minutes > 59 or until_minutes > 59 or end > 1440:
        raise ValueError(_("A day goes from 0:00 to 24:00."))
    if start >= end:
        raise ValueError(_("The end comes before the beginning. For a night, end the day at 24:00."))
    return [start, end]


def write_blocks(blocks: Blocks) -> str:
    """Return blocks as `read_blocks` reads them."""
    return ", ".join(f"{clock(start)}-{clock(end)}" for start, end in blocks)


def clock(minute: int) -> str:
    """Return a minute after midnight as 8:30."""
    return f"{minute // 60}:{minute % 60:02d}"
