"""Tags and filters of every page: icons, moments, Markdown, lengths of time. No app's own words."""

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agenda.work.tags import DOT_LOOK, STATUS_LOOK
from config.look.sentences import Summary, sentences, summary
from tenants.web.icons import svg, symbols
from tenants.web.markdown import to_html
from tenants.web.moments import ago, day, moment
from tenants.web.rows import fixed as drawn_once
from tenants.web.rows import rendered
from tickets.desk.tags import CLOCK_LOOK, PRIORITY_LOOK, REOPENED_LOOK, STATE_LOOK

register = template.Library()
register.filter("day", day)
register.filter("moment", moment)
register.filter("ago", ago)
register.filter("sentences", sentences)
LOOKS = [*STATE_LOOK.values(), REOPENED_LOOK, *PRIORITY_LOOK.values(), *STATUS_LOOK.values(), *CLOCK_LOOK.values()]
ON_TAGS = tuple(sorted({symbol for _colour, symbol in LOOKS if symbol} | set(DOT_LOOK.values())))


@register.simple_tag
def fixed(partial: str, **given) -> SafeString:
    """Return a partial of what it is given alone, made once for each of these (tenants.web.rows)."""
    return drawn_once(partial, given)


@register.simple_tag(takes_context=True)
def rows(context, partial: str, found) -> SafeString:
    """Return a partial of names alone for each row: a name is the row's own, else the page's (tenants.web.rows)."""
    return rendered(partial, found, context)


@register.simple_tag
def summary_of(form) -> Summary:
    """Return what is wrong with a form: sentences, each with the field that it is about."""
    return summary(form)


@register.simple_tag
def tag_icons() -> SafeString:
    """Return the icons of tags as symbols, once a page."""
    return symbols(ON_TAGS)


@register.simple_tag
def printed_on() -> str:
    """Return when this page was made, for paper."""
    now = timezone.localtime()
    return _("Printed on %(day)s, %(clock)s") % {"day": day(now.date()), "clock": f"{now:%H:%M}"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a Tabler icon inline; it says nothing by itself, so words stand beside it."""
    return svg(name) if name else SafeString("")


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
