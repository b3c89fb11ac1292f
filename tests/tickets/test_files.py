"""Files with messages: how they come in, how they go out, when they go."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from tenants.files import actions as files
from tickets.desk import actions as verbs
from tickets.models import Attachment
from tickets.refusals import TransitionNotAllowed
from tickets.retention import actions as retention

FORM = {
    "type": "incident",
    "subject": "Zelfservice",
    "body": "Doet het niet.",
    "library": "bisc-een",
    "category": "6.1",
    "urgency": "high",
    "impact": "",
}


def test_files_that_a_browser_forgets_are_said(client_of, ticket):
    text = "Uw bestanden zijn niet bewaard"
    colleague, upload = client_of("bisc colleague"), SimpleUploadedFile("a.txt", b"tekst")
    assert text not in colleague.post("/tickets/new/", {**FORM, "subject": ""}).content.decode()
    page = colleague.post("/tickets/new/", {**FORM, "subject": "", "attachments": upload})
    assert page.status_code == 422 and text in page.content.decode()
    page = colleague.post("/tickets/BISC-1/messages/", {"body": "", "attachments": SimpleUploadedFile("b", b"b")})
    assert page.status_code == 422 and text in page.content.decode()


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 40


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("pagina.html", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("plaatje.svg", b'<svg xmlns="x"><script>1</script></svg>', "application/octet-stream"),
        ("foto.png", PNG + b"<script>alert(1)</script>", "application/octet-stream"),
        ("echt.png", PNG, "image/png"),
        ("kader.txt", b"<iframe src='/'></iframe>", "application/octet-stream"),
        ("tekst.dat", b"gewoon tekst", "text/plain"),
        ("../../etc/passwd", b"gewoon tekst", "text/plain"),
    ],
)
def test_files_go_out_as_attachment_never_run(client_of, ticket, name, content, content_type):
    upload = SimpleUploadedFile("x", content)
    upload.name = name
    response = client_of("bisc colleague").post("/tickets/BISC-1/messages/", {"body": "zie", "attachments": upload})
    assert response.status_code == 302
    row = Attachment.objects.get(message__ticket=ticket)
    got = client_of("bisc desk").get(f"/tickets/BISC-1/attachments/{row.key}/")
    assert b"".join(got.streaming_content) == content
    assert (got["Content-Type"], got["X-Content-Type-Options"]) == (content_type, "nosniff")
    assert got["Content-Disposition"].startswith("attachment") and "sandbox" in got["Content-Security-Policy"]
    assert "/" not in row.name and len(row.key) == 48
    files.forget(row.storage_name)


def test_an_upload_without_a_file_is_said_of_the_files(ticket, api_of):
    body = encode_multipart(BOUNDARY, {"visibility": "public"})
    call = api_of("bisc colleague")
    answer = call("POST", "/tickets/BISC-1/attachments", body, content_type=MULTIPART_CONTENT)
    said = [{"field": "files", "message": "Dit veld is verplicht."}]
    assert (answer.status_code, answer.json()["errors"]) == (400, said)


def test_an_empty_file_is_refused_with_its_name(client_of, ticket):
    data = {"body": "Mijn tekst", "attachments": SimpleUploadedFile("leeg.txt", b"")}
    response = client_of("bisc colleague").post("/tickets/BISC-1/messages/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "“leeg.txt” is leeg" in page and "Mijn tekst" in page


def test_a_file_that_is_too_large_is_refused_with_its_name(client_of, ticket, settings):
    settings.UPLOAD_MAX_BYTES = 10
    data = {"body": "Mijn tekst", "attachments": SimpleUploadedFile("groot.txt", b"x" * 11)}
    response = client_of("bisc colleague").post("/tickets/BISC-1/messages/", data)
    assert response.status_code == 422
    assert "“groot.txt” is 11" in response.content.decode()


def test_a_rolled_back_upload_leaves_no_file(bisc, ticket, monkeypatch, settings):
    stored = []
    real = files.put

    def note(uploads, organisation):
        kept = real(uploads, organisation)
        stored.extend(one.storage_name for one in kept)
        return kept

    monkeypatch.setattr(files, "put", note)
    monkeypatch.setattr("tickets.change.FOLLOWERS", (lambda event: 1 / 0,))
    with pytest.raises(ZeroDivisionError):
        verbs.answer(ticket=ticket, body="x", uploads=[SimpleUploadedFile("a.txt", b"tekst")], by=bisc.actor("desk"))
    assert len(stored) == 1
    assert not files.default_storage.exists(stored[0])
    assert Attachment.objects.count() == 0


def test_files_with_patron_data_are_deleted_on_their_day(bisc, ticket):
    upload = SimpleUploadedFile("scherm.txt", b"klant 118")
    verbs.answer(ticket=ticket, body="zie", uploads=[upload], patron_data=True, by=bisc.actor("colleague"))
    row = Attachment.objects.get()
    assert row.purge_on == timezone.localdate() + timedelta(days=90)
    assert retention.purge_attachments(timezone.now() + timedelta(days=89)) == 0
    assert retention.purge_attachments(timezone.now() + timedelta(days=90)) == 1
    assert not Attachment.objects.exists() and not files.default_storage.exists(row.storage_name)


def test_bytes_with_a_note_whose_state_is_refused_are_not_kept(bisc, ticket):
    def stored():
        try:
            return sorted(default_storage.listdir("bisc")[1])
        except FileNotFoundError:
            return []

    before = stored()
    said = {"body": "Onder ons", "visibility": "internal", "uploads": [SimpleUploadedFile("a.txt", b"tekst")]}
    with pytest.raises(TransitionNotAllowed):
        verbs.answer(ticket=ticket, **said, then="merged", by=bisc.actor("desk"))
    assert (stored(), Attachment.objects.count(), ticket.messages.filter(body="Onder ons").count()) == (before, 0, 0)
