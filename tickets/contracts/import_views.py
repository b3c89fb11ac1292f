"""The page that takes in contracts from a file: first it shows what would happen, then it does it."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.actor import Actor
from tenants.imports.reading import SIZE
from tenants.web.refused import conflicts_shown
from tenants.web.uploads import takes_files
from tickets.contracts.forms import ImportForm
from tickets.contracts.importing import COLUMNS, Report, import_contracts
from tickets.contracts.views import require_keeper

MOST_SHOWN = 1_000_000  # characters of a file that come back from the page that showed it


class AgainForm(forms.Form):
    """The file as it came, sent again by the page that showed what would happen."""

    content = forms.CharField(widget=forms.HiddenInput, max_length=MOST_SHOWN, strip=False)


def _page(request: HttpRequest, form: ImportForm, report: Report | None = None, again=None) -> HttpResponse:
    wrong = bool(form.errors or (report and report.refused))
    context = {"form": form, "report": report, "again": again, "columns": list(COLUMNS)}
    return render(request, "tickets/contract_import.html", context, status=422 if wrong else 200)


@takes_files
@require_http_methods(["GET", "POST"])
@conflicts_shown
def import_contracts_page(request: HttpRequest) -> HttpResponse:
    """Show what a file with contracts would do; do it when it comes back."""
    require_keeper(request)
    if request.method == "GET":
        return _page(request, ImportForm())
    if "content" in request.POST:
        return _take_in(request)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    content = form.cleaned_data["file"].read(SIZE + 1)
    report = import_contracts(content=content, dry_run=True, by=Actor.of_request(request))
    text = _as_text(content)
    if not report.refused and len(text) > MOST_SHOWN:
        form.add_error("file", _("The file is larger than 1 megabyte."))
        return _page(request, form)
    return _page(request, ImportForm(), report, None if report.refused else AgainForm(initial={"content": text}))


def _as_text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _take_in(request: HttpRequest) -> HttpResponse:
    again = AgainForm(request.POST)
    if not again.is_valid():
        form = ImportForm({}, {})
        form.errors["file"] = form.error_class([_("Choose the file again.")])
        return _page(request, form)
    content = again.cleaned_data["content"].encode()
    report = import_contracts(content=content, by=Actor.of_request(request))
    if report.refused:
        return _page(request, ImportForm(), report)
    said = _("Taken in: %(made)s made, %(changed)s changed, %(left)s as they were.") % report.counts
    messages.success(request, said)
    return redirect("contracts")
