"""The steering figures in the API."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from agenda.figures.periods import Period
from agenda.figures.queries import Figures, figures
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.shapes import Out, router_of

router = router_of("steering")


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


def _row(one: Figures, organisation: str | None = None) -> dict[str, object]:
    return {
        "organisation": organisation,
        "new": one.new,
        "resolved": one.resolved,
        "open_at_end": one.open_at_end,
        "median_clock_minutes_to_first_answer": one.first_answer_minutes,
        "median_clock_minutes_to_resolution": one.resolution_minutes,
    }


@router.get("/steering/figures", response=SteeringOut)
def get_figures(request: HttpRequest, quarter: str = ""):
    """Totals per organisation over a quarter such as 2026-3; this quarter by default. Times in clock minutes.

    What a library withdrew counts as new, and not as resolved.
    """
    if not request.standing.may(Permission.STEERING_READ):
        raise NotAllowed
    period = Period.parse(quarter) if quarter else Period.of(timezone.localdate())
    if period is None:
        raise ValidationError({"quarter": _("Write a quarter as 2026-3.")})
    each, together = figures(period)
    rows = [_row(found, one.slug) for one, found in each]
    return {"quarter": str(period), "organisations": rows, "together": _row(together)}
