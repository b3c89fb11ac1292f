"""Pages on the contracts of an organisation: lists, one contract, and making, changing, renewing and ending it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenants.actor import Actor
from tenants.models import Library
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.kept import done
from tenants.web.paging import SIZE, Page
from tenants.web.refused import conflicts_shown
from tickets.contracts import actions, periods
from tickets.contracts.forms import (
    ContactForm,
    EndForm,
    FactsForm,
    FilesForm,
    FindForm,
    LibraryContractForm,
    RenewForm,
    SupplierContractForm,
    SupplierFactsForm,
)
from tickets.contracts.models import LibraryContract, SupplierContract
from tickets.contracts.queries import (
    Row,
    balances,
    contracts_visible_to,
    reads_all,
    rows_of_libraries,
    rows_of_suppliers,
    situation,
    supplier_contracts_visible_to,
)

PAGES = {"library": "contract", "supplier": "supplier_contract"}


def require_reader(request: HttpRequest) -> None:
    """Raise NotAllowed for anyone but staff and who keeps contracts, before anything is looked up."""
    if not reads_all(request.standing):
        raise NotAllowed


def require_keeper(request: HttpRequest) -> None:
    """Raise NotAllowed for anyone but a desk lead or an administrator, before anything is looked up."""
    if not request.standing.may(Permission.CONTRACTS_KEEP):
        raise NotAllowed


def keeps(request: HttpRequest) -> bool:
    """May this person change contracts?"""
    return request.standing.may(Permission.CONTRACTS_KEEP)


def fetched(request: HttpRequest, kind: str, pk: int) -> Any:
    """Return the contract of that kind with all that a page says of it, or raise Http404."""
    if kind == "library":
        return get_object_or_404(contracts_visible_to(request.standing), pk=pk)
    return get_object_or_404(supplier_contracts_visible_to(request.standing), pk=pk)


def to_contract(contract: LibraryContract | SupplierContract) -> HttpResponse:
    """Return the way to the page of a contract."""
    return redirect("contract" if isinstance(contract, LibraryContract) else "supplier_contract", contract.pk)


def _listing(request: HttpRequest, rows: Callable[..., list[Row]], template: str) -> HttpResponse:
    form = FindForm(request.GET)
    found = rows(request.standing, timezone.localdate(), form.state_asked, form.text_asked)
    context = {
        "page": Page(found, request.GET.get("page"), count=len(found)),
        "asking": sum(one.asks for one in found),
        "form": form,
        "found_by": form.text_asked or form.state_asked != "current",
        "keeps": keeps(request),
        "size": SIZE,
    }
    return render(request, template, context)


@require_GET
def contracts(request: HttpRequest) -> HttpResponse:
    """All contracts with libraries, what asks something first. Who leads a library goes to that of its own."""
    if not reads_all(request.standing) and request.standing.led_library_ids:
        return redirect("library_contract", Library.objects.get(pk=request.standing.led_library_ids[0]).slug)
    require_reader(request)
    return _listing(request, rows_of_libraries, "tickets/contracts.html")


@require_GET
def supplier_contracts(request: HttpRequest) -> HttpResponse:
    """All contracts with suppliers, what asks something first."""
    require_reader(request)
    return _listing(request, rows_of_suppliers, "tickets/supplier_contracts.html")


def about(contract: LibraryContract | SupplierContract) -> dict[str, Any]:
    """Return what every page says of a contract: how it stands, its end, until when notice can be given."""
    today = timezone.localdate()
    return {
        "contract": contract,
        "situation": situation(contract, today),
        "term_end": periods.term_end(contract, max(today, contract.from_on)),
        "notice_by": periods.notice_by(contract, today),
        "alert_on": periods.alert_on(contract, today),
        "is_over": periods.is_over(contract, today),
        "files": contract.files.all(),
    }


@require_GET
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract with a library: what was agreed, its hours cards, its files."""
    require_reader(request)
    return contract_page(request, fetched(request, "library", pk))


def contract_page(request: HttpRequest, found: LibraryContract, **forms: Any) -> HttpResponse:
    """Answer with the page of a contract with a library; 422 where a form on it is not right."""
    today = timezone.localdate()
    cards = balances(found.cards.all())
    context = {
        **about(found),
        "cards": [(one, one.counts(today)) for one in reversed(cards)],
        "others": LibraryContract.objects.filter(library=found.library_id).exclude(pk=found.pk),
        "keeps": keeps(request),
        "files_form": FilesForm() if keeps(request) else None,
        **forms,
    }
    return render(request, "tickets/contract.html", context, status=422 if _failed(forms) else 200)


