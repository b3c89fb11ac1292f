"""The page with one's own API tokens."""

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.context import common_organisation
from tenants.models import ApiToken
from tenants.organisations.queries import host_of
from tenants.tokens.actions import create_token, revoke_token
from tenants.tokens.forms import TokenForm
from tenants.web.paging import Page
from tenants.web.refused import show_in


@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own API tokens on this host; a new one, for whoever signed in just now, is shown once on the page."""
    form = TokenForm(request.POST or None)
    made = ""
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = create_token(
                person=request.user,
                organisation=None if request.organisation.is_common else request.organisation,
                name=values["name"],
                scope=values["scope"],
                expires_at=timezone.now() + timedelta(days=values["days"]),
                by=Actor.of_request(request),
            )
            form = TokenForm()
        except ValidationError as error:
            show_in(form, error)
    context = {
        "form": form,
        "made": made,
        "page": Page(_own_tokens(request), request.GET.get("page")),
        "host": host_of(request.organisation),
        "common_host": host_of(common_organisation()),
    }
    return render(request, "tenants/tokens.html", context, status=422 if form.errors else 200)


def _own_tokens(request: HttpRequest):
    organisation = None if request.organisation.is_common else request.organisation
    return ApiToken.objects.filter(person=request.user, organisation=organisation, revoked_at__isnull=True)


@require_POST
def end_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own tokens."""
    revoke_token(token=get_object_or_404(_own_tokens(request), pk=pk), by=Actor.of_request(request))
    messages.success(request, _("The token no longer works."))
    return redirect("tokens")
