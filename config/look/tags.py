"""Tags and filters of every page: icons, moments, Markdown, lengths of time. No app's own words."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agenda.work.tags import DOT_LOOK, STATUS_LOOK
from tenants.web.icons import svg, symbols
from tenants.web.markdown import to_html
from tickets.desk.tags import PRIORITY_LOOK, STATE_LOOK

register = template.Library()
LOOKS = [*STATE_LOOK.values(), *PRIORITY_LOOK.values(), *STATUS_LOOK.values()]
ON_TAGS = tuple(sorted({symbol for _colour, symbol in LOOKS if symbol} | set(DOT_LOOK.values())))


@register.simple_tag
def tag_icons() -> SafeString:
    """Return the icons of tags as symbols, once a page."""
    return symbols(ON_TAGS)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a Tabler icon inline; it says nothing by itself, so words stand beside it."""
    return svg(name) if name else SafeString("")


@lru_cache(maxsize=4096)
def _day(day: date, language: str) -> tuple[str, str, str]:
    """Return a day as written this year, in another year, and in full."""
    return _worded(day, "D j M", language), _worded(day, "j M Y", language), _worded(day, "l j F Y", language)


def _worded(day: date, form: str, language: str) -> str:
    """Return a day in words; Dutch writes days and months without a capital."""
    text = date_format(day, form)
    return text.lower() if language.startswith("nl") else text


@register.filter
def day(value: date | None) -> str:
    """Return a day as "30 sep 2026"."""
    return _day(value, get_language() or "nl")[1] if value else "–"


@register.filter
def moment(value: datetime | None, exact: bool = False) -> SafeString:
    """Return a moment in local time: time today, weekday and date otherwise, year when it is another one.

    A moment in another year has its time only when `exact`.
    """
    if value is None:
        return SafeString("")
    local, today = timezone.localtime(value), timezone.localdate()
    clock = f"{local:%H:%M}"
    this_year, other_year, full = _day(local.date(), get_language() or "nl")
    if local.date() == today:
        text = _("today") + f" {clock}"
    elif local.year == today.year:
        text = f"{this_year}, {clock}"
    else:
        text = f"{other_year}, {clock}" if exact else other_year
    return format_html(
        '<time datetime="{}" title="{} {}">{}</time>', local.isoformat(timespec="minutes"), full, clock, text
    )


@register.filter
def markdown(text: str) -> SafeString:
    """Return Markdown as safe HTML."""
    return to_html(text)


@register.filter
def duration(minutes) -> str:
    """Return clock minutes in words: 35 min, 3 h 20, 4 days."""
    if minutes is None:
        return "–"
    minutes = int(minutes)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    if minutes < 48 * 60:
        return _("%(hours)s h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(days)s days") % {"days": round(minutes / 1440)}


@register.simple_tag(takes_context=True)
def with_query(context, **changes) -> str:
    """Return the query string of this page with some parameters changed; an empty value takes one away."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}" if query else "?"
