"""The headers of safety on every answer alike, whoever gave it and however early."""

from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware


class SameHeadersMiddleware:
    """The outermost: adds what an answer lacks that was given before the middleware whose task it is.

    An answer that has a header of its own, such as the stricter policy of a download, keeps it.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.security = SecurityMiddleware(get_response)
        self.frames = XFrameOptionsMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return self.frames.process_response(request, self.security.process_response(request, response))
