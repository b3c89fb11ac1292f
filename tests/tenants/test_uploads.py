"""What may be sent where: only a view that takes files may get more than a form."""

from io import BytesIO

import pytest
from django.test import Client

MEBIBYTE = 1024 * 1024


def _asked(client, path, length, method="POST", **headers):
    """Send a request that says it is so long; what is read before it is known whose it is, is there."""
    headers |= {"CONTENT_LENGTH": length, "wsgi.input": BytesIO(b"x" * min(length, 2 * MEBIBYTE))}
    return client.generic(method, path, b"", content_type="multipart/form-data; boundary=x", **headers)


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/tickets/new/", 60 * MEBIBYTE),
        ("/tickets/BISC-1/messages/", 60 * MEBIBYTE),
        ("/tickets/BISC-1/edit/", 2 * MEBIBYTE),
        ("/tickets/preview/", 2 * MEBIBYTE),
        ("/people/", 2 * MEBIBYTE),
        ("/account/login/", 2 * MEBIBYTE),
        ("/nergens/", 2 * MEBIBYTE),
    ],
)
def test_pages_take_as_much_as_their_view_says(bisc, client_of, path, limit):
    client = client_of("bisc desk")
    assert _asked(client, path, limit + 1).status_code == 413
    assert _asked(client, path, limit).status_code != 413


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/api/v1/tickets/BISC-1/attachments", 60 * MEBIBYTE),
        ("POST", "/api/v1/tickets/BISC-1/messages", 2 * MEBIBYTE),
        ("POST", "/api/v1/tickets", 2 * MEBIBYTE),
        ("PATCH", "/api/v1/tickets/BISC-1", 2 * MEBIBYTE),
    ],
)
def test_the_api_takes_as_much_as_its_operation_says(bisc, api_of, method, path, limit):
    call = api_of("bisc desk")
    headers = {"HTTP_HOST": f"{call.host}:8000", "HTTP_AUTHORIZATION": f"Bearer {call.token}"}
    assert _asked(Client(), path, limit + 1, method, **headers).status_code == 413
    assert _asked(Client(), path, limit, method, **headers).status_code != 413


def test_the_addresses_of_one_kind_of_host_are_no_addresses_of_the_other(cast, client_of):
    assert _asked(client_of("bisc desk", ""), "/tickets/new/", 2 * MEBIBYTE + 1).status_code == 413
