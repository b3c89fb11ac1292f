"""Tags and filters of every page: icons, moments, Markdown, tags for states."""

import re
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agenda.work.models import Status
from tenants.web.markdown import to_html
from tickets.models import Ticket
from tickets.states import Priority, State, Type

register = template.Library()
ICONS = Path(settings.BASE_DIR) / "node_modules" / "@tabler" / "icons" / "icons" / "outline"

STATE_LOOK = {
    "new": ("amber", "sparkles"),
    "open": ("own", "player-play"),
    "waiting_reporter": ("", "message-question"),
    "waiting_supplier": ("", "building-factory-2"),
    "waiting_partner": ("", "users-group"),
    "planned": ("", "calendar-event"),
    "resolved": ("green", "check"),
    "closed": ("", "lock"),
    "merged": ("", "arrows-join"),
}
PRIORITY_LOOK = {"critical": ("red", "flame"), "high": ("amber", "alert-triangle"), "medium": ("", ""), "low": ("", "")}
STATUS_LOOK = {"on_track": ("green", "check"), "at_risk": ("amber", "alert-triangle"), "off_track": ("red", "x")}
LOOKS = {State: STATE_LOOK, Priority: PRIORITY_LOOK, Status: STATUS_LOOK}
DOT_LOOK = {"on_track": "check", "at_risk": "exclamation-mark", "off_track": "x", "none": "minus"}
ON_TAGS = sorted(
    {symbol for look in LOOKS.values() for _colour, symbol in look.values() if symbol} | set(DOT_LOOK.values())
)


@lru_cache(maxsize=256)
def _svg(name: str) -> str:
    text = (ICONS / f"{name}.svg").read_text()
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S).strip()
    inner = re.search(r"<svg[^>]*>(.*)</svg>", text, flags=re.S).group(1)
    inner = re.sub(r"\s+", " ", inner).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").strip()
    return (
        '<svg class="icon" aria-hidden="true" focusable="false" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        f' stroke-linecap="round" stroke-linejoin="round">{inner}</svg>'
    )


@register.simple_tag
@lru_cache(maxsize=1)
def tag_icons() -> SafeString:
    """Return the icons of tags as symbols, once a page, for `use` to point at."""
    symbols = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{re.search(r"<svg[^>]*>(.*)</svg>", _svg(name))[1]}</symbol>'
        for name in ON_TAGS
    )
    return mark_safe(f'<svg class="symbols" aria-hidden="true">{symbols}</svg>')


def use(name: str) -> SafeString:
    """Return an icon that stands on the page as a symbol."""
    return mark_safe(f'<svg class="icon drawn" aria-hidden="true"><use href="#i-{name}"/></svg>')


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a Tabler icon inline; it says nothing by itself, so words stand beside it."""
    return mark_safe(_svg(name)) if name else SafeString("")


@lru_cache(maxsize=1024)
def _tag(kind: type[TextChoices], value: str, language: str) -> SafeString:
    """Return a choice as a tag in words; the same few come back on every row of every list."""
    colour, symbol = LOOKS[kind].get(value, ("", ""))
    label = capfirst(str(kind(value).label))
    return format_html('<span class="tag {}">{}{}</span>', colour, use(symbol) if symbol else "", label)


@register.filter
def state_tag(ticket) -> SafeString:
    """Return the state of a ticket as a tag in words, with its own icon and tint."""
    return _tag(State, ticket.state, get_language() or "nl")


@register.filter
def priority_tag(ticket) -> SafeString:
    """Return the priority of a ticket as a tag."""
    return _tag(Priority, ticket.priority, get_language() or "nl")


@register.filter
def status_tag(thing) -> SafeString:
    """Return the status of an item or contribution as a tag."""
    return _tag(Status, thing.status, get_language() or "nl")


@register.filter
def status_dot(part) -> SafeString:
    """Return the status of a contribution as a coloured dot with the words beside it for who cannot see it."""
    return _dot(part.status if part else "none", get_language() or "nl")


@lru_cache(maxsize=64)
def _dot(status: str, language: str) -> SafeString:
    words = _("does not take part") if status == "none" else Status(status).label
    text = '<span class="dot {}" title="{}">{}</span><span class="hidden">{}</span>'
    return format_html(text, status, words, use(DOT_LOOK[status]), words)


@lru_cache(maxsize=64)
def _label(kind: type[TextChoices], value: str, language: str) -> str:
    return str(kind(value).label)


@register.filter
def type_name(ticket) -> str:
    """Return the type of a ticket in words."""
    return _label(Type, ticket.type, get_language() or "nl")


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
def thousandths(value: int) -> str:
    """Return thousandths of a width as SVG writes it: 125 is "12.5%"."""
    return f"{value / 10:g}%"


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


@register.filter
def state_name(value: str) -> str:
    """Return a state in words."""
    return capfirst(State(value).label)


@register.filter
def field_names(names) -> str:
    """Return names of ticket fields in words, with commas."""
    return ", ".join(str(Ticket._meta.get_field(name).verbose_name) for name in names)
