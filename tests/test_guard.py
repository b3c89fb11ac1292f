"""What no request may hold: refused in our words before Django fails on it, with every header of ours."""

import io
import json

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from config.wsgi import application
from tenants.context import inside
from tenants.models import Person
from tenants.web.guard import GuardMiddleware, readable_type
from tickets.models import Message, Ticket

PAGE = "Dat konden we niet lezen"
BAD_TYPES = [
    "application/x-www-form-urlencoded; charset=hex",
    "application/x-www-form-urlencoded; charset=idna",
    "application/x-www-form-urlencoded; charset=unicode_escape",
    "application/x-www-form-urlencoded; charset=raw_unicode_escape",
    "application/x-www-form-urlencoded; charset=punycode",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=rot13",
    "application/x-www-form-urlencoded; charset=bestaatniet",
    "application/x-www-form-urlencoded; charset=",
    "multipart/form-data; boundary=x; charset=base64",
    "text/plain; a*=bogus''x",
    "text/plain; a*=idna''%ff",
    "text/plain; charset*=hex''41",
    "text/plain; charset=a\0b",
]
GOOD_TYPES = [
    "",
    "text/plain",
    "application/json",
    "application/json; charset=UTF-8",
    "application/x-www-form-urlencoded; charset=utf8",
    "application/x-www-form-urlencoded;charset=ISO-8859-1",
    "application/x-www-form-urlencoded; charset=windows-1252",
    "multipart/form-data; boundary=----WebKitFormBoundaryX",
    "text/plain; name*=utf-8''na%C3%AFef",
]


def _wsgi(path, content_type, host):
    """Call what gunicorn calls; return (status, headers, body)."""
    environ = RequestFactory().generic("POST", path, b"a=b", content_type="text/plain").environ
    environ.update(CONTENT_TYPE=content_type, HTTP_HOST=host, **{"wsgi.input": io.BytesIO(b"a=b")})
    answer = {}

    def start_response(status, headers, exc_info=None):
        answer.update(status=int(status[:3]), headers=dict(headers))

    body = b"".join(application(environ, start_response))
    return answer["status"], answer["headers"], body.decode()


@pytest.mark.parametrize("content_type", BAD_TYPES)
def test_unreadable_content_types_are_known(content_type):
    assert readable_type(content_type) is False


@pytest.mark.parametrize("content_type", GOOD_TYPES)
def test_readable_content_types_are_known(content_type):
    assert readable_type(content_type) is True


@pytest.mark.parametrize("path", ["/", "/healthz", "/account/login/", "/static/x.css", "/tickets/BISC-1/"])
@pytest.mark.parametrize("content_type", BAD_TYPES)
def test_an_unreadable_content_type_is_400_in_our_words(cast, path, content_type):
    for host in (f"bisc.{settings.DOMAIN}", settings.DOMAIN):
        status, headers, body = _wsgi(path, content_type, host)
        assert (status, PAGE in body) == (400, True)
        assert headers["Cache-Control"] == "no-store"
        assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("content_type", BAD_TYPES)
def test_an_unreadable_content_type_is_a_refusal_document_under_api(cast, content_type):
    status, headers, body = _wsgi("/api/v1/tickets", content_type, f"bisc.{settings.DOMAIN}")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(body)["status"] == 400


