"""One ticket in the API: the same verbs and the same `visible_to` as the pages. What is wrong, the verbs say."""

import json
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Status
from ninja.decorators import decorate_view

from agenda.categories.queries import by_code, leaf_by_code
from tenants.access import people_of, staff_of
from tenants.actor import Actor
from tenants.files import actions as files
from tenants.idempotency.actions import idempotent_while
from tenants.libraries.queries import libraries_visible_to
from tenants.models import Location, Organisation, Person
from tenants.refusals import NotAllowed
from tenants.roles import Permission
from tenants.web.shapes import In
from tenants.web.uploads import takes_files
from tickets.desk import actions
from tickets.desk.fields import FilesField
from tickets.desk.models import Attachment, Message, Ticket
from tickets.desk.queries import ticket_visible_to
from tickets.router import router
from tickets.shapes import AttachmentsOut, MessageOut, TicketDetailOut, attachment_out, begun, detail, message_out
from tickets.states import FACT_NAMES, Impact, State, Type, Urgency, Visibility
from tickets.valid import BODY_MAX, SUBJECT_KEPT, errors_in


def _one_of(choices) -> dict[str, object]:
    return {"json_schema_extra": {"enum": list(choices.values)}}


def _text(most: int) -> dict[str, object]:
    return {"json_schema_extra": {"minLength": 1, "maxLength": most}}


REACHED = [one for one in State.values if one not in (State.NEW, State.MERGED)]


class TicketIn(In):
    """A ticket to file."""

    type: Annotated[str, Field(**_one_of(Type))]
    subject: Annotated[str, Field(**_text(SUBJECT_KEPT))]
    body: Annotated[str, Field(description="Markdown.", **_text(BODY_MAX))]
    library: Annotated[str, Field(description="Slug.")]
    urgency: Annotated[str, Field(**_one_of(Urgency))]
    category: Annotated[
        str | None, Field(description="Code such as 6.1, or 6 for its group; null or left out: the desk sorts it.")
    ] = None
    impact: Annotated[str | None, Field(description="For staff.", **_one_of(Impact))] = None
    locations: Annotated[list[str], Field(description="Slugs.", max_length=200)] = []
    reporter: Annotated[str | None, Field(description="E-mail address of who it is for; for staff.")] = None


class TicketPatch(In):
    """Fields to change; what is left out stays. With `version`, a change made since by another is a conflict (409)."""

    type: Annotated[str, Field(**_one_of(Type))] = ""
    subject: Annotated[str, Field(**_text(SUBJECT_KEPT))] = ""
    library: str = ""
    category: str = ""
    urgency: Annotated[str, Field(**_one_of(Urgency))] = ""
    impact: Annotated[str, Field(**_one_of(Impact))] = ""
    locations: Annotated[list[str], Field(max_length=200)] = []
    reporter: Annotated[str, Field(description="E-mail address.")] = ""
    assignee: Annotated[str | None, Field(description='E-mail address, "me", or null for nobody.')] = None
    version: int | None = None


class MessageIn(In):
    """Something to say."""

    body: Annotated[str, Field(**_text(BODY_MAX))]
    visibility: Annotated[str, Field(**_one_of(Visibility))] = Visibility.PUBLIC.value


class TransitionIn(In):
    """A state to go to."""

    to: Annotated[str, Field(json_schema_extra={"enum": REACHED})]
    reason: Annotated[
        str, Field(description="Internal from staff, public from a library. Asked when it is opened again.")
    ] = ""
    answer: Annotated[
        str,
        Field(
            description="What the library reads. Asked to resolve, unless the last public word is an answer of staff:"
            " then that counts as the solution."
        ),
    ] = ""
    category: Annotated[str, Field(description="Code of a leaf; asked to resolve what the desk has not sorted.")] = ""
    planned_until: Annotated[date | None, Field(description="Asked by planned.")] = None
    supplier: Annotated[str, Field(description="Asked by waiting_supplier.", max_length=120)] = ""
    supplier_number: Annotated[str, Field(description="The number there, when known.", max_length=60)] = ""
    partner: Annotated[str, Field(description="Slug of an organisation; asked by waiting_partner.")] = ""
    asked: Annotated[str, Field(description="A sentence; asked by waiting_reporter.", max_length=400)] = ""
    version: int | None = None


