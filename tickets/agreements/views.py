"""Pages on what is promised to all tickets, at a service level and for a type; contracts have pages of their own."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actor import Actor
from tenants.libraries.queries import libraries_visible_to
from tenants.models import Location
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.kept import done
from tenants.web.refused import conflicts_shown
from tickets.agreements import actions
from tickets.agreements.forms import AgreementForm, EndForm, WhichForm, save
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.agreements.queries import own_agreements, to_copy
from tickets.agreements.which import which
from tickets.agreements.words import Told, name_of, tell
from tickets.states import Type

ALL = "all"


def _require_reader(request: HttpRequest) -> None:
    if not (request.standing.is_staff or request.standing.may(Permission.SETTINGS_CHANGE)):
        raise NotAllowed


def _require_keeper(request: HttpRequest) -> None:
    if not request.standing.may(Permission.SETTINGS_CHANGE):
        raise NotAllowed


def _slug(agreement: Agreement) -> str:
    return agreement.level or agreement.type or ALL


def _of(slug: str) -> Agreement:
    """Return the agreement at an address, one that is not kept where there is none yet. Raises Http404."""
    level = slug if slug in Location.Level.values else ""
    type = slug if slug in Type.values else ""
    if not (level or type or slug == ALL):
        raise Http404
    keys = {"level": level, "type": type}
    return Agreement.objects.filter(**keys, contract=None, supplier_contract=None).first() or Agreement(**keys)


@require_http_methods(["GET"])
def agreements(request: HttpRequest) -> HttpResponse:
    """What is promised, in words: for all, for each service level, and for types that have something of their own."""
    _require_reader(request)
    there = {_slug(one): one for one in own_agreements()}
    none_yet = {ALL: Agreement(), **{level: Agreement(level=level) for level in Location.Level.values}}
    today = timezone.localdate()
    slugs = [ALL, *reversed(Location.Level.values), *(one for one in Type.values if one in there)]
    context = {
        "rows": [(slug, *_row(there.get(slug) or none_yet[slug], today)) for slug in slugs],
        "types": [(one.value, one.label) for one in Type if one.value not in there],
        "keeps": request.standing.may(Permission.SETTINGS_CHANGE),
    }
    return render(request, "tickets/agreements/agreements.html", context)


def _row(agreement: Agreement, today: date) -> tuple[str, Told | None, AgreementVersion | None]:
    """Return the name of an agreement, what it says today and the version that comes, of what was fetched with it."""
    versions = list(agreement.versions.all()) if agreement.pk else []
    begun = [one for one in versions if one.from_on <= today]
    now = tell(begun[-1], agreement) if begun else None
    return name_of(agreement), now, next((one for one in versions if one.from_on > today), None)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """One agreement with all its versions; an administrator lets it say something else from a day on."""
    _require_reader(request)
    found = _of(slug)
    form = None
    if request.method == "POST":
        _require_keeper(request)
        form = AgreementForm(found, request.POST)
        if not form.looking and save(form, found, Actor.of_request(request)):
            messages.success(request, _("Saved."))
            return redirect("agreement", slug)
    return _page(request, found, form=form)


def _page(
    request: HttpRequest, found: Agreement, *, form: AgreementForm | None = None, end: EndForm | None = None
) -> HttpResponse:
    keeps, today = request.standing.may(Permission.SETTINGS_CHANGE), timezone.localdate()
    others = to_copy(found) if keeps else []
    like = next((version for version in others if str(version.pk) == request.GET.get("like")), None)
    versions = list(found.versions.select_related("made_by", "calendar")) if found.pk else []
    begun = [one for one in versions if one.from_on <= today]
    context = {
        "agreement": found,
        "slug": _slug(found),
        "name": name_of(found),
        "now": begun[-1] if begun else None,
        "versions": [(one, tell(one, found), one.from_on > today) for one in reversed(versions)],
        "keeps": keeps,
        "others": [(version.pk, name_of(version.agreement)) for version in others],
        "like": like and name_of(like.agreement),
        "form": (form or AgreementForm(found, like=like)) if keeps else None,
        "end_form": (end or EndForm()) if keeps and begun and not versions[-1].ended else None,
        "open": bool(form or like or not versions),
    }
    wrong = (form and form.errors) or (end and end.errors)
    return render(request, "tickets/agreements/agreement.html", context, status=422 if wrong else 200)


@require_POST
@conflicts_shown
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """Promise nothing more from a day on."""
    _require_keeper(request)
    found = _of(slug)
    if not found.pk:
        raise Http404
    form, by = EndForm(request.POST), Actor.of_request(request)
    if not done(form, lambda from_on: actions.end_agreement(agreement=found, from_on=from_on, by=by)):
        return _page(request, found, end=form)
    messages.success(request, _("Saved."))
    return redirect("agreement", slug)


@require_POST
@conflicts_shown
def withdraw(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take back what has not begun to count."""
    _require_keeper(request)
    found = _of(slug)
    version = get_object_or_404(AgreementVersion, pk=pk, agreement=found.pk)
    try:
        actions.withdraw_version(version=version, by=Actor.of_request(request))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Taken back."))
    return redirect("agreement", slug)


@require_http_methods(["GET"])
def which_agreement(request: HttpRequest) -> HttpResponse:
    """Which agreement would count for a ticket that is filed now, and why."""
    _require_reader(request)
    libraries = libraries_visible_to(request.standing)
    form = WhichForm(_of_library(request.GET), libraries=libraries, day=timezone.localdate())
    answers = None
    if form.is_valid():
        asked = form.cleaned_data
        answers = which(**{"locations": (), **asked}, now=timezone.now())
    keeps = request.standing.may(Permission.SETTINGS_CHANGE)
    context = {"form": form, "answers": answers, "keeps": keeps}
    return render(request, "tickets/agreements/which.html", context, status=422 if form.errors else 200)


def _of_library(query: QueryDict) -> QueryDict:
    """Return a query without the locations of the library that was chosen before."""
    found = query.copy()
    there = Location.objects.filter(library__slug=query.get("library", ""), slug__in=query.getlist("locations"))
    found.setlist("locations", list(there.values_list("slug", flat=True)))
    return found
