"""For the bench alone: what a request costs the database, and a bare page to hold the others against."""

import time
from functools import lru_cache

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants import context
from tenants.models import Organisation
from tickets.desk.models import Ticket

BARE = "/bare/"


class MeasuringMiddleware:
    """Adds `X-SQL: count milliseconds`, and answers the bare page before any other middleware.

    Only in the list of middleware when SAMENBEHEER_MEASURING is set, and never outside the demo.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count, spent = 0, 0.0

        def measure(execute, sql, params, many, context):
            nonlocal count, spent
            begin = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                count, spent = count + 1, spent + time.perf_counter() - begin

        with connection.execute_wrapper(measure):
            response = bare(request) if request.path_info == BARE else self.get_response(request)
        response["X-SQL"] = f"{count} {spent * 1000:.2f}"
        return response


def bare(request: HttpRequest) -> HttpResponse:
    """Fifty rows of one join as Django shows them without anything of ours: no sign-in, rights, tags or base page."""
    context.enter(_organisation())
    rows = Ticket.objects.select_related("library").order_by("-pk")[:50]
    return render(request, "bare.html", {"rows": rows})


@lru_cache(maxsize=1)
def _organisation() -> Organisation:
    context.enter_public()
    return Organisation.objects.get(slug="bisc")
