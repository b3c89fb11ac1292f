"""The page of who sees to mail that waits: numbers, moments and causes; never a text, a ticket or an address."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tenants.actor import Actor
from tenants.models import Organisation, OutboxEntry
from tenants.outbox import actions
from tenants.outbox.queries import shown
from tenants.roles import Permission
from tenants.web.paging import Page


def _entries(request: Any) -> QuerySet[OutboxEntry]:
    """Return what waits here: of this organisation, or on the common host of all; PermissionDenied for others."""
    if not request.standing.may(Permission.OUTBOX_MANAGE):
        raise PermissionDenied
    organisation = None if request.organisation.is_common else request.organisation
    return shown(timezone.now(), organisation)


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What was given up, failed or is late, with its cause."""
    return render(request, "tenants/outbox.html", {"page": Page(_entries(request), request.GET.get("page"))})


@require_POST
def send_all(request: HttpRequest) -> HttpResponse:
    """Have all of it sent again."""
    keys = _entries(request).order_by().values("organisation_id")
    by = Actor.of_request(request)
    count = sum(
        actions.retry(organisation=one, by=by) for one in Organisation.objects.filter(pk__in=keys).order_by("pk")
    )
    words = ngettext(
        "%(count)s mail is sent again, within a minute.",
        "%(count)s mails are sent again, from the next minute on.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect("outbox")


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Have one sent again."""
    entry = get_object_or_404(_entries(request), pk=pk)
    if actions.retry(organisation=entry.organisation, dedupe_key=entry.dedupe_key, by=Actor.of_request(request)):
        messages.success(request, _("It is sent again, within a minute."))
    else:
        messages.success(request, _("It is being sent at this very moment."))
    return redirect("outbox")


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one aside: it is not sent any more."""
    entry = get_object_or_404(_entries(request), pk=pk)
    if actions.drop(organisation=entry.organisation, dedupe_key=entry.dedupe_key, by=Actor.of_request(request)):
        messages.success(request, _("It is not sent any more."))
    else:
        messages.success(request, _("It is being sent at this very moment."))
    return redirect("outbox")
