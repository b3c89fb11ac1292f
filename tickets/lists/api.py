"""The list of tickets in the API: the same filter as the pages."""

from typing import Annotated

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query

from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.paging import Page
from tenants.web.shapes import In
from tickets.desk.models import Ticket
from tickets.lists.forms import FOR_STAFF, SORTS, UNRESOLVED, FilterForm
from tickets.lists.queries import listed
from tickets.router import router
from tickets.shapes import TicketsOut, row
from tickets.states import Priority, State, Type


class Filters(In):
    """Parameters of the list."""

    state: Annotated[str, Field(json_schema_extra={"enum": ["", UNRESOLVED, *State.values]})] = ""
    q: Annotated[str, Field(description="Words, each also as a prefix; or a number.")] = ""
    library: Annotated[str, Field(description="Slug.")] = ""
    assignee: Annotated[str, Field(description='E-mail address, "me" or "none"; for staff.')] = ""
    type: Annotated[str, Field(json_schema_extra={"enum": ["", *Type.values]})] = ""
    priority: Annotated[str, Field(description="For staff.", json_schema_extra={"enum": ["", *Priority.values]})] = ""
    category: Annotated[str, Field(description="Code.")] = ""
    sort: Annotated[str, Field(json_schema_extra={"enum": ["", *SORTS]})] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


@router.get("/tickets", response=TicketsOut)
def list_tickets(request: HttpRequest, filters: Query[Filters]):
    """Tickets you may see, 50 a page; `next` is the address of the next page or null."""
    if not (request.standing.may(Permission.TICKETS_REPORT) or request.standing.may(Permission.TICKETS_GUEST)):
        raise NotAllowed
    if not request.standing.is_staff:
        refused = {name: _("Only staff choose by this.") for name in FOR_STAFF if getattr(filters, name)}
        if refused:
            raise ValidationError(refused)
    form = FilterForm(filters.dict(exclude={"page"}), standing=request.standing)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    page = Page(listed(form.filter(Ticket.objects.visible_to(request.standing))), filters.page)
    following = None
    if page.next:
        query = request.GET.copy()
        query["page"] = page.next
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {"count": page.count, "items": [row(request, one) for one in page], "next": following}
