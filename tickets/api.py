"""The API of one organisation's desk. Same verbs, same forms, same `visible_to` as the pages."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.decorators import decorate_view

from agenda.categories.queries import leaves
from tenants import files
from tenants.models import Person
from tenants.paging import Page
from tenants.problems import Problem, form_problem
from tenants.queries import libraries_visible_to
from tenants.roles import Permission
from tickets import workflow
from tickets.actor import Actor
from tickets.forms import AnswerForm, EditForm, FilesField, FilterForm, MoveForm, TicketForm
from tickets.idempotency.actions import idempotent
from tickets.models import Attachment, Event, Message, Ticket
from tickets.queries import events_visible_to, listed, public_changes
from tickets.states import Impact, State, Type, Urgency, Visibility

router = Router()


def _one_of(choices) -> dict[str, object]:
    return {"json_schema_extra": {"enum": list(choices.values)}}


class TicketIn(Schema):
    """A ticket to file."""

    type: Annotated[str, Field(**_one_of(Type))]
    subject: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 400})]
    body: Annotated[str, Field(description="Markdown.", json_schema_extra={"minLength": 1, "maxLength": 20000})]
    library: Annotated[str, Field(description="Slug.")]
    category: Annotated[str, Field(description="Code of a leaf, such as 6.1.")]
    urgency: Annotated[str, Field(**_one_of(Urgency))]
    impact: Annotated[str | None, Field(**_one_of(Impact))] = None
    locations: Annotated[list[str], Field(description="Slugs.", max_length=200)] = []


class TicketPatch(Schema):
    """Fields to change; what is left out stays. With `version`, a change made since by another is a conflict (409)."""

    type: Annotated[str | None, Field(**_one_of(Type))] = None
    subject: str | None = None
    library: str | None = None
    category: str | None = None
    urgency: Annotated[str | None, Field(**_one_of(Urgency))] = None
    impact: Annotated[str | None, Field(**_one_of(Impact))] = None
    locations: Annotated[list[str] | None, Field(max_length=200)] = None
    assignee: Annotated[str | None, Field(description='E-mail address, "me", or null for nobody.')] = None
    version: int | None = None


class MessageIn(Schema):
    """Something to say."""

    body: Annotated[str, Field(json_schema_extra={"minLength": 1, "maxLength": 20000})]
    visibility: Annotated[str, Field(**_one_of(Visibility))] = Visibility.PUBLIC.value


class TransitionIn(Schema):
    """A state to go to."""

    to: Annotated[str, Field(**_one_of(State))]
    reason: Annotated[str, Field(description="Internal from staff, public from a library.")] = ""
    version: int | None = None


class NamedOut(Schema):
    slug: str
    name: str


class CategoryOut(Schema):
    code: str
    name: str


class PersonOut(Schema):
    name: str


class TicketOut(Schema):
    """A ticket as a row of a list."""

    number: str
    type: str
    subject: str
    state: str
    urgency: str
    impact: str
    priority: str
    library: NamedOut
    category: CategoryOut
    assignee: PersonOut | None
    opened_at: datetime
    changed_at: datetime
    first_answer_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    version: int


class AttachmentOut(Schema):
    key: str
    name: str
    size: int
    content_type: str
    sha256: str
    url: str


class MessageOut(Schema):
    id: int
    author: PersonOut
    by_staff: bool
    visibility: str
    body: str
    created_at: datetime
    attachments: list[AttachmentOut]


class EventOut(Schema):
    type: str
    actor: str
    channel: str
    changes: dict[str, list[object]]
    ticket_version: int
    created_at: datetime


class TicketDetailOut(TicketOut):
    """A ticket with all that the reader may see of it."""

    reporter: PersonOut
    platform: str
    locations: list[str]
    messages: list[MessageOut]
    events: list[EventOut]


class TicketsOut(Schema):
    count: int
    items: list[TicketOut]
    next: str | None


class LibraryOut(Schema):
    slug: str
    name: str
    locations: list[NamedOut]


def _ticket(request: HttpRequest, number: str) -> Ticket:
    tickets = Ticket.objects.visible_to(request.standing).select_related(
        "library", "category", "assignee", "reporter", "platform"
    )
    found = tickets.filter(number=number.upper()).first() if "\0" not in number else None
    if found is None:
        raise Problem(404)
    return found


def _attachment(request: HttpRequest, ticket: Ticket, row: Attachment) -> dict[str, object]:
    path = reverse("organisation_api:get_attachment", args=[ticket.number, row.key])
    return {
        "key": row.key,
        "name": row.name,
        "size": row.size,
        "content_type": row.content_type,
        "sha256": row.sha256,
        "url": request.build_absolute_uri(path),
    }


def _message(
    request: HttpRequest, ticket: Ticket, message: Message, attachments: list[Attachment]
) -> dict[str, object]:
    return {
        "id": message.pk,
        "author": {"name": message.author.name},
        "by_staff": message.by_staff,
        "visibility": message.visibility,
        "body": message.body,
        "created_at": message.created_at,
        "attachments": [_attachment(request, ticket, row) for row in attachments],
    }


def _event(request: HttpRequest, event: Event) -> dict[str, object]:
    return {
        "type": event.type,
        "actor": event.actor.name if event.actor else event.system_actor,
        "channel": event.channel,
        "changes": public_changes(event, request.standing),
        "ticket_version": event.ticket_version,
        "created_at": event.created_at,
    }


def _detail(request: HttpRequest, ticket: Ticket) -> dict[str, object]:
    messages = list(Message.objects.visible_to(request.standing).filter(ticket=ticket).select_related("author"))
    attached: dict[int, list[Attachment]] = {}
    for row in Attachment.objects.filter(message__in=[one.pk for one in messages]):
        attached.setdefault(row.message_id, []).append(row)
    plain = TicketOut.from_orm(_as_told(request, [ticket])[0]).dict()
    return {
        **plain,
        "reporter": {"name": ticket.reporter.name},
        "platform": ticket.platform.name,
        "locations": [place.slug for place in ticket.locations.all()],
        "messages": [_message(request, ticket, one, attached.get(one.pk, [])) for one in messages],
        "events": [_event(request, one) for one in events_visible_to(ticket, request.standing)],
    }


def _as_told(request: HttpRequest, tickets: list[Ticket]) -> list[Ticket]:
    """For a library: the last change, and the version, are those it may know of; work inside does not show."""
    if not request.standing.is_staff:
        for ticket in tickets:
            ticket.changed_at, ticket.version = ticket.told_at, ticket.told_version
    return tickets


def _actor(request: HttpRequest) -> Actor:
    return Actor.of(request.standing, Event.Channel.API)


def _require_reporting(request: HttpRequest) -> None:
    if not request.standing.may(Permission.TICKETS_REPORT):
        raise Problem(403)


class Filters(Schema):
    """Parameters of the list."""

    state: Annotated[str, Field(json_schema_extra={"enum": ["", "unresolved", *State.values]})] = ""
    q: Annotated[str, Field(description="Words, each also as a prefix; or a number.")] = ""
    library: Annotated[str, Field(description="Slug.")] = ""
    assignee: Annotated[str, Field(description='E-mail address, "me" or "none".')] = ""
    type: Annotated[str, Field(json_schema_extra={"enum": ["", *Type.values]})] = ""
    category: Annotated[str, Field(description="Code.")] = ""
    sort: Annotated[str, Field(json_schema_extra={"enum": ["", "newest", "oldest", "priority", "changed"]})] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1


@router.get("/tickets", response=TicketsOut)
def list_tickets(request: HttpRequest, filters: Query[Filters]):
    """Tickets you may see, 50 a page; `next` is the address of the next page or null."""
    _require_reporting(request)
    form = FilterForm(filters.dict(exclude={"page"}), standing=request.standing)
    if not form.is_valid():
        raise form_problem(form.errors)
    page = Page(listed(form.filter(Ticket.objects.visible_to(request.standing))), filters.page)
    following = None
    if page.next:
        query = request.GET.copy()
        query["page"] = page.next
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {"count": page.count, "items": _as_told(request, page.rows), "next": following}


@router.post("/tickets", response={201: TicketDetailOut})
@decorate_view(idempotent)
def create_ticket(request: HttpRequest, data: TicketIn):
    """File a ticket. `library` and `locations` are slugs, `category` such as "6.1"."""
    _require_reporting(request)
    form = TicketForm({**data.dict(), "impact": data.impact or ""}, standing=request.standing)
    if data.impact not in (None, "", *Impact.values):
        form.add_error(None, _("This value cannot be used."))
        form.errors["impact"] = form.errors.pop("__all__")
    if not form.is_valid():
        raise form_problem(form.errors)
    values = form.cleaned_data
    ticket = workflow.create(
        type=values["type"],
        subject=values["subject"],
        body=values["body"],
        library=values["library"],
        category=values["category"],
        urgency=values["urgency"],
        impact=values.get("impact") or None,
        locations=values["locations"],
        by=_actor(request),
    )
    return Status(201, _detail(request, _ticket(request, ticket.number)))


@router.get("/tickets/{number}", response=TicketDetailOut)
def get_ticket(request: HttpRequest, number: str):
    """One ticket with messages and events."""
    return _detail(request, _ticket(request, number))


@router.patch("/tickets/{number}", response=TicketDetailOut)
def change_ticket(request: HttpRequest, number: str, data: TicketPatch):
    """Change fields; staff only."""
    ticket = _ticket(request, number)
    if not request.standing.is_staff:
        raise Problem(403)
    given = data.dict(exclude_unset=True)
    base_version = given.pop("version", None)
    if "assignee" in given:
        given["assignee"] = _assignee_pk(request, given["assignee"])
    empty = [name for name, value in given.items() if value is None and name != "assignee"]
    if empty:
        raise form_problem({name: ["null"] for name in empty})
    full = {
        "subject": ticket.subject,
        "type": ticket.type,
        "category": ticket.category.code,
        "library": ticket.library.slug,
        "locations": [place.slug for place in ticket.locations.all()],
        "urgency": ticket.urgency,
        "impact": ticket.impact,
        "assignee": ticket.assignee_id or "",
        "version": ticket.version,
        **given,
    }
    form = EditForm(full, standing=request.standing, ticket=ticket)
    wrong = {name: errors for name, errors in form.errors.items() if name in given or name == "__all__"}
    if wrong:
        raise form_problem(wrong)
    changes = {name: value for name, value in form.changes().items() if name in given}
    try:
        workflow.edit(ticket=ticket, changes=changes, base_version=base_version, by=_actor(request))
    except workflow.Conflict as conflict:
        raise Problem(409, "Changed meanwhile.", fields=conflict.fields, version=conflict.ticket.version) from conflict
    return _detail(request, _ticket(request, number))


def _assignee_pk(request: HttpRequest, value: str | None) -> str:
    if not value:
        return ""
    if value == "me":
        return str(request.user.pk)
    person = Person.objects.filter(email=value.strip().lower()).first() if "\0" not in value else None
    return str(person.pk if person else 0)


@router.post("/tickets/{number}/messages", response={201: MessageOut})
@decorate_view(idempotent)
def post_message(request: HttpRequest, number: str, data: MessageIn):
    """Say something: public, internal (staff), or partners (staff)."""
    ticket = _ticket(request, number)
    form = AnswerForm(data.dict())
    if not form.is_valid():
        raise form_problem(form.errors)
    message = _answer(request, ticket, form.cleaned_data["body"], form.cleaned_data["visibility"], [])
    return Status(201, _message(request, ticket, message, []))


def _answer(request: HttpRequest, ticket: Ticket, body: str, visibility: str, uploads: list) -> Message:
    try:
        return workflow.answer(ticket=ticket, body=body, visibility=visibility, uploads=uploads, by=_actor(request))
    except workflow.NotAllowed as error:
        raise Problem(403) from error
    except workflow.TransitionNotAllowed as error:
        raise Problem(409, "The ticket is closed; reopen it first.") from error


@router.post("/tickets/{number}/transitions", response=TicketDetailOut)
@decorate_view(idempotent)
def post_transition(request: HttpRequest, number: str, data: TransitionIn):
    """Take the ticket to another state; 409 when that is not allowed from the state it is in."""
    ticket = _ticket(request, number)
    form = MoveForm({"to": data.to, "reason": data.reason})
    if not form.is_valid():
        raise form_problem(form.errors)
    try:
        workflow.move(
            ticket=ticket,
            to=form.cleaned_data["to"],
            reason=form.cleaned_data["reason"],
            base_version=data.version,
            by=_actor(request),
        )
    except workflow.TransitionNotAllowed as error:
        raise Problem(409, f"Not from {error.ticket.state} to {error.to}.") from error
    except workflow.Conflict as conflict:
        (fresh,) = _as_told(request, [conflict.ticket])
        raise Problem(409, "Changed meanwhile.", fields=conflict.fields, version=fresh.version) from conflict
    return _detail(request, _ticket(request, number))


@router.post(
    "/tickets/{number}/attachments",
    response={201: list[AttachmentOut]},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["files"],
                        "properties": {
                            "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                            "visibility": {"type": "string", "enum": Visibility.values},
                        },
                    }
                }
            },
        }
    },
)
@decorate_view(idempotent)
def post_attachments(request: HttpRequest, number: str):
    """Add one or more files, as a message of their own; `visibility` as with messages."""
    ticket = _ticket(request, number)
    uploads = [upload for name in request.FILES for upload in request.FILES.getlist(name)]
    form = AnswerForm({"body": "-", "visibility": request.POST.get("visibility", "")})
    try:
        uploads = FilesField().clean(uploads)
    except files.ValidationError as error:
        raise form_problem({"files": error.messages}) from error
    if not form.is_valid():
        raise form_problem(form.errors)
    message = _answer(request, ticket, "", form.cleaned_data["visibility"], uploads)
    return Status(201, [_attachment(request, ticket, row) for row in message.attachments.all()])


@router.get("/tickets/{number}/attachments/{key}", url_name="get_attachment", response={200: bytes})
def get_attachment(request: HttpRequest, number: str, key: str):
    """The bytes of a file."""
    ticket = _ticket(request, number)
    readable = Message.objects.visible_to(request.standing).filter(ticket=ticket)
    row = Attachment.objects.filter(message__in=readable.values("pk"), key=key).first() if "\0" not in key else None
    if row is None:
        raise Problem(404)
    try:
        return files.serve(storage_name=row.storage_name, name=row.name, content_type=row.content_type)
    except FileNotFoundError as error:
        raise Problem(404) from error


@router.get("/libraries", response=list[LibraryOut])
def list_libraries(request: HttpRequest):
    """Libraries you may name, with their locations."""
    found = []
    for library in libraries_visible_to(request.standing).prefetch_related("locations"):
        places = [{"slug": one.slug, "name": one.name} for one in library.locations.all()]
        found.append({"slug": library.slug, "name": library.name, "locations": places})
    return found


@router.get("/categories", response=list[CategoryOut])
def list_categories(request: HttpRequest):
    """The leaves of the common tree that are in force."""
    return list(leaves())


class MeOut(Schema):
    name: str
    email: str
    organisation: str
    roles: list[str]
    permissions: list[str]
    libraries: list[str]


@router.get("/me", response=MeOut)
def get_me(request: HttpRequest):
    """Who you are here."""
    libraries = libraries_visible_to(request.standing).filter(pk__in=request.standing.library_ids)
    return {
        "name": request.user.name,
        "email": request.user.email,
        "organisation": request.organisation.slug,
        "roles": sorted(request.standing.roles),
        "permissions": sorted(request.standing.permissions),
        "libraries": [library.slug for library in libraries],
    }
