"""For the bench alone: says in a header how many queries a request did and how long they took."""

import time

from django.db import connection
from django.http import HttpRequest, HttpResponse


class SqlHeaderMiddleware:
    """Adds `X-SQL: count milliseconds`. Only in the list of middleware when SAMENBEHEER_SQL_HEADER is set."""

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
            response = self.get_response(request)
        response["X-SQL"] = f"{count} {spent * 1000:.2f}"
        return response
