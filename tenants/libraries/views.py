"""Pages about a library."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from tenants.libraries.queries import libraries_known_to, told
from tenants.people.queries import key_users


@require_GET
def library(request: HttpRequest, slug: str) -> HttpResponse:
    """One library with its identifiers and locations: for staff, and for its own people."""
    found = get_object_or_404(told(libraries_known_to(request.standing)), slug=slug)
    context = {"library": found, "living": found.living, "key_users": key_users(found)}
    return render(request, "tenants/library.html", context)
