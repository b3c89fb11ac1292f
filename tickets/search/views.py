"""The palette: a page by itself, and what is offered while one types."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from tenants.roles import Permission
from tickets.search.palette import offered

LONGEST = 200


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """What fits the words that were typed; a script gets the hits alone, as options of the field one types in."""
    if not (request.standing.may(Permission.TICKETS_REPORT) or request.standing.may(Permission.TICKETS_GUEST)):
        raise PermissionDenied
    text = request.GET.get("q", "")[:LONGEST]
    context = {"groups": offered(text, request.standing), "q": text, "options": bool(request.htmx)}
    response = render(request, "tickets/_hits.html" if request.htmx else "tickets/palette.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
