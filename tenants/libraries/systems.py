"""Pages on library systems, for the platform administrator on the common host."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.actor import Actor
from tenants.libraries.actions import enter_platform
from tenants.libraries.system_forms import SystemForm
from tenants.models import Organisation, Platform
from tenants.web.kept import Kept, done, editing, listing, require_platform, until
from tenants.web.refused import conflicts_shown


@require_http_methods(["GET", "POST"])
@conflicts_shown
def systems(request: HttpRequest) -> HttpResponse:
    """The installations of library systems, and whom each serves; add one."""
    require_platform(request)
    form = SystemForm(request.POST or None)
    if request.method == "POST" and done(form, lambda **values: _enter(request, **values)):
        messages.success(request, _("Saved."))
        return redirect("platform_systems")
    rows = [
        Kept(
            name=one.name,
            text=", ".join(
                [f"{one.product} {one.product_version}".strip(), *(o.name for o in one.organisations.all())]
            ),
            tag=until(one),
            href=reverse("platform_system", kwargs={"slug": one.slug}),
        )
        for one in Platform.objects.prefetch_related("organisations")
    ]
    return listing(
        request,
        title=_("Library systems"),
        lead=_("The installations that libraries work with. One may serve several organisations."),
        rows=rows,
        form=form,
        add=_("Add a library system"),
        empty=_("No library system yet. Libraries are put on one."),
    )


@require_http_methods(["GET", "POST"])
@conflicts_shown
def system(request: HttpRequest, slug: str) -> HttpResponse:
    """Change one installation."""
    require_platform(request)
    found = get_object_or_404(Platform, slug=slug)
    form = SystemForm(request.POST or None, system=found)
    if request.method == "POST" and done(form, lambda **values: _enter(request, slug=slug, **values)):
        messages.success(request, _("Saved."))
        return redirect("platform_systems")
    return editing(request, title=found.name, form=form, back=reverse("platform_systems"), save=_("Save"))


def _enter(request: HttpRequest, *, slug: str, organisations, **changes) -> None:
    """Enter a system; organisations that left are not among the choices, and stay as they are."""
    before = Organisation.objects.filter(platforms__slug=slug)
    left = before.exclude(pk__in=Organisation.objects.taking_part().values("pk"))
    enter_platform(slug=slug, changes=changes, organisations=[*organisations, *left], by=Actor.of_request(request))
