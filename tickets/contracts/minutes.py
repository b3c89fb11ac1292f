"""Hours as people write and read them, kept in whole minutes."""

import re

from django.utils.translation import gettext as _

from tickets.agreements import durations

CLOCK = re.compile(r"(\d{1,5}):([0-5]\d)", re.ASCII)
HOURS = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(?:u|uur|uren|h|hour|hours)?", re.ASCII)
BOTH = re.compile(r"(\d{1,5})\s*(?:u|uur|h)\s*([0-5]?\d)\s*(?:m|min|minuten)?", re.ASCII)
MINUTES = re.compile(r"(\d{1,6})\s*(?:m|min|minuten|minutes|minuut|minute)", re.ASCII)


def read_minutes(text: str) -> int:
    """Return the minutes that are meant by "1:30", "1,5", "2 uur", "1 u 30" or "45 min"; a minus sign takes them back.

    Raises ValueError, in words, for anything else.
    """
    plain = " ".join(text.replace("\u2212", "-").split()).lower()
    sign, plain = (-1, plain[1:].strip()) if plain.startswith("-") else (1, plain)
    if found := CLOCK.fullmatch(plain) or BOTH.fullmatch(plain):
        return sign * (int(found[1]) * 60 + int(found[2]))
    if found := MINUTES.fullmatch(plain):
        return sign * int(found[1])
    if found := HOURS.fullmatch(plain):
        parts = (found[2] or "").ljust(2, "0")
        return sign * (int(found[1]) * 60 + (int(parts) * 60 + 50) // 100)
    raise ValueError(_("Write hours as 1:30 or 1,5, or minutes as 45 min."))


def in_hours(minutes: int) -> str:
    """Return minutes in words: 45 min, 1 h 30, 12 h; with a minus sign below nothing."""
    return ("\u2212" if minutes < 0 else "") + durations.in_hours(abs(minutes))


def as_typed(minutes: int) -> str:
    """Return minutes as a form holds them: 1:30."""
    return f"{'-' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"
