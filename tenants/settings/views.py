"""The page with the settings of an organisation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.actor import Actor
from tenants.refusals import Stale
from tenants.roles import Permission
from tenants.settings.actions import change_settings
from tenants.settings.forms import SettingsForm
from tenants.web.refused import merged


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The settings of this organisation; what a colleague changed meanwhile stays, and the same stands beside it."""
    if not request.standing.may(Permission.SETTINGS_CHANGE):
        raise PermissionDenied
    organisation = request.organisation
    form = SettingsForm(request.POST or None, organisation=organisation)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            change_settings(
                organisation=organisation, values=form.values(), base_version=version, by=Actor.of_request(request)
            )
        except Stale as refusal:
            now = SettingsForm(organisation=organisation)
            again = SettingsForm(merged(request.POST, refusal, now), organisation=organisation)
            context = {"form": again, "clashes": form.clashing(refusal)}
            return render(request, "tenants/settings.html", context, status=409)
        messages.success(request, _("Saved."))
        return redirect("settings")
    return render(request, "tenants/settings.html", {"form": form}, status=422 if form.errors else 200)