def test_the_page_speaks_the_language_of_the_cookie(cast):
    client = Client(headers={"host": f"bisc.{settings.DOMAIN}"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "We could not read that" in client.get("/?q=%00").content.decode()


@pytest.mark.parametrize(
    "content_type", [GOOD_TYPES[1], GOOD_TYPES[-1], "application/x-www-form-urlencoded; charset=UTF-8"]
)
def test_a_readable_content_type_passes(cast, guarded_of, content_type):
    assert guarded_of(None).generic("POST", "/account/login/", b"a=b", content_type=content_type).status_code == 200


@pytest.mark.parametrize("key", ["a\0b", "\\000abc", '"\\000"', "x" * 5000, "ABCDEFGH" * 4, "é" * 32, "%00" * 8, " "])
def test_an_odd_session_cookie_is_no_session(cast, guarded_of, key):
    client = guarded_of(None)
    client.defaults["HTTP_COOKIE"] = f"{settings.SESSION_COOKIE_NAME}={key}"
    assert client.get("/account/login/").status_code == 200
    response = client.get("/tickets/")
    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/tickets/")


@pytest.mark.parametrize("value", ["\x07", "a\x1b[2J", "\x85"])
def test_a_cookie_that_cannot_be_printed_is_no_cookie(value):
    seen = []
    request = RequestFactory().get("/")
    request.COOKIES.update({"django_language": value, "csrftoken": "x" * 32})
    GuardMiddleware(lambda request: seen.append(dict(request.COOKIES)))(request)
    assert seen == [{"csrftoken": "x" * 32}]


def test_a_session_of_the_right_form_goes_on_working(cast, guarded_of):
    assert guarded_of("bisc desk").get("/tickets/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tickets/?library=%00",
        "/tickets/?assignee=a%00b",
        "/tickets/?%00=x",
        "/healthz?x=%00",
        pytest.param("/tickets/?" + "&".join(["q=1"] * 501), id="501 parameters"),
    ],
)
def test_nul_or_too_much_in_an_address_is_400(cast, guarded_of, path):
    response = guarded_of("bisc desk").get(path)
    assert (response.status_code, PAGE in response.content.decode()) == (400, True)


@pytest.mark.parametrize(
    "path", ["/tickets/BISC-1%00/", "/tickets/BISC-1/attachments/%00/", "/theme/%00.css", "/static/%00", "/%00"]
)
def test_nul_in_a_path_is_nothing_that_is_there(cast, guarded_of, path):
    response = guarded_of("bisc desk").get(path)
    assert (response.status_code, "Hier is niets" in response.content.decode()) == (404, True)


def test_nul_in_an_address_of_the_api_is_a_refusal_document(api_of):
    for path, status in {
        "/tickets?library=%00": 400,
        "/tickets?assignee=%00": 400,
        "/tickets/%00": 404,
        "/tickets/BISC-1/attachments/%00": 404,
    }.items():
        response = api_of("bisc desk")("GET", path)
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
        assert response["API-Version"] == "1.6.0"


def test_nul_in_a_form_is_taken_out_and_nothing_else(bisc, guarded_of):
    with inside(None):
        response = guarded_of("bisc desk").post(f"/tickets/{bisc.ticket}/messages/", {"body": "een\0 twee\r\n drie"})
    assert response.status_code == 302
    assert Message.objects.filter(ticket__number=bisc.ticket).latest("pk").body == "een twee\r\n drie"


def test_every_value_of_a_field_is_cleaned(bisc, guarded_of):
    """A field may come several times; a form that has no NUL is left as it is."""
    data = {
        **{"type": "incident", "subject": "x", "body": "y", "library": "bisc-\0een", "category": "6.1"},
        **{"urgency": "low", "locations": ["bisc-een-1\0", "\0bisc-een-2"]},
    }
    with inside(None):
        assert guarded_of("bisc desk").post("/tickets/new/", data).status_code == 302
    ticket = Ticket.objects.latest("pk")
    assert (ticket.library.slug, sorted(place.slug for place in ticket.locations.all())) == (
        "bisc-een",
        ["bisc-een-1", "bisc-een-2"],
    )


HALF = "This holds a character that no text can hold."
NO_JSON = "This cannot be read as JSON."
NOT_TEXT = [
    ('{"body": "half \\ud800 teken"}', {"body": HALF}),
    ('{"body": "nul \\u0000"}', {"body": HALF}),
    ('{"\\udfff": 1, "body": "x"}', {"": HALF}),
    ('{"body": ["x", "\\ud800"]}', {"body.1": HALF}),
    ('{"body": "\\u0000", "extra": {"diep": ["\\udc00\\ud800"]}}', {"body": HALF, "extra.diep.0": HALF}),
    ('{"body": NaN}', {"": NO_JSON}),
    ('{"body": -Infinity}', {"": NO_JSON}),
    ("[" * 100_000, {"": NO_JSON}),
    ('{"body": ' + "[" * 32 + "]" * 32 + "}", {"body" + ".0" * 31: "This is nested too deeply."}),
    ("9" * 5000, {"": NO_JSON}),
    (b"\xff\xfe\xfa", {"": NO_JSON}),
]


@pytest.mark.parametrize(("body", "errors"), NOT_TEXT, ids=range(len(NOT_TEXT)))
def test_json_that_no_text_can_hold_is_400(bisc, api_of, body, errors):
    Person.objects.filter(pk=bisc.people["desk"].pk).update(language="en")
    response = api_of("bisc desk")("POST", f"/tickets/{bisc.ticket}/messages", body)
    assert response.status_code == 400
    assert {one["field"]: one["message"] for one in response.json()["errors"]} == errors


@pytest.mark.parametrize("text", ["\U0001f600", "é", "\u202e", "\ufffe", "a\r\nb\tc"])
def test_whole_characters_pass(bisc, api_of, text):
    assert api_of("bisc desk")("POST", f"/tickets/{bisc.ticket}/messages", {"body": f"x{text}x"}).status_code == 201


def test_a_pair_of_surrogates_is_one_whole_character(bisc, api_of):
    response = api_of("bisc desk")("POST", f"/tickets/{bisc.ticket}/messages", '{"body": "\\ud83d\\ude00"}')
    assert (response.status_code, response.json()["body"]) == (201, "\U0001f600")


def _multipart(*parts: str) -> str:
    return "".join(f"--grens\r\n{part}\r\n" for part in parts) + "--grens--\r\n"


def _file(number: int) -> str:
    return f'Content-Disposition: form-data; name="files"; filename="{number}.txt"\r\n\r\ninhoud'


BAD_UPLOADS = {
    "eleven files": _multipart(*(_file(number) for number in range(11))),
    "more than we read": _multipart(*(_file(number) for number in range(150))),
    "more fields than we read": _multipart(
        *(f'Content-Disposition: form-data; name="{number}"\r\n\r\nx' for number in range(600))
    ),
    "bad base64": _multipart(
        'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n!!!!!"
    ),
    "no part": "niets",
    "endless header": "--grens\r\n" + "X: " + "y" * 5000 + "\r\n\r\n--grens--",
    "nothing at all": " ",
}


@pytest.mark.parametrize("name", BAD_UPLOADS)
def test_a_bad_upload_over_the_api_is_400(bisc, api_of, name):
    before = Message.objects.count()
    for headers in ({}, {"Idempotency-Key": "sleutel"}):
        response = api_of("bisc desk")(
            "POST",
            f"/tickets/{bisc.ticket}/attachments",
            BAD_UPLOADS[name],
            content_type="multipart/form-data; boundary=grens",
            **headers,
        )
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert Message.objects.count() == before


@pytest.mark.parametrize("boundary", ["", "boundary=", "boundary=" + "x" * 300, "boundary=é"])
def test_a_bad_boundary_is_400(bisc, api_of, boundary):
    response = api_of("bisc desk")(
        "POST", f"/tickets/{bisc.ticket}/attachments", "x", content_type=f"multipart/form-data; {boundary}"
    )
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_eleven_files_on_a_page_lose_nothing_that_was_typed(bisc, guarded_of):
    data = {"body": "Dit typte ik", "attachments": [io.BytesIO(b"inhoud") for _ in range(11)]}
    for number, one in enumerate(data["attachments"]):
        one.name = f"{number}.txt"
    with inside(None):
        page = guarded_of("bisc desk").post(f"/tickets/{bisc.ticket}/messages/", data)
    text = page.content.decode()
    assert page.status_code < 500 and "Dit typte ik" in text and "hoogstens 10 bestanden" in text


def test_the_guard_is_first():
    """But for those that only add headers to an answer, and the one that reads no more of a request than its path."""
    assert settings.MIDDLEWARE[:4] == [
        "config.running.headers.SameHeadersMiddleware",
        "csp.middleware.CSPMiddleware",
        "tenants.web.contract.ContractMiddleware",
        "tenants.web.guard.GuardMiddleware",
    ]
    assert application.__qualname__ == "guarded.<locals>.serve"
