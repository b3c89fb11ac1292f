"""What is set up and what is not yet: of each organisation the steps to its first ticket."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agenda.figures.models import TicketSnapshot
from tenants.access import Headcount, headcounts
from tenants.invitations.queries import administrators_invited
from tenants.models import COMMON_SCHEMA, Domain, Library, Location, Organisation, Platform

DESK = 2  # who is alone at a desk is ill one day


@dataclass(frozen=True)
class Step:
    """One thing that has to be there before the first ticket: how far it is, and where it is done if on a page here."""

    name: str
    text: str
    done: bool
    href: str = ""
    now: bool = False


@dataclass(frozen=True)
class Standing:
    """One organisation: its counts, and its steps."""

    organisation: Organisation
    host: str
    libraries: int
    locations: int
    people: int
    tickets: int
    steps: tuple[Step, ...]

    @property
    def left(self) -> int:
        """How many steps are still to be taken?"""
        return sum(not step.done for step in self.steps)

    @property
    def taken(self) -> int:
        """How many steps were taken?"""
        return len(self.steps) - self.left

    @property
    def works(self) -> bool:
        """Were all steps taken?"""
        return self.left == 0


def _counted(rows, key: str) -> Counter[int]:
    return Counter(dict(rows.order_by().values_list(key).annotate(n=Count("pk"))))


def standings() -> list[Standing]:
    """Return every organisation that has not ended, by name; a fixed number of questions."""
    today, week = timezone.localdate(), timezone.now() - timedelta(days=7)
    found = Organisation.objects.exclude(schema_name=COMMON_SCHEMA).exclude(until_on__lt=today)
    libraries = _counted(Library.objects.current(), "organisation")
    locations = _counted(
        Location.objects.current().filter(library__in=Library.objects.current()), "library__organisation"
    )
    recent = _counted(TicketSnapshot.objects.filter(opened_at__gte=week), "organisation")
    ever = set(TicketSnapshot.objects.order_by().values_list("organisation", flat=True).distinct())
    people, invited = headcounts(), administrators_invited()
    systems: dict[int, list[str]] = {}
    for organisation, name in Platform.objects.current().values_list("organisations", "name"):
        systems.setdefault(organisation, []).append(name)
    hosts = dict(Domain.objects.filter(is_primary=True).values_list("tenant", "domain"))
    return [
        Standing(
            organisation=one,
            host=hosts.get(one.pk, ""),
            libraries=libraries[one.pk],
            locations=locations[one.pk],
            people=people.get(one.pk, Headcount()).people,
            tickets=recent[one.pk],
            steps=_in_order(
                _steps(
                    one,
                    host=hosts.get(one.pk, ""),
                    systems=systems.get(one.pk, []),
                    libraries=libraries[one.pk],
                    locations=locations[one.pk],
                    people=people.get(one.pk, Headcount()),
                    invited=one.pk in invited,
                    reported=one.pk in ever,
                )
            ),
        )
        for one in found
    ]


def _steps(
    one: Organisation,
    *,
    host: str,
    systems: list[str],
    libraries: int,
    locations: int,
    people: Headcount,
    invited: bool,
    reported: bool,
) -> list[Step]:
    here = reverse("platform_organisation", kwargs={"slug": one.slug}, urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    return [
        Step(_("Organisation and address"), host if one.ready else _("It is being made"), one.ready, here),
        Step(
            _("Library system"),
            ", ".join(systems) or _("Libraries are put on one"),
            bool(systems),
            reverse("platform_systems", urlconf=settings.PUBLIC_SCHEMA_URLCONF),
        ),
        Step(_("Libraries and locations"), _libraries(libraries, locations), libraries > 0 and locations > 0),
        Step(_("First administrator"), _administrator(people, invited), people.administrators > 0, here),
        Step(
            _("Mail"),
            _mail(),
            settings.MAILS or settings.DEMO,
        ),
        Step(_("People of the desk"), _desk(people), people.desk >= DESK),
        Step(_("First ticket"), _("Filed by a library, seen at the desk"), reported),
    ]


def _mail() -> str:
    if settings.MAILS:
        return _("A mail server is set")
    return _("The demo's mail stays here") if settings.DEMO else _("No mail server is set: EMAIL_URL names none")


def _libraries(libraries: int, locations: int) -> str:
    if not libraries:
        return _("Entered or imported with the commands of docs/operate.md")
    one = ngettext("%(n)s library", "%(n)s libraries", libraries) % {"n": libraries}
    other = ngettext("%(n)s location", "%(n)s locations", locations) % {"n": locations}
    return f"{one}, {other}"


def _administrator(people: Headcount, invited: bool) -> str:
    if people.administrators:
        return _("There is one")
    return (
        _("Invited; has not accepted yet") if invited else _("Invites the others, and sets up the organisation itself.")
    )


def _desk(people: Headcount) -> str:
    if not people.desk:
        return _("At least two; the administrator invites them")
    return ngettext("%(n)s person", "%(n)s people", people.desk) % {"n": people.desk}


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps with a mark at the first one that is still to be taken."""
    steps = tuple(steps)
    now = next((step for step in steps if not step.done), None)
    return tuple(Step(one.name, one.text, one.done, one.href, one is now) for one in steps)
