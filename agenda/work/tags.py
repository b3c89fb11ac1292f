"""Words and shapes of the work agenda for templates: `{% load agenda_tags %}`."""

from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from agenda.work.models import Status
from tenants.web.icons import Look, tag, use

register = template.Library()

STATUS_LOOK: dict[str, Look] = {
    "on_track": ("green", "check"),
    "at_risk": ("amber", "alert-triangle"),
    "off_track": ("red", "x"),
}
DOT_LOOK = {"on_track": "check", "at_risk": "exclamation-mark", "off_track": "x", "none": "minus"}


@lru_cache(maxsize=64)
def _tag(status: str, language: str) -> SafeString:
    return tag(capfirst(str(Status(status).label)), STATUS_LOOK.get(status, ("", "")))


def as_status(status: str) -> SafeString:
    """Return a status as a tag in words."""
    return _tag(status, get_language() or "nl")


@lru_cache(maxsize=8)
def finished_tag(language: str) -> SafeString:
    """Return the tag of a result that is there."""
    return tag(capfirst(_("finished")), ("green", "check"))


def late(days: int) -> str:
    """Return in words how late something is."""
    return ngettext("late: %(days)s day", "late: %(days)s days", days) % {"days": days}


def late_tag(days: int) -> SafeString:
    """Return how late something is as a tag; nothing for 0 days."""
    return tag(late(days), ("red", "")) if days else SafeString("")


@register.filter
def lateness(item) -> SafeString:
    """Return how late a result is today as a tag; nothing when it is not, or is finished."""
    return late_tag(0 if item.finished_on else max(0, (timezone.localdate() - item.planned_to).days))


@register.filter
def status_tag(thing) -> SafeString:
    """Return the status of an item or contribution as a tag."""
    return as_status(thing.status)


def as_dot(status: str) -> SafeString:
    """Return a status ("none" of who takes no part) as a coloured dot, with the words for who cannot see it."""
    return _dot(status, get_language() or "nl")


@lru_cache(maxsize=64)
def _dot(status: str, language: str) -> SafeString:
    words = _("does not take part") if status == "none" else Status(status).label
    text = '<span class="dot {}" title="{}">{}</span><span class="hidden">{}</span>'
    return format_html(text, status, words, use(DOT_LOOK[status]), words)


@register.filter
def thousandths(value: int) -> str:
    """Return thousandths of a width as SVG writes it: 125 is "12.5%"."""
    return f"{value / 10:g}%"
