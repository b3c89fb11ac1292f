"""The report on promises: how an organisation kept what it agreed, per library or per service level."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tenants.actor import Actor
from tenants.audit.actions import record
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.paging import Page
from tickets.clocks.kinds import OWN
from tickets.reports.files import as_csv, as_xlsx
from tickets.reports.forms import GROUPS, ReportForm
from tickets.reports.queries import promises_kept
from tickets.reports.rows import file_rows, groups_of, heads, page_rows, together

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def require_reader(request: HttpRequest) -> None:
    """Raise NotAllowed for anyone but staff, who see all tickets of their organisation."""
    if not request.standing.may(Permission.TICKETS_WORK):
        raise NotAllowed


@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    """One kind of clock in a period: targets, reached, missed, running, median and p90, each with its tickets."""
    require_reader(request)
    form = ReportForm(request.GET)
    context = {"form": form, "kinds": [(one.value, one.label) for one in OWN], "heads": heads()}
    if form.is_valid():
        by, kind, days = form.cleaned_data["by"], form.cleaned_data["clock"], form.days
        report = promises_kept(by, *days)
        groups = [one for one in groups_of(by, report) if one[0] in report[kind]]
        page = Page(groups, request.GET.get("page"), count=len(groups))
        page.rows = page_rows(by, kind, page.rows, report[kind], days)
        context |= {"page": page, "by": by, "kind": kind, "days": days, "head": _head(by), "all": report[kind][None]}
        context["together"] = together(by, kind, report[kind], days)
    query = request.GET.copy()
    for name in ("page", "clock"):
        query.pop(name, None)
    context["query"] = query.urlencode()
    return render(request, "tickets/promises_report.html", context, status=200 if form.is_valid() else 422)


@require_GET
def promises_file(request: HttpRequest, form: str) -> HttpResponse:
    """The whole report of a period as a file: every clock. That it was taken is a line in the trail."""
    require_reader(request)
    asked = ReportForm(request.GET)
    if not asked.is_valid():
        return promises(request)
    by, (first_on, last_on) = asked.cleaned_data["by"], asked.days
    report = promises_kept(by, first_on, last_on)
    rows = file_rows(groups_of(by, report), report, {one.value: str(one.label) for one in OWN}, _head(by))
    word = _("agreed-times")
    title = f"{word}-{first_on}-{last_on}"
    name = f"{request.standing.organisation.slug}-{title}.{form}"
    record(
        action="report.exported",
        by=Actor.of_request(request),
        organisation=request.standing.organisation,
        object=name,
    )
    body = as_csv(rows) if form == "csv" else as_xlsx(rows, title)
    return HttpResponse(
        body, content_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _head(by: str) -> str:
    return _("Library") if by == next(iter(GROUPS)) else _("Service level")
