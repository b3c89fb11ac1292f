"""The list of tickets in the API: the same filter as the pages."""

from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query

from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.shapes import In
from tickets.access import TicketQuerySet
from tickets.clocks.promised import with_promises
from tickets.desk.models import Ticket
from tickets.lists.due import Due
from tickets.lists.forms import FOR_STAFF, OFFERED, SORTS, UNRESOLVED, FilterForm
from tickets.lists.queries import listed
from tickets.router import router
from tickets.shapes import TicketsOut, rows
from tickets.states import Priority, Type

WHAT = (
    "Words, each also as a prefix, that all occur: in the subject, the messages and names of files that you may read,"
    " or the names of library, locations, category and reporter; or the number of a ticket."
)

WHEN = "Late: a promise of the desk was or is late. Today: it runs out before midnight, or is late now. For staff."
BEFORE = "What runs out before this moment, or is late; with its offset, such as 2026-12-01T12:00:00Z. For staff."
INSTANT: dict[str, Any] = {"format": "date-time"}
BREACHED = "Whether a promise of the desk was or is late. For staff."


class Filters(In):
    """Parameters of the list."""

    state: Annotated[str, Field(json_schema_extra={"enum": ["", UNRESOLVED, *(one for one, _name in OFFERED)]})] = ""
    q: Annotated[str, Field(description=WHAT)] = ""
    library: Annotated[str, Field(description="Slug or ISIL.")] = ""
    assignee: Annotated[str, Field(description='E-mail address, "me" or "none"; for staff.')] = ""
    type: Annotated[str, Field(json_schema_extra={"enum": ["", *Type.values]})] = ""
    priority: Annotated[str, Field(description="For staff.", json_schema_extra={"enum": ["", *Priority.values]})] = ""
    category: Annotated[str, Field(description='Code of a leaf, or "unsorted" for what has none yet.')] = ""
    due_before: Annotated[
        str, Field(alias="dueBefore", description=BEFORE, json_schema_extra={"format": "date-time"})
    ] = ""
    breached: Annotated[str, Field(description=BREACHED, json_schema_extra={"enum": ["", "true", "false"]})] = ""
    due: Annotated[str, Field(description=WHEN, json_schema_extra={"enum": ["", *Due.values]})] = ""
    sort: Annotated[str, Field(json_schema_extra={"enum": ["", *SORTS]})] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


def _told(tickets: TicketQuerySet) -> TicketQuerySet:
    return with_promises(listed(tickets))


@router.get("/tickets", response=TicketsOut)
def list_tickets(request: HttpRequest, filters: Query[Filters]):
    """Tickets you may see, 50 a page; `next` is the address of the next page or null.

    With `q` these are the first 2,000 that were found; `more` says that there are more than `count`. Unless you choose
    an order, open tickets come first, then those that fit best; a ticket whose number `q` is comes before all.
    """
    if not (request.standing.may(Permission.TICKETS_REPORT) or request.standing.may(Permission.TICKETS_GUEST)):
        raise NotAllowed
    if not request.standing.is_staff:
        refused = {name: _("Only staff choose by this.") for name in FOR_STAFF if getattr(filters, name)}
        if refused:
            raise ValidationError(refused)
    form = FilterForm(filters.dict(exclude={"page"}), standing=request.standing)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    page = form.filter(Ticket.objects.visible_to(request.standing)).page(
        listed if request.standing.is_staff else _told, filters.page
    )
    following = None
    if page.next:
        query = request.GET.copy()
        query["page"] = page.next
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {"count": page.count, "more": page.more, "items": rows(request, page.rows), "next": following}