def _ticket(request: HttpRequest, number: str) -> Ticket:
    found = ticket_visible_to(request.standing, number)
    if found is None:
        raise Http404
    return found


def _still_visible(request: HttpRequest, answer: dict[str, Any], number: str = "") -> bool:
    """May this ticket still be seen? A grant on one ticket, or who reported it, is no part of a standing."""
    return ticket_visible_to(request.standing, number or answer["number"]) is not None


def _rows_for(request: HttpRequest, given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with rows in the place of slugs, codes and addresses.

    Raises ValidationError, with whatever else is wrong, for what is not there or not this person's to name.
    """
    values, errors = dict(given), {}
    if "library" in given:
        here = libraries_visible_to(request.standing).select_related("platform")
        values["library"] = _first(here, slug=given["library"])
    if given.get("category") is not None:
        values["category"] = by_code(given["category"]) if "\0" not in given["category"] else None
    if "locations" in given:
        slugs = [slug for slug in given["locations"] if "\0" not in slug]
        here = Location.objects.current().filter(library__in=libraries_visible_to(request.standing))
        values["locations"] = list(here.filter(slug__in=slugs))
        if len(values["locations"]) != len(set(given["locations"])):
            values["locations"] = None
    if given.get("assignee"):
        own = given["assignee"] == "me"
        values["assignee"] = request.user if own else _person(given["assignee"], staff_of(request.organisation))
    if given.get("reporter"):
        # Nobody is told who has an account elsewhere, and a library's people not who has one here.
        known = people_of(request.organisation) if request.standing.is_staff else Person.objects.none()
        values["reporter"] = _person(given["reporter"], known)
    for name, value in list(values.items()):
        if value is None and given[name] is not None:
            errors[name] = _("This is not there, or not yours to choose.")
            del values[name]
    if errors:
        left = {name: value for name, value in values.items() if value is not None}
        checked = errors_in(left, library=left.get("library"), day=timezone.localdate())
        raise ValidationError(checked | errors)
    return values


def _first(rows, **lookup: str):
    return rows.filter(**lookup).first() if not any("\0" in value for value in lookup.values()) else None


def _person(address: str, among: QuerySet[Person]) -> Person | None:
    return _first(among, email=address.strip().lower())


def located(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a Django view that answers with a ticket: 201 says where it is, also when the answer comes twice."""

    @wraps(view)
    def wrapped(request: HttpRequest, **arguments: str) -> HttpResponse:
        response = view(request, **arguments)
        if response.status_code == 201:
            path = reverse("organisation_api:get_ticket", args=[json.loads(response.content)["number"]])
            response["Location"] = request.build_absolute_uri(path)
        return response

    return wrapped


@router.post("/tickets", response={201: TicketDetailOut})
@decorate_view(idempotent_while(_still_visible), located)
def create_ticket(request: HttpRequest, data: TicketIn):
    """File a ticket. `library` and `locations` are slugs, `category` such as "6.1", or left out."""
    if not request.standing.may(Permission.TICKETS_REPORT):
        raise NotAllowed
    ticket = actions.create(**_rows_for(request, data.dict()), by=Actor.of_request(request))
    answer = begun(request, ticket) if ticket.began else detail(request, _ticket(request, ticket.number))
    return Status(201, answer)


@router.get("/tickets/{number}", response=TicketDetailOut)
def get_ticket(request: HttpRequest, number: str):
    """One ticket with messages and events."""
    return detail(request, _ticket(request, number))


@router.patch("/tickets/{number}", response=TicketDetailOut)
def change_ticket(request: HttpRequest, number: str, data: TicketPatch):
    """Change fields; staff only."""
    ticket = _ticket(request, number)
    if not request.standing.is_staff:
        raise NotAllowed
    given = data.dict(exclude_unset=True)
    base_version = given.pop("version", None)
    changes = _rows_for(request, given)
    actions.edit(ticket=ticket, changes=changes, base_version=base_version, by=Actor.of_request(request))
    return detail(request, _ticket(request, number))


@router.post("/tickets/{number}/messages", response={201: MessageOut})
@decorate_view(idempotent_while(_still_visible))
def post_message(request: HttpRequest, number: str, data: MessageIn):
    """Say something: public, internal (staff), or partners (staff, and a colleague POI it was opened to)."""
    ticket = _ticket(request, number)
    message = actions.answer(ticket=ticket, **data.dict(), by=Actor.of_request(request))
    return Status(201, message_out(request, ticket, message, []))


@router.post("/tickets/{number}/transitions", response=TicketDetailOut)
@decorate_view(idempotent_while(_still_visible))
def post_transition(request: HttpRequest, number: str, data: TransitionIn):
    """Take the ticket to another state; 409 when that is not allowed from the state it is in."""
    ticket = _ticket(request, number)
    fact: dict[str, Any] = {name: getattr(data, name) for name in FACT_NAMES if getattr(data, name)}
    if data.partner:
        fact["partner"] = _first(Organisation.objects.taking_part(), slug=data.partner)
        if fact["partner"] is None:
            raise ValidationError({"partner": _("This is not there, or not yours to choose.")})
    category = leaf_by_code(data.category) if data.category and "\0" not in data.category else None
    if data.category and category is None:
        raise ValidationError({"category": _("This is not there, or not yours to choose.")})
    actions.move(
        ticket=ticket,
        to=data.to,
        category=category,
        reason=data.reason,
        answer=data.answer,
        fact=fact,
        base_version=data.version,
        by=Actor.of_request(request),
    )
    return detail(request, _ticket(request, number))


UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "additionalProperties": False,
                    "properties": {
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "visibility": {"type": "string", "enum": Visibility.values},
                    },
                }
            }
        },
    }
}