@require_GET
def supplier_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract with a supplier: what was agreed, whom to call, its files."""
    require_reader(request)
    return supplier_page(request, fetched(request, "supplier", pk))


def supplier_page(request: HttpRequest, found: SupplierContract, **forms: Any) -> HttpResponse:
    """Answer with the page of a contract with a supplier; 422 where a form on it is not right."""
    keeper = keeps(request)
    context = {
        **about(found),
        "contacts": found.contacts.all(),
        "keeps": keeper,
        **({"files_form": FilesForm(), "contact_form": ContactForm()} if keeper else {}),
        **forms,
    }
    return render(request, "tickets/supplier_contract.html", context, status=422 if _failed(forms) else 200)


def _failed(forms: dict[str, Any]) -> bool:
    return any(form.errors for form in forms.values())


def _asking(request: HttpRequest, form: Any, **words: Any) -> HttpResponse:
    return render(request, "tickets/contract_form.html", {"form": form, **words}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def new_contract(request: HttpRequest) -> HttpResponse:
    """Make a contract with a library."""
    require_keeper(request)
    initial = {"library": request.GET.get("library", ""), "from_on": timezone.localdate()}
    form = LibraryContractForm(request.POST or None, standing=request.standing, initial=initial)
    made: list[LibraryContract] = []
    by = Actor.of_request(request)
    if request.method == "POST" and done(form, lambda **values: made.append(actions.make_contract(**values, by=by))):
        messages.success(request, _("Made. Add an hours card and files here."))
        return to_contract(made[0])
    return _asking(request, form, title=_("New contract with a library"), save=_("Make it"), back="contracts")


@require_http_methods(["GET", "POST"])
@conflicts_shown
def new_supplier_contract(request: HttpRequest) -> HttpResponse:
    """Make a contract with a supplier."""
    require_keeper(request)
    form = SupplierContractForm(
        request.POST or None, standing=request.standing, initial={"from_on": timezone.localdate()}
    )
    made: list[SupplierContract] = []
    by = Actor.of_request(request)
    if request.method == "POST" and done(
        form, lambda **values: made.append(actions.make_supplier_contract(**values, by=by))
    ):
        messages.success(request, _("Made. Say here whom to call."))
        return to_contract(made[0])
    title = _("New contract with a supplier")
    return _asking(request, form, title=title, save=_("Make it"), back="supplier_contracts")


@require_http_methods(["GET", "POST"])
@conflicts_shown
def change(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Change plain facts of a contract."""
    require_keeper(request)
    found, by = fetched(request, kind, pk), Actor.of_request(request)
    asked = FactsForm if kind == "library" else SupplierFactsForm
    form = asked.of(found, request.POST or None)
    if request.method == "POST" and done(
        form, lambda **values: actions.change_contract(contract=found, changes=values, by=by)
    ):
        messages.success(request, _("Saved."))
        return to_contract(found)
    title = _("Change “%(name)s”") % {"name": found.name}
    return _asking(request, form, title=title, save=_("Save"), back=PAGES[kind], contract=found)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def renew(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Let a contract run on until another day."""
    require_keeper(request)
    found, by = fetched(request, kind, pk), Actor.of_request(request)
    form = RenewForm.of(found, request.POST or None)
    if request.method == "POST" and done(
        form, lambda **values: actions.renew_contract(contract=found, **values, by=by)
    ):
        messages.success(request, _("Renewed."))
        return to_contract(found)
    title = _("Renew “%(name)s”") % {"name": found.name}
    return _asking(request, form, title=title, save=_("Renew it"), back=PAGES[kind], contract=found)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def end(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Give a contract its last day."""
    require_keeper(request)
    found, by = fetched(request, kind, pk), Actor.of_request(request)
    form = EndForm.of(found, request.POST or None)
    if request.method == "POST" and done(form, lambda **values: actions.end_contract(contract=found, **values, by=by)):
        messages.success(request, _("It has its last day. Until then, renewing it takes that back."))
        return to_contract(found)
    title = _("End “%(name)s”") % {"name": found.name}
    return _asking(request, form, title=title, save=_("End it"), back=PAGES[kind], contract=found)
