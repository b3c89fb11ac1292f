"""What the palette offers for what is typed: tickets, libraries, people, pages and acts; all as far as one may know."""

from dataclasses import dataclass

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.functions import Cast, Lower
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tenants.access import Standing, people_of
from tenants.libraries.queries import libraries_visible_to
from tenants.models import Person
from tenants.roles import Permission
from tickets.access import as_told_to
from tickets.desk.models import Ticket
from tickets.desk.tags import STATE_LOOK
from tickets.search.queries import search
from tickets.search.words import number_of

TICKETS, NAMES = 6, 4
ENOUGH = 3  # letters from which on words are looked for in tickets


@dataclass(frozen=True)
class Hit:
    """One line: where it leads, in words with what was typed in bold, and what stands beside it."""

    href: str
    label: SafeString
    icon: str
    beside: str = ""


@dataclass(frozen=True)
class Group:
    """Hits of one kind under a heading."""

    title: str
    hits: list[Hit]


def offered(text: str, standing: Standing) -> list[Group]:
    """Return what fits `text`, the best first: a number leads to its ticket, else libraries, tickets, acts and so on.

    No hit does anything: each leads to a page. At most six questions to the database, the door included.
    """
    text = text.strip()
    tickets = Group(_("Tickets"), _tickets(text, standing))
    libraries, people = _named(text, standing)
    groups = [
        Group(_("Libraries"), [_library(name, slug, text) for name, slug in libraries]),
        tickets,
        Group(_("Do"), _acts(text, standing, libraries, people)),
        Group(_("People"), [_person(name, text) for name, _pk in people]),
        Group(_("Other pages"), _pages(text, standing)),
    ]
    if number_of(text):
        groups.sort(key=lambda group: group is not tickets)
    return [group for group in groups if group.hits]


def _tickets(text: str, standing: Standing) -> list[Hit]:
    visible = Ticket.objects.visible_to(standing)
    number = number_of(text)
    if number:
        found = list(visible.filter(number=number)[:1])
    elif len(text) >= ENOUGH:
        hits = search(visible, text, standing)
        found = list(hits.of(visible.only("number", "subject", "state"), slice(TICKETS))) if hits.keys else []
    else:
        found = []
    told = [as_told_to(one, standing) for one in found]
    return [
        Hit(reverse("ticket", args=[one.number]), bold(one.subject, text), STATE_LOOK[one.state][1], one.number)
        for one in told
    ]


def _named(text: str, standing: Standing) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return libraries (name and slug) (for staff) people, name and key, with `text` in their names; one question."""
    if not text:
        return [], []
    plain = Lower(Func(Value(text), function="extensions.plain"))
    libraries = libraries_visible_to(standing).filter(sort_name__contains=plain).order_by("sort_name")
    rows = libraries.annotate(kind=Value("library"), named=F("name"), key=Cast("slug", CharField()))
    rows = rows.values_list("kind", "named", "key")[:NAMES]
    if standing.is_staff:
        people = Person.objects.filter(
            Q(name__icontains=text) | Q(email=text.lower()), pk__in=people_of(standing.organisation).values("pk")
        )
        people = people.annotate(kind=Value("person"), named=F("name"), key=Cast("pk", CharField())).order_by("name")
        rows = rows.union(people.values_list("kind", "named", "key")[:NAMES], all=True)
    found = sorted(rows)
    return [(name, key) for kind, name, key in found if kind == "library"], [
        (name, key) for kind, name, key in found if kind == "person"
    ]


def _library(name: str, slug: str, text: str) -> Hit:
    return Hit(reverse("library", args=[slug]), bold(name, text), "building")


def _person(name: str, text: str) -> Hit:
    query = urlencode({"q": name})
    return Hit(f"{reverse('tickets')}?{query}", bold(_("Tickets with %(name)s") % {"name": name}, text), "user")


def _acts(text: str, standing: Standing, libraries: list[tuple[str, str]], people: list[tuple[str, str]]) -> list[Hit]:
    if not standing.is_staff:
        return []
    desk, new = reverse("tickets"), reverse("new_ticket")
    filed = [(f"{new}?library={slug}", name) for name, slug in libraries] + [
        (f"{new}?for={pk}", name) for name, pk in people
    ]
    shown = [(f"{desk}?{urlencode({'view': 'all', 'library': slug})}", name) for name, slug in libraries]
    return [
        *(Hit(href, bold(_("New ticket for %(name)s") % {"name": name}, text), "plus") for href, name in filed),
        *(Hit(href, bold(_("Show only %(name)s") % {"name": name}, text), "filter") for href, name in shown),
    ]


def _pages(text: str, standing: Standing) -> list[Hit]:
    pages = [(reverse("tickets"), _("My tickets"), "list")]
    if standing.is_staff:
        desk = reverse("tickets")
        pages = [
            (f"{desk}?view=mine", _("Desk: mine"), "list"),
            (f"{desk}?view=unassigned", _("Desk: unassigned"), "list"),
            (f"{desk}?view=all", _("Desk: all that is open"), "list"),
            (reverse("libraries"), _("Libraries"), "building"),
        ]
    if standing.may(Permission.TICKETS_REPORT):
        pages.append((reverse("new_ticket"), _("New ticket"), "plus"))
    if standing.may(Permission.PEOPLE_MANAGE):
        pages.append((reverse("people"), _("People"), "users"))
    pages.append((reverse("me"), _("My account"), "user"))
    fits = [page for page in pages if text.lower() in page[1].lower()]
    return [Hit(href, bold(label, text), icon) for href, label, icon in fits]


def bold(label: str, text: str) -> SafeString:
    """Return `label` escaped, with the first place where `text` stands in it in bold."""
    at = label.lower().find(text.lower()) if text else -1
    if at < 0 or len(label.lower()) != len(label):  # a letter that is two in lower case would move the place
        return conditional_escape(label)
    before, found, after = label[:at], label[at : at + len(text)], label[at + len(text) :]
    return mark_safe(f"{conditional_escape(before)}<b>{conditional_escape(found)}</b>{conditional_escape(after)}")
