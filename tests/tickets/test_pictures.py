"""Pictures of a conversation stand where they were sent; what should not be shown stays a file to download."""

import struct
from html import unescape

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.files.pictures import MOST_BYTES, pixels
from tests.pictures import chunk, picture
from tickets.desk import actions as verbs
from tickets.models import Attachment

PAGE = "/tickets/BISC-1/"


@pytest.fixture
def sent(bisc, ticket):
    """Return a sender of one file by the librarian: gives its row."""
    rows = []

    def make(name: str, content: bytes, **values) -> Attachment:
        upload = SimpleUploadedFile(name, content)
        message = verbs.answer(ticket=ticket, body="Zie", uploads=[upload], by=bisc.actor("colleague"), **values)
        rows.append(Attachment.objects.get(message=message))
        return rows[-1]

    yield make
    for row in rows:
        default_storage.delete(row.storage_name)


@pytest.mark.parametrize("who", ["bisc desk", "bisc colleague"])
def test_a_picture_stands_in_the_conversation_and_its_link_leads_to_a_page_of_its_own(client_of, sent, who):
    row, client = sent("scherm.png", picture()), client_of(who)
    page = unescape(client.get(PAGE).content.decode())
    assert f'<img src="{PAGE}attachments/{row.key}/picture/" alt=""' in page
    assert f'href="{PAGE}pictures/{row.key}/"' in page and 'id="picture"' in page
    alone = client.get(f"{PAGE}pictures/{row.key}/").content.decode()
    assert "<h1>scherm.png</h1>" in alone and f'href="{PAGE}attachments/{row.key}/"' in alone


def test_a_picture_goes_out_to_be_shown_and_never_run(client_of, sent):
    row = sent("scherm.png", picture())
    got = client_of("bisc desk").get(f"{PAGE}attachments/{row.key}/picture/")
    assert b"".join(got.streaming_content) == picture()
    assert (got["Content-Type"], got["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert got["Content-Disposition"] == 'inline; filename="scherm.png"'
    assert (got["Content-Security-Policy"], got["Cache-Control"]) == (
        "default-src 'none'; sandbox",
        "private, no-store",
    )


@pytest.mark.parametrize(
    ("name", "content", "values"),
    [
        ("pas.png", picture(), {"patron_data": True}),
        ("tekening.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', {}),
        ("pagina.png", b"<html><script>alert(1)</script>", {}),
        ("beweegt.gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00" + b"\0" * 60, {}),
        ("groot.png", picture() + b"\0" * MOST_BYTES, {}),
        ("tekst.png", b"gewoon tekst", {}),
    ],
)
def test_what_is_no_picture_to_show_stays_a_file(client_of, sent, name, content, values):
    row, client = sent(name, content, **values), client_of("bisc desk")
    page = client.get(PAGE).content.decode()
    assert "<img" not in page and f'href="{PAGE}attachments/{row.key}/"' in page
    for address in (f"attachments/{row.key}/picture/", f"pictures/{row.key}/"):
        assert client.get(PAGE + address).status_code == 404
    assert ("toont gegevens van een klant" in page) is bool(values)


@pytest.mark.parametrize(
    "content",
    [
        picture().replace(struct.pack(">II", 3, 2), struct.pack(">II", 20_000, 20_000)),
        picture(extra=chunk(b"acTL", struct.pack(">II", 9, 0))),
    ],
    ids=["a bomb", "one that moves"],
)
def test_a_picture_that_asks_too_much_of_a_browser_is_not_served_as_one(client_of, sent, content):
    row, client = sent("scherm.png", content), client_of("bisc desk")
    assert client.get(f"{PAGE}attachments/{row.key}/picture/").status_code == 404
    assert b"".join(client.get(f"{PAGE}attachments/{row.key}/").streaming_content) == content


JPEG = b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03"
WEBP = b"RIFF\0\0\0\0WEBP"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (picture(640, 480), (640, 480)),
        (JPEG, (640, 480)),
        (JPEG[:8], (0, 0)),
        (WEBP + b"VP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480), (640, 480)),
        (WEBP + b"VP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14), (640, 480)),
        (WEBP + b"VP8X\0\0\0\0\0\0\0\0" + b"\x7f\x02\0\xdf\x01\0", (640, 480)),
        (WEBP + b"VP8X\0\0\0\0\x02\0\0\0" + b"\x7f\x02\0\xdf\x01\0", (0, 0)),
        (b"BM" + b"\0" * 40, (0, 0)),
        (b"", (0, 0)),
    ],
)
def test_a_picture_says_its_size_where_it_begins(head, found):
    assert pixels(head) == found
