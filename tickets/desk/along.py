"""The list from which a ticket was opened: its line of the address goes along in the ticket's own.

It is made of names alone that the list knows, and never holds an address: what comes in leads nowhere else.
"""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

NAMES = ("view", "q", "state", "type", "priority", "library", "category", "assignee", "due", "sort", "figure", "page")
LONGEST = 200


def list_query(request: HttpRequest) -> str:
    """Return what of the address of this request says which list it is, as a line of an address; or nothing."""
    given = {name: request.GET[name] for name in NAMES if name in request.GET}
    return urlencode({name: value for name, value in given.items() if len(value) <= LONGEST})


def with_list(request: HttpRequest, name: str, *arguments: str) -> str:
    """Return the address of a page of a ticket, or of the list, with the list it was opened from."""
    query = list_query(request)
    return reverse(name, args=arguments) + (f"?{query}" if query else "")
