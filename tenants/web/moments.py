"""Days and moments in words, as pages say them: local time, by the language of the moment."""

from datetime import date, datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _


@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> tuple[str, str, str]:
    """Return a day as written this year, in another year, and in full."""
    return _worded(day, "D j M", language), _worded(day, "j M Y", language), _worded(day, "l j F Y", language)


def _worded(day: date, form: str, language: str) -> str:
    """Return a day in words; Dutch writes days and months without a capital."""
    text = date_format(day, form)
    return text.lower() if language.startswith("nl") else text


def day(value: date | None) -> str:
    """Return a day as "30 sep 2026"."""
    return _day(value, get_language() or "nl")[1] if value else "–"


def moment(value: datetime | None, exact: bool = False) -> SafeString:
    """Return a moment in local time: time today, weekday and date otherwise, year when it is another one.

    A moment in another year has its time only when `exact`.
    """
    if value is None:
        return SafeString("")
    return _moment(value, timezone.localdate(), get_language() or "nl", exact)


@lru_cache(maxsize=8192)
def _moment(value: datetime, today: date, language: str, exact: bool) -> SafeString:
    """Return it as on the day `today`: the same ones come back in every list."""
    local = timezone.localtime(value)
    clock = f"{local:%H:%M}"
    this_year, other_year, full = _day(local.date(), language)
    if local.date() == today:
        text = _("today") + f" {clock}"
    elif local.year == today.year:
        text = f"{this_year}, {clock}"
    else:
        text = f"{other_year}, {clock}" if exact else other_year
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>', local.isoformat(timespec="minutes"), full, clock, text
    )


def day_of(value: datetime) -> SafeString:
    """Return the day of a moment in local time, as a list says it: the time today, else the day; in full on hover."""
    return _day_of(value, timezone.localdate(), get_language() or "nl")


@lru_cache(maxsize=8192)
def _day_of(value: datetime, today: date, language: str) -> SafeString:
    there = timezone.localtime(value)
    clock = f"{there:%H:%M}"
    this_year, other_year, full = _day(there.date(), language)
    text = clock if there.date() == today else this_year if there.year == today.year else other_year
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>', there.isoformat(timespec="minutes"), full, clock, text
    )


def ago(value: datetime | None) -> SafeString:
    """Return how long ago a moment was, in days of the calendar; in full on hover, and the day beside it on paper."""
    return _ago(value, timezone.localdate(), get_language() or "nl") if value else SafeString("")


@lru_cache(maxsize=8192)
def _ago(value: datetime, today: date, language: str) -> SafeString:
    there = timezone.localtime(value)
    _this_year, other_year, full = _day(there.date(), language)
    return format_html(
        '<time datetime="{}" title="{} {}">{}<span class="on-paper"> ({})</span></time>',
        there.isoformat(timespec="minutes"),
        full,
        f"{there:%H:%M}",
        _since((today - there.date()).days),
        other_year,
    )


def _since(days: int) -> str:
    if days < 1:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 14:
        return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
    if days < 61:
        return ngettext("%(n)d week ago", "%(n)d weeks ago", days // 7) % {"n": days // 7}
    if days < 365:
        return ngettext("%(n)d month ago", "%(n)d months ago", days // 30) % {"n": days // 30}
    return ngettext("%(n)d year ago", "%(n)d years ago", days // 365) % {"n": days // 365}
