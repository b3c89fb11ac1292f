"""The API of the common host: work agenda and steering figures."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from agenda.figures.queries import Figures, Period, figures
from agenda.work.models import WorkItem
from tenants.roles import Permission
from tenants.web.documents import RefusalDocument, refused_form
from tenants.web.paging import Page
from tenants.web.shapes import Out, router_of

router = router_of("agenda")


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


@router.get("/agenda/items", response=ItemsOut)
def list_items(request: HttpRequest, page: int = 1):
    """The work agenda, 50 a page."""
    if not request.standing.may(Permission.AGENDA_READ):
        raise RefusalDocument(403)
    items = WorkItem.objects.visible_to(request.standing).select_related("lead", "goal")
    found = Page(items.prefetch_related("contributions__organisation"), page)
    rows = [
        {
            **{
                name: getattr(item, name)
                for name in (
                    *("number", "title", "description", "theme", "planned_from", "planned_to"),
                    *("progress", "status", "finished_on", "version"),
                )
            },
            "goal": item.goal.code if item.goal else None,
            "lead": item.lead.slug,
            "contributions": [
                {"organisation": one.organisation.slug, "description": one.description, "status": one.status}
                for one in item.contributions.all()
            ],
        }
        for item in found
    ]
    following = request.build_absolute_uri(f"{request.path}?page={found.next}") if found.next else None
    return {"count": found.count, "items": rows, "next": following}


class FiguresOut(Out):
    organisation: str | None
    new: int
    resolved: int
    open_at_end: int
    median_clock_minutes_to_first_answer: float | None
    median_clock_minutes_to_resolution: float | None


class SteeringOut(Out):
    quarter: str
    organisations: list[FiguresOut]
    together: FiguresOut


def _row(one: Figures) -> dict[str, object]:
    return {
        "organisation": one.organisation.slug if one.organisation else None,
        "new": one.new,
        "resolved": one.resolved,
        "open_at_end": one.open_at_end,
        "median_clock_minutes_to_first_answer": one.first_answer_minutes,
        "median_clock_minutes_to_resolution": one.resolution_minutes,
    }


@router.get("/steering/figures", response=SteeringOut)
def get_figures(request: HttpRequest, quarter: str = ""):
    """Totals per organisation over a quarter such as 2026-3; this quarter by default. Times in clock minutes."""
    if not request.standing.may(Permission.STEERING_READ):
        raise RefusalDocument(403)
    period = Period.parse(quarter) if quarter else Period.of(timezone.localdate())
    if period is None:
        raise refused_form({"quarter": ["2026-3"]})
    each, together = figures(period)
    return {"quarter": str(period), "organisations": [_row(one) for one in each], "together": _row(together)}
