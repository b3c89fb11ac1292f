"""Files of a ticket: the bytes, a picture where it stands, and a page of one picture for who has no JavaScript."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tenants.files import actions as files
from tickets.desk.models import Attachment, Message, Ticket
from tickets.desk.queries import ticket_visible_to


def _fetch(request: HttpRequest, number: str, key: str) -> tuple[Ticket, Attachment]:
    """Return a ticket and a file of a message there that the person may read, or raise Http404."""
    found = ticket_visible_to(request.standing, number)
    if found is None:
        raise Http404
    readable = Message.objects.visible_to(request.standing).filter(ticket=found)
    return found, get_object_or_404(Attachment, key=key, message__in=readable.values("pk"))


def _fetch_picture(request: HttpRequest, number: str, key: str) -> tuple[Ticket, Attachment]:
    found, row = _fetch(request, number, key)
    if not row.is_picture:
        raise Http404
    return found, row


@require_GET
def attachment(request: HttpRequest, number: str, key: str) -> FileResponse:
    """A file of a message that the person may read, to download."""
    _ticket, row = _fetch(request, number, key)
    try:
        return files.serve(storage_name=row.storage_name, name=row.name, content_type=row.content_type)
    except FileNotFoundError as error:
        raise Http404 from error


@require_GET
def picture(request: HttpRequest, number: str, key: str) -> FileResponse:
    """A picture of a message that the person may read, for a page to show."""
    _ticket, row = _fetch_picture(request, number, key)
    try:
        shown = files.show(storage_name=row.storage_name, name=row.name, content_type=row.content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    if shown is None:
        raise Http404
    return shown


@require_GET
def picture_page(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """One picture, large."""
    found, row = _fetch_picture(request, number, key)
    return render(request, "tickets/picture.html", {"file": row, "ticket": found})
