"""Pages on people and roles: of an organisation, of a library, one's own."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.actor import Actor
from tenants.invitations.actions import invite
from tenants.invitations.queries import unanswered, waiting_for_answer
from tenants.models import Library, LibraryMembership, Membership, Person
from tenants.people import actions, guests
from tenants.people.forms import ColleagueForm, InviteColleagueForm, InviteForm, PeopleForm
from tenants.people.queries import AT_LIBRARY, GUESTS, STAFF, people_here, rows_of, tally
from tenants.roles import DESCRIPTIONS, LibraryRole, OrganisationRole, Permission
from tenants.web.paging import Page
from tenants.web.refused import conflicts_shown, show_in

INVITATIONS = "invited"
INVITED = gettext_lazy("Done. They get a mail, and the role begins when they accept.")


def _require(request: HttpRequest, permission: Permission) -> None:
    if not request.standing.may(permission):
        raise PermissionDenied


def _role_rows() -> list[tuple[str, object, object]]:
    choices = [*OrganisationRole.choices, *LibraryRole.choices]
    return [(value, label, DESCRIPTIONS[value]) for value, label in choices]


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who has which role in this organisation and at its libraries, a row a person; invite and give roles."""
    _require(request, Permission.PEOPLE_MANAGE)
    organisation = request.organisation
    who = request.POST.get("other") or request.POST.get("who") or request.GET.get("invite", "")
    form = InviteForm(request.POST or None, organisation=organisation, who=who, person=_whom(request))
    if "other" in request.POST:  # back to the first step: what was typed stays, and nothing is said about it yet
        form.is_valid()
        form.errors.clear()
    elif request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            invite(**values, organisation=organisation, by=Actor.of_request(request))
            messages.success(request, INVITED)
            return redirect(f"{reverse('people')}?of={INVITATIONS}")
        except ValidationError as error:
            show_in(form, error)
    inviting = who in (STAFF, AT_LIBRARY) or bool(form.errors)
    context = {
        "form": form,
        "who": who if who in (STAFF, AT_LIBRARY) else "",
        "inviting": inviting,
        "roles": _role_rows(),
        **({} if inviting else _everybody(request)),
    }
    return render(request, "tenants/people.html", context, status=422 if form.errors else 200)


def _whom(request: HttpRequest) -> Person | None:
    """Return the person of this page to whom a further role is given, or None."""
    key = request.GET.get("person", "")
    is_number = key.isascii() and key.isdecimal() and len(key) < 10
    return people_here(request.organisation).filter(pk=int(key)).first() if is_number else None


def _everybody(request: HttpRequest) -> dict[str, object]:
    """Return the people of the group that was chosen, or the invitations that nobody answered, and how many each."""
    group = request.GET.get("of", "")
    group = group if group in (STAFF, AT_LIBRARY, GUESTS, INVITATIONS) else ""
    invited = unanswered(request.standing)
    found: dict[str, object] = {"group": group, "tally": tally(request.organisation), "invited": invited.count()}
    if group == INVITATIONS:
        return {**found, "page": Page(invited, request.GET.get("page")), "now": timezone.now()}
    form = PeopleForm(request.GET)
    people = people_here(request.organisation, group)
    people = form.filter(people, request.organisation) if form.is_valid() else people.none()
    page = Page(people, request.GET.get("page"))
    return {**found, "filter": form, "page": page, "rows": rows_of(page.rows, request.organisation)}


def _back(request: HttpRequest) -> HttpResponse:
    """Return to the page on people as it was: with its filter and its page."""
    query = QueryDict(request.POST.get("back", "").removeprefix("?")).urlencode()
    return redirect(f"{reverse('people')}?{query}" if query else "people")


@require_POST
def end_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role of staff as of today."""
    _require(request, Permission.PEOPLE_MANAGE)
    rows = Membership.objects.current().filter(organisation=request.organisation, role__in=OrganisationRole.values)
    membership = get_object_or_404(rows, pk=pk)
    try:
        actions.end_role(membership=membership, by=Actor.of_request(request))
        messages.success(request, _("The role has ended."))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return _back(request)


@require_POST
def end_guest_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End the role of a colleague elsewhere who was let in, and with it all that was opened to them here."""
    _require(request, Permission.PEOPLE_MANAGE)
    membership = get_object_or_404(guests.guests_of(request.organisation), pk=pk)
    guests.let_out(person=membership.person, organisation=request.organisation, by=Actor.of_request(request))
    messages.success(request, _("The role has ended."))
    return _back(request)


