"""Words of tickets for templates: `{% load ticket_tags %}`."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.db.models import TextChoices
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from tenants.web.icons import Look, tag
from tickets.clocks.sentences import due_of
from tickets.desk.talk import talk as conversation
from tickets.states import Priority, State, Type

register = template.Library()

STATE_LOOK: dict[str, Look] = {
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
PRIORITY_LOOK: dict[str, Look] = {
    "critical": ("red", "flame"),
    "high": ("amber", "alert-triangle"),
    "medium": ("", ""),
    "low": ("", ""),
}
REOPENED_LOOK: Look = ("red", "rotate")
CLOCK_LOOK: dict[str, Look] = {"still": ("", "player-pause"), "late": ("red", "clock-exclamation")}
LOOKS: dict[type[TextChoices], dict[str, Look]] = {State: STATE_LOOK, Priority: PRIORITY_LOOK}


@lru_cache(maxsize=1024)
def _tag(kind: type[TextChoices], value: str, language: str) -> SafeString:
    """Return a choice as a tag in words; the same few come back on every row of every list."""
    return tag(capfirst(str(kind(value).label)), LOOKS[kind].get(value, ("", "")))


@lru_cache(maxsize=64)
def _label(kind: type[TextChoices], value: str, language: str) -> str:
    return str(kind(value).label)


def as_tag(kind: type[TextChoices], value: str) -> SafeString:
    """Return a state or priority as a tag in words, with its own icon and tint."""
    return _tag(kind, value, get_language() or "nl")


def in_words(kind: type[TextChoices], value: str) -> str:
    """Return a choice in words."""
    return _label(kind, value, get_language() or "nl")


@register.filter
def state_tag(ticket) -> SafeString:
    """Return the state of a ticket as a tag in words; to staff, what was opened again says so until they answered."""
    if getattr(ticket, "reopened_at", None):
        return reopened_tag()
    return tag(withdrawn_word(), STATE_LOOK["closed"]) if ticket.is_withdrawn else as_tag(State, ticket.state)


def withdrawn_word() -> str:
    """Return what is said of a ticket that was closed and never resolved."""
    return capfirst(gettext("withdrawn"))


def reopened_tag() -> SafeString:
    """Return the tag of what was opened again."""
    return tag(capfirst(gettext("reopened")), REOPENED_LOOK)


@register.filter
def priority_tag(ticket) -> SafeString:
    """Return the priority of a ticket as a tag."""
    return as_tag(Priority, ticket.priority)


@register.filter
def type_name(ticket) -> str:
    """Return the type of a ticket in words."""
    return in_words(Type, ticket.type)


@register.filter
def state_name(value: str) -> str:
    """Return a state in words."""
    return capfirst(State(value).label)


@register.filter
def state_said(ticket) -> str:
    """Return how a ticket stands, for staff."""
    if ticket.reopened_at:
        return capfirst(gettext("reopened"))
    return withdrawn_word() if ticket.is_withdrawn else state_name(ticket.state)


@register.filter
def state_word(value: str) -> str:
    """Return a state in words for within a sentence; nothing for none."""
    return in_words(State, value) if value else ""


@register.filter
def also(name: str, others: list[str]) -> str:
    """Return "a", "a and b" or "a, b and c": a name and those of others."""
    if not others:
        return name
    return gettext("%(first)s and %(last)s") % {"first": ", ".join([name, *others[:-1]]), "last": others[-1]}


@register.simple_tag
def file_limit() -> int:
    """Return how large a file may be, in bytes."""
    return settings.UPLOAD_MAX_BYTES


@register.simple_tag
def file_limits() -> str:
    """Return how many files may come along, and how large, in words."""
    most = {"files": settings.UPLOAD_MAX_FILES, "size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
    return gettext("At most %(files)s files, each of at most %(size)s.") % most


@register.simple_tag(takes_context=True)
def talk(context, entries, staff_right: bool) -> SafeString:
    """Return the conversation of the page's ticket; `staff_right` says on which side the desk speaks."""
    return conversation(entries, context, staff_right=staff_right)


@register.simple_tag
def due_said(ticket) -> str:
    """Return what of a ticket runs out first and how long that takes, for staff; nothing where nothing does."""
    return due_of(ticket)
