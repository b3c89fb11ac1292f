"""The groups of the tree in the words of a librarian: what it is, and what belongs there."""

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agenda.categories.models import Category

# No group of things that belong together for a librarian: docs/decisions/0012-eight-groups-for-a-librarian.md.
NOT_ASKED = frozenset({"8"})
# A group that is not here goes by its name in the tree.
PLAIN: dict[str, tuple[Promise, Promise]] = {
    "1": (_("Lending and returning"), _("desk, holds, opening hours")),
    "2": (_("Patrons and subscriptions"), _("cards, data, registering")),
    "3": (_("Paying"), _("till, fines, direct debit")),
    "4": (_("Collection"), _("describing, ordering, placing")),
    "5": (_("Website, catalogue and app"), _("searching, My Menu, e-books, public computers")),
    "6": (_("Self-service and devices"), _("self-service, gates, printers")),
    "7": (_("E-mail and letters"), _("messages to patrons, newsletter")),
    "8": (_("Schools, loans elsewhere and figures"), _("school libraries, inter-library loan, reports")),
    "9": (_("Signing in and rights"), _("accounts of staff, a branch that opens or closes")),
}


def plain_name(group: Category) -> str | Promise:
    """Return a group in plain words, without what belongs there."""
    return PLAIN[group.code][0] if group.code in PLAIN else group.name


def in_plain_words(group: Category) -> SafeString | str:
    """Return a group as a choice of a form."""
    if group.code not in PLAIN:
        return group.name
    return _choice(*PLAIN[group.code])


def dont_know() -> SafeString:
    """Return the choice of whoever does not know."""
    return _choice(
        gettext("I do not know, or something else"), gettext("schools, loans elsewhere, figures; we find out")
    )


def _choice(words: str | Promise, what: str | Promise) -> SafeString:
    return format_html('<span>{} <small class="what">{}</small></span>', words, what)