@require_POST
def end_library_role(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role at a library: by the administrator, or by the key user of that library."""
    rows = LibraryMembership.objects.current().filter(library__organisation=request.organisation)
    if not request.standing.may(Permission.PEOPLE_MANAGE):
        _require(request, Permission.COLLEAGUES_MANAGE)
        rows = rows.filter(library__in=request.standing.key_user_library_ids, role=LibraryRole.COLLEAGUE)
    membership = get_object_or_404(rows, pk=pk)
    actions.end_library_role(membership=membership, by=Actor.of_request(request))
    messages.success(request, _("The role has ended."))
    return _back(request) if request.standing.may(Permission.PEOPLE_MANAGE) else redirect("colleagues")


@require_http_methods(["GET", "POST"])
def colleagues(request: HttpRequest) -> HttpResponse:
    """For a key user: who reports for the library, and what each of them sees."""
    _require(request, Permission.COLLEAGUES_MANAGE)
    libraries = Library.objects.current().filter(pk__in=request.standing.key_user_library_ids)
    form = InviteColleagueForm(request.POST or None, libraries=libraries)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        actor = Actor.of_request(request)
        try:
            invite(**values, role=LibraryRole.COLLEAGUE, organisation=request.organisation, by=actor)
            messages.success(request, INVITED)
            return redirect("colleagues")
        except ValidationError as error:
            show_in(form, error)
    rows = (
        LibraryMembership.objects.current()
        .filter(library__in=libraries)
        .select_related("person", "library")
        .prefetch_related("locations")
    )
    context = {
        "form": form,
        "page": Page(rows, request.GET.get("page")),
        "invitations": waiting_for_answer(request.standing)[:200],
    }
    return render(request, "tenants/colleagues.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def colleague(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide what one colleague sees."""
    _require(request, Permission.COLLEAGUES_MANAGE)
    rows = LibraryMembership.objects.current().filter(
        library__in=request.standing.key_user_library_ids, role=LibraryRole.COLLEAGUE
    )
    membership = get_object_or_404(rows.select_related("person", "library"), pk=pk)
    form = ColleagueForm(request.POST or None, membership=membership)
    if request.method == "POST" and form.is_valid():
        actions.decide_what_colleague_sees(
            membership=membership,
            sees=form.cleaned_data["sees"],
            locations=list(form.cleaned_data["locations"]),
            by=Actor.of_request(request),
        )
        messages.success(request, _("Saved."))
        return redirect("colleagues")
    context = {"form": form, "membership": membership}
    return render(request, "tenants/colleague.html", context, status=422 if form.errors else 200)


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch the one-key shortcuts on or off (WCAG 2.1.4): speech input and tremor set them off by accident."""
    request.user.shortcuts = "shortcuts" in request.POST
    request.user.save(update_fields=["shortcuts"])
    messages.success(request, _("Saved."))
    return redirect("me")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark or what the device says; 400 for anything else."""
    if request.POST.get("theme") not in Person.Theme.values:
        raise BadRequest
    request.user.theme = request.POST["theme"]
    request.user.save(update_fields=["theme"])
    messages.success(request, _("Saved."))
    return redirect("me")


@require_POST
def rows(request: HttpRequest) -> HttpResponse:
    """Choose lists of one line or of two lines a row; back to the page of this host it was chosen on."""
    request.user.roomy = "roomy" in request.POST
    request.user.save(update_fields=["roomy"])
    goal = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(goal, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(goal if here else reverse("me"))


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """One's own account: roles on this host, language, and where to change what."""
    roles = sorted(request.standing.roles)
    labels = dict([*Membership._meta.get_field("role").choices, *LibraryRole.choices])
    rows = [(labels[role], DESCRIPTIONS[role]) for role in roles]
    standing = request.standing
    libraries = Library.objects.current().filter(pk__in=standing.library_ids) if standing.libraries else []
    context = {"roles": rows, "libraries": libraries, "themes": Person.Theme.choices}
    return render(request, "tenants/me.html", context)
