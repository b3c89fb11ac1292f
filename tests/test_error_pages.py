"""What goes wrong is said in our words, in Dutch and in English, also where Django refuses before we do."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tenants.context import inside

BROKEN = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!'
MULTIPART = "multipart/form-data; boundary=x"
WORDS = {
    400: ("Dat konden we niet lezen", "We could not read that"),
    403: ("Dit hoort niet bij uw rol", "Your role does not allow this"),
    404: ("Hier is niets", "There is nothing here"),
    405: ("Op dit adres is niets te lezen", "There is nothing to read at this address"),
    413: ("De bestanden zijn samen te groot", "The files are too large together"),
    429: ("Te veel pogingen", "Too many attempts"),
    500: ("Er ging iets mis bij ons", "Something went wrong on our side"),
}


def _speaking(client: Client, language: str) -> Client:
    client.raise_request_exception = False
    client.post("/language/", {"language": language})
    return client


def _seen(response, status: int, language: str) -> None:
    words = WORDS[status][language == "en"]
    assert (response.status_code, response.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert words in response.content.decode()
    assert "Traceback" not in response.content.decode() and "Bad Request" not in response.content.decode()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("who", ["bisc desk", None])
def test_a_broken_form_of_parts(client_of, who, language):
    client = _speaking(client_of(who), language)
    path = "/tickets/new/" if who else "/account/login/"
    _seen(client.post(path, BROKEN, content_type=MULTIPART), 400, language)
    _seen(client.post(path, b"x", content_type="multipart/form-data"), 400, language)


def test_a_broken_form_where_its_token_is_looked_for(cast):
    client = Client(
        headers={"host": f"bisc.{settings.DOMAIN}:8000"}, enforce_csrf_checks=True, raise_request_exception=False
    )
    client.get("/account/login/")
    _seen(client.post("/account/login/", BROKEN, content_type=MULTIPART), 400, "nl")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_too_many_fields(client_of, language):
    client = _speaking(client_of("bisc desk"), language)
    many = "&".join(f"f{index}=x" for index in range(501))
    _seen(client.post("/tickets/new/", many, content_type="application/x-www-form-urlencoded"), 400, language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_more_than_was_said(client_of, language, settings):
    client = _speaking(client_of(None), language)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    body = "login=somebody@bisc.example"
    _seen(client.post("/account/login/", body, content_type="application/x-www-form-urlencoded"), 413, language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_not_there_and_not_allowed(client_of, language):
    client = _speaking(client_of("bisc colleague"), language)
    _seen(client.get("/nergens/"), 404, language)
    _seen(client.get("/people/"), 403, language)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_asked_where_one_only_sends(client_of, language):
    client = _speaking(client_of("bisc colleague"), language)
    response = client.get("/tickets/BISC-1/messages/")
    _seen(response, 405, language)
    assert response.headers["Allow"] == "POST"
    assert client.head("/tickets/BISC-1/messages/").content == b""


@pytest.mark.parametrize("language", ["nl", "en"])
def test_too_often(client_of, language):
    client = _speaking(client_of(None), language)
    for turn in range(20):
        assert client.post("/account/password/reset/", {"email": f"n{turn}@x.example"}).status_code == 302
    response = client.post("/account/password/reset/", {"email": "n@x.example"})
    _seen(response, 429, language)
    assert response.headers["Retry-After"] == "60"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_our_fault(client_of, cast, language):
    client = _speaking(client_of("bisc desk"), language)
    with inside(cast.bisc.organisation), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_ticket RENAME TO gone")
    response = client.get("/tickets/")
    _seen(response, 500, language)
    assert "tickets_ticket" not in response.content.decode()


def test_the_language_of_one_does_not_stay_for_the_next(client_of, settings):
    """A request that Django refuses before its language is known speaks that of its own cookie, else Dutch."""
    settings.SECURE_SSL_REDIRECT = True  # which asks for the host first of all
    english = client_of("bisc desk")
    english.post("/language/", {"language": "en"}, secure=True)
    assert english.get("/nergens/", secure=True).status_code == 404
    for language, words in (("", WORDS[400][0]), ("nl", WORDS[400][0]), ("en", WORDS[400][1])):
        client = Client(headers={"host": "a_b/.."}, raise_request_exception=False)
        client.cookies["django_language"] = language
        response = client.get("/")
        assert response.status_code == 400
        assert words in response.content.decode()
