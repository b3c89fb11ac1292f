"""Pages on organisations, for the platform administrator on the common host."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.access import has_administrator
from tenants.actor import Actor
from tenants.invitations.actions import invite
from tenants.models import COMMON_SCHEMA, Domain, Organisation
from tenants.organisations import making, schemas, serving
from tenants.organisations.actions import begin_organisation
from tenants.organisations.forms import AdministratorForm, BeginForm, DaysForm, HostForm
from tenants.organisations.queries import new_host_of, origin
from tenants.organisations.schemas import SchemaExists
from tenants.roles import OrganisationRole
from tenants.web.kept import Kept, done, listing, require_platform
from tenants.web.refused import conflicts_shown


def _organisations():
    return Organisation.objects.exclude(schema_name=COMMON_SCHEMA)


def state_of(organisation: Organisation) -> tuple[str, str]:
    """Return how an organisation stands, in a word, and the colour of that."""
    today = timezone.localdate()
    if not organisation.ready:
        return _("is being made"), "amber"
    if organisation.from_on > today:
        return _("begins later"), "amber"
    if organisation.until_on and organisation.until_on < today:
        return _("has ended"), ""
    return _("takes part"), "green"


@require_http_methods(["GET", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations, those that ended too; begin one."""
    require_platform(request)
    form = BeginForm(request.POST or None)
    if request.method == "POST" and done(form, lambda **values: _begin(request, form, values)):
        return redirect("platform_organisation", slug=form.cleaned_data["slug"])
    rows = [
        Kept(
            name=one.name,
            text=new_host_of(one),
            tag=state_of(one)[0],
            colour=state_of(one)[1],
            href=reverse("platform_organisation", kwargs={"slug": one.slug}),
        )
        for one in _organisations()
    ]
    return listing(
        request,
        title=_("Organisations"),
        lead=_("Who takes part in the cooperation. Each has tables, a colour and an address of its own."),
        rows=rows,
        form=form,
        add=_("Make an organisation"),
        empty=_("No organisation takes part yet."),
    )


def _begin(request: HttpRequest, form: BeginForm, values: dict) -> None:
    """Begin an organisation and have it made; what is no valid one is said beside its field."""
    try:
        made = begin_organisation(**values, domain=serving.usual_host(values["slug"]), by=Actor.of_request(request))
    except SchemaExists as error:
        raise form.taken() from error
    making.ask(made)


@require_GET
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation: how far its making is, when and where it is served, its first administrator."""
    require_platform(request)
    return _show(request, get_object_or_404(_organisations(), slug=slug))


def _show(request: HttpRequest, found: Organisation, **forms) -> HttpResponse:
    tables = (0, 0) if found.ready else schemas.tables(found.schema_name)
    state, colour = state_of(found)
    context = {
        "one": found,
        "state": state,
        "colour": colour,
        "tables": tables[0],
        "tables_wanted": tables[1],
        "asked": making.asked(found) if not found.ready else None,
        "owner_is_known": found.ready or making.owner_is_known(),
        "hosts": Domain.objects.filter(tenant=found).order_by("-is_primary", "domain"),
        "address": origin(new_host_of(found)),
        "has_administrator": found.ready and has_administrator(found),
        "days_form": DaysForm(organisation=found),
        "host_form": HostForm(),
        "administrator_form": AdministratorForm(),
        **forms,
    }
    part = "_making.html" if request.htmx and not found.ready else "organisation.html"
    failed = any(form.errors for form in forms.values())
    answer = render(request, f"tenants/platform/{part}", context, status=422 if failed else 200)
    if request.htmx and found.ready:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def make_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the making tried again."""
    require_platform(request)
    found = get_object_or_404(_organisations(), slug=slug)
    if not found.ready:
        making.ask(found)
        messages.success(request, _("It is being made."))
    return redirect("platform_organisation", slug=slug)


@require_POST
def organisation_days(request: HttpRequest, slug: str) -> HttpResponse:
    """Open an organisation from a day, or end it on one."""
    require_platform(request)
    found = get_object_or_404(_organisations(), slug=slug)
    form = DaysForm(request.POST, organisation=found)
    by = Actor.of_request(request)
    if not done(form, lambda **values: serving.set_days(organisation=found, **values, by=by)):
        return _show(request, found, days_form=form)
    messages.success(request, _("Saved."))
    return redirect("platform_organisation", slug=slug)


@require_POST
def organisation_hosts(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve an organisation on one more host."""
    require_platform(request)
    found = get_object_or_404(_organisations(), slug=slug)
    form = HostForm(request.POST)
    by = Actor.of_request(request)
    if not done(form, lambda **values: serving.add_host(organisation=found, **values, by=by)):
        return _show(request, found, host_form=form)
    messages.success(request, _("Saved."))
    return redirect("platform_organisation", slug=slug)


def _host(slug: str, pk: int) -> Domain:
    return get_object_or_404(
        Domain.objects.select_related("tenant"), tenant__in=_organisations().filter(slug=slug), pk=pk
    )


@require_POST
@conflicts_shown
def first_host(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let links go to this host."""
    require_platform(request)
    serving.make_first(host=_host(slug, pk), by=Actor.of_request(request))
    messages.success(request, _("Saved."))
    return redirect("platform_organisation", slug=slug)


@require_POST
@conflicts_shown
def remove_host(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Serve on this host no longer."""
    require_platform(request)
    serving.remove_host(host=_host(slug, pk), by=Actor.of_request(request))
    messages.success(request, _("Saved."))
    return redirect("platform_organisation", slug=slug)


@require_POST
def invite_administrator(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite the first administrator of an organisation; 403 when it has one."""
    require_platform(request)
    found = get_object_or_404(Organisation.objects.taking_part(), slug=slug)
    form = AdministratorForm(request.POST)
    role, by = OrganisationRole.ADMINISTRATOR, Actor.of_request(request)
    if not done(form, lambda **values: invite(**values, role=role, organisation=found, by=by)):
        return _show(request, found, administrator_form=form)
    messages.success(request, _("Done. They get a mail, and the role begins when they accept."))
    return redirect("platform_organisation", slug=slug)