@router.post("/tickets/{number}/attachments", response={201: AttachmentsOut}, openapi_extra=UPLOAD)
@decorate_view(idempotent_while(_still_visible))
@takes_files
def post_attachments(request: HttpRequest, number: str):
    """Add one or more files, as a message of their own; `visibility` as with messages."""
    ticket = _ticket(request, number)
    uploads = _uploads_in(request)
    message = actions.answer(
        ticket=ticket,
        body="",
        visibility=request.POST.get("visibility") or Visibility.PUBLIC,
        uploads=uploads,
        by=Actor.of_request(request),
    )
    return Status(201, {"items": [attachment_out(request, ticket, one) for one in message.attachments.all()]})


def _uploads_in(request: HttpRequest) -> list[UploadedFile]:
    """Return the files of a request. Raises ValidationError for those, and with them for fields nobody knows."""
    names = [name for name in request.FILES if name != "files"] + [
        name for name in request.POST if name != "visibility"
    ]
    errors = {name: ValidationError(_("This field is not known here.")) for name in names}
    uploads = request.FILES.getlist("files")
    try:
        uploads = FilesField().clean(uploads)
    except ValidationError as error:
        errors["files"] = error
    if errors:
        raise ValidationError(errors)
    return uploads


# Each file has a type of its own.
BYTES = {"responses": {200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}}


@router.get("/tickets/{number}/attachments/{key}", url_name="get_attachment", response={200: None}, openapi_extra=BYTES)
def get_attachment(request: HttpRequest, number: str, key: str):
    """The bytes of a file."""
    ticket = _ticket(request, number)
    readable = Message.objects.visible_to(request.standing).filter(ticket=ticket)
    found = _first(Attachment.objects.filter(message__in=readable.values("pk")), key=key)
    if found is None:
        raise Http404
    try:
        return files.serve(storage_name=found.storage_name, name=found.name, content_type=found.content_type)
    except FileNotFoundError as error:
        raise Http404 from error
