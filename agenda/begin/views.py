"""The first page of the platform administrator: what is set up, what is not yet, and the next step on top."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from agenda.begin.queries import Standing, standings
from agenda.begin.trail import last_acts
from agenda.categories.queries import leaves
from agenda.steering.models import Seat
from agenda.work.models import PolicyFramework
from tenants.access import people_by_role
from tenants.models import Platform
from tenants.outbox.queries import counts
from tenants.roles import CooperationRole
from tenants.web.kept import Kept, require_platform


@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Which organisations work, the steps of the one that begins, and what all of them hold together."""
    require_platform(request)
    every = standings()
    beginning = next((one for one in sorted(every, key=lambda one: one.organisation.pk) if not one.works), None)
    post = counts(timezone.now())
    context = {
        "every": every,
        "beginning": beginning,
        "headline": _headline(every, beginning),
        "post": post,
        "troubled": any(post.values()),
        "common": _common(),
        "acts": last_acts(),
        "now": timezone.now(),
    }
    return render(request, "agenda/begin.html", context)


def _headline(every: list[Standing], beginning: Standing | None) -> str:
    if not every:
        return _("Nobody takes part yet: begin with the first organisation")
    work = sum(one.works for one in every)
    working = ngettext("%(n)s organisation works", "%(n)s organisations work", work) % {"n": work}
    if beginning is None:
        return working
    left = ngettext(
        "%(name)s is %(n)s step from its first ticket", "%(name)s is %(n)s steps from its first ticket", beginning.left
    ) % {"name": beginning.organisation.name, "n": beginning.left}
    return f"{working}, {left}" if work else left


def _common() -> list[Kept]:
    """Return what the organisations hold together, with how much of it there is."""
    roles = people_by_role()
    managers = roles.get(CooperationRole.PROGRAMME_MANAGER, 0)
    found = [
        (_("Programme manager"), managers, "platform_people"),
        (_("Platform administrators"), roles.get(CooperationRole.PLATFORM_ADMINISTRATOR, 0), "platform_people"),
        (_("Seats of the steering group"), Seat.objects.current().count(), "platform_seats"),
        (_("Library systems"), Platform.objects.current().count(), "platform_systems"),
        (_("Categories"), leaves().count(), "platform_categories"),
        (_("Policy frameworks"), PolicyFramework.objects.current().count(), "platform_frameworks"),
    ]
    return [
        Kept(name=name, tag=str(n) if n else _("not yet"), colour="" if n else "amber", href=reverse(page))
        for name, n, page in found
    ]
