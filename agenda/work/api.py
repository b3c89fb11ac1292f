"""The work agenda in the API: the same filter as the page."""

from datetime import date
from typing import Annotated

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Field, Query

from agenda.work.forms import AgendaFilterForm
from agenda.work.models import Status, WorkItem
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.paging import Page
from tenants.web.shapes import In, Out, router_of

router = router_of("agenda")


class Filters(In):
    """Parameters of the list."""

    theme: Annotated[str, Field(json_schema_extra={"enum": ["", *WorkItem.Theme.values]})] = ""
    status: Annotated[str, Field(json_schema_extra={"enum": ["", *Status.values]})] = ""
    organisation: Annotated[str, Field(description="Slug of an organisation that contributes.")] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


class ContributionOut(Out):
    organisation: str
    description: str
    status: str


class ItemOut(Out):
    number: int
    title: str
    description: str
    theme: str
    goal: str | None
    lead: str
    planned_from: date
    planned_to: date
    progress: int
    status: str
    finished_on: date | None
    contributions: list[ContributionOut]
    version: int


class ItemsOut(Out):
    count: int
    items: list[ItemOut]
    next: str | None


def _row(item: WorkItem) -> dict[str, object]:
    return {
        "number": item.number,
        "title": item.title,
        "description": item.description,
        "theme": item.theme,
        "goal": item.goal.code if item.goal else None,
        "lead": item.lead.slug,
        "planned_from": item.planned_from,
        "planned_to": item.planned_to,
        "progress": item.progress,
        "status": item.status,
        "finished_on": item.finished_on,
        "contributions": [
            {"organisation": one.organisation.slug, "description": one.description, "status": one.status}
            for one in item.contributions.all()
        ],
        "version": item.version,
    }


@router.get("/agenda/items", response=ItemsOut)
def list_items(request: HttpRequest, filters: Query[Filters]):
    """The work agenda by number, 50 a page; `next` is the address of the next page or null."""
    if not request.standing.may(Permission.AGENDA_READ):
        raise NotAllowed
    form = AgendaFilterForm(filters.dict(exclude={"page"}))
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    items = form.filter(WorkItem.objects.visible_to(request.standing)).select_related("lead", "goal")
    page = Page(items.prefetch_related("contributions__organisation"), filters.page)
    following = None
    if page.next:
        query = request.GET.copy()
        query["page"] = page.next
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {"count": page.count, "items": [_row(item) for item in page], "next": following}
