"""Files of a contract and the people at a supplier."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenants.actor import Actor
from tenants.files import actions as files
from tenants.web.kept import done
from tenants.web.refused import conflicts_shown
from tenants.web.uploads import takes_files
from tickets.contracts import attached
from tickets.contracts.forms import ContactForm, FilesForm
from tickets.contracts.models import ContractFile, SupplierContact
from tickets.contracts.queries import contracts_visible_to, supplier_contracts_visible_to
from tickets.contracts.views import contract_page, fetched, require_keeper, supplier_page, to_contract


@takes_files
@require_POST
@conflicts_shown
def add_files(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Keep files with a contract."""
    require_keeper(request)
    found, by = fetched(request, kind, pk), Actor.of_request(request)
    form = FilesForm(request.POST, request.FILES)
    if done(form, lambda files: attached.add_files(contract=found, uploads=files, by=by)):
        messages.success(request, _("Kept."))
        return to_contract(found)
    return (contract_page if kind == "library" else supplier_page)(request, found, files_form=form)


@require_GET
def contract_file(request: HttpRequest, key: str) -> FileResponse:
    """A file of a contract that the person may read, to download."""
    by_library = ContractFile.objects.filter(library_contract__in=contracts_visible_to(request.standing))
    by_supplier = ContractFile.objects.filter(supplier_contract__in=supplier_contracts_visible_to(request.standing))
    row = get_object_or_404(by_library | by_supplier, key=key)
    try:
        return files.serve(storage_name=row.storage_name, name=row.name, content_type=row.content_type)
    except FileNotFoundError as error:
        raise Http404 from error


@require_POST
@conflicts_shown
def remove_file(request: HttpRequest, key: str) -> HttpResponse:
    """Take a file of a contract away."""
    require_keeper(request)
    row = get_object_or_404(ContractFile.objects.select_related("library_contract", "supplier_contract"), key=key)
    attached.remove_file(file=row, by=Actor.of_request(request))
    messages.success(request, _("Taken away: %(name)s") % {"name": row.name})
    return to_contract(row.library_contract or row.supplier_contract)


@require_POST
@conflicts_shown
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody at a supplier."""
    require_keeper(request)
    found, by = fetched(request, "supplier", pk), Actor.of_request(request)
    form = ContactForm(request.POST)
    if done(form, lambda **values: attached.add_contact(contract=found, **values, by=by)):
        messages.success(request, _("Saved."))
        return to_contract(found)
    return supplier_page(request, found, contact_form=form)


@require_POST
@conflicts_shown
def remove_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody at a supplier no more."""
    require_keeper(request)
    row = get_object_or_404(SupplierContact.objects.select_related("contract"), pk=pk)
    attached.remove_contact(contact=row, by=Actor.of_request(request))
    messages.success(request, _("Taken away: %(name)s") % {"name": row.name})
    return to_contract(row.contract)
