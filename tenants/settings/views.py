"""The page with the settings of an organisation."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.actor import Actor
from tenants.models import OrganisationSettings
from tenants.roles import Permission
from tenants.settings.actions import change_settings
from tenants.settings.forms import SettingsForm


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The settings of this organisation."""
    if not request.standing.may(Permission.SETTINGS_CHANGE):
        raise PermissionDenied
    own = OrganisationSettings.objects.filter(organisation=request.organisation).first()
    form = SettingsForm(request.POST or None, instance=own, organisation=request.organisation)
    if request.method == "POST" and form.is_valid():
        change_settings(organisation=request.organisation, values=form.values(), by=Actor.of_request(request))
        messages.success(request, _("Saved."))
        return redirect("settings")
    return render(request, "tenants/settings.html", {"form": form}, status=422 if form.errors else 200)
