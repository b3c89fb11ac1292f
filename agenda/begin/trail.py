"""The last acts of administration, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.audit.queries import latest

# What is told here, and how; sign-ins, exports and what organisations do among themselves are not.
WORDS = {
    "organisation.begun": gettext_lazy("began the organisation %(object)s"),
    "organisation.changed": gettext_lazy("changed the organisation %(object)s"),
    "organisation.days": gettext_lazy("changed when %(object)s takes part"),
    "host.added": gettext_lazy("added the host %(object)s"),
    "host.first": gettext_lazy("let links go to %(object)s"),
    "host.removed": gettext_lazy("took the host %(object)s away"),
    "platform.made": gettext_lazy("added the library system %(object)s"),
    "platform.changed": gettext_lazy("changed the library system %(object)s"),
    "category.made": gettext_lazy("added category %(object)s"),
    "category.changed": gettext_lazy("changed category %(object)s"),
    "category.ended": gettext_lazy("ended category %(object)s"),
    "framework.made": gettext_lazy("added a policy framework"),
    "framework.changed": gettext_lazy("changed a policy framework"),
    "goal.made": gettext_lazy("added the goal %(object)s"),
    "goal.changed": gettext_lazy("changed the goal %(object)s"),
    "seat.given": gettext_lazy("gave %(organisation)s a seat"),
    "seat.ended": gettext_lazy("ended the seat of %(organisation)s"),
}


@dataclass(frozen=True)
class Act:
    """One line: who did what, when."""

    who: str
    what: str
    at: datetime


def last_acts(most: int = 5) -> list[Act]:
    """Return the last acts of administration, the newest first."""
    return [
        Act(
            who=line.actor.name if line.actor else _("The command line"),
            what=WORDS[line.action] % {"object": line.object, "organisation": line.organisation or ""},
            at=line.at,
        )
        for line in latest(list(WORDS), most)
    ]
