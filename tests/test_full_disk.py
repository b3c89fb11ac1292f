"""A disk that is full leaves no half file, and the user hears it in words. The limit of the system stands for it."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.test import Client

from config.running.mailbox import EmailBackend
from tenants.files import actions as files
from tickets.models import Attachment, Message


@contextmanager
def no_room(length: int = 20_000):
    """Let no file of this process become longer than that many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def passing(monkeypatch, tmp_path) -> Path:
    """The folder through which files pass that are too long for the memory."""
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / "passing"))
    (tmp_path / "passing").mkdir()
    return tmp_path / "passing"


def _kept() -> set[Path]:
    return {path for path in (Path(settings.DATA) / "files").rglob("*") if path.is_file()}


def test_an_upload_without_room_leaves_nothing_and_is_said_beside_what_was_typed(client_of, ticket):
    before, messages = _kept(), Message.objects.count()
    said = {"body": "Zie de foto", "attachments": SimpleUploadedFile("lang.txt", b"woord " * 8000)}
    with no_room():
        answer = client_of("bisc colleague").post("/tickets/BISC-1/messages/", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Er is nu geen plaats voor “lang.txt”; er is niets verstuurd." in page and "Zie de foto" in page
    assert _kept() == before
    assert (Message.objects.count(), Attachment.objects.count()) == (messages, 0)


@pytest.mark.parametrize("room", [20_000, 65_536, None])  # ends in the first piece, in a later one, is no folder at all
def test_a_long_upload_that_finds_no_room_on_its_way_is_said_beside_what_was_typed(client_of, ticket, passing, room):
    before, messages = _kept(), Message.objects.count()
    long, short = (
        SimpleUploadedFile(name, b"woord " * many) for name, many in (("lang.txt", 40_000), ("kort.txt", 10))
    )
    if room is None:
        passing.rmdir()
    with no_room(room or 1_000_000):
        answer = client_of("bisc colleague").post(
            "/tickets/BISC-1/messages/", {"body": "Zie de foto", "attachments": [long, short]}
        )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Er is nu geen plaats voor “lang.txt”; er is niets verstuurd." in page and "Zie de foto" in page
    assert ("“kort.txt”" in page) is (room is None)  # what did pass is not complained of
    assert room is None or list(passing.iterdir()) == []
    assert _kept() == before
    assert (Message.objects.count(), Attachment.objects.count()) == (messages, 0)


def test_a_new_ticket_whose_file_finds_no_room_on_its_way_is_kept_as_typed(client_of, ticket, passing):
    new = {
        "subject": "Kapotte poort",
        "body": "Zie de foto",
        "attachments": SimpleUploadedFile("l.txt", b"woord " * 40_000),
    }
    with no_room():
        answer = client_of("bisc colleague").post("/tickets/new/", new)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Er is nu geen plaats voor “l.txt”" in page and "Kapotte poort" in page


def test_a_program_hears_that_its_file_found_no_room_on_its_way(api_of, ticket, passing):
    desk = api_of("bisc desk")
    headers = {"host": f"{desk.host}:8000", "authorization": f"Bearer {desk.token}", "idempotency-key": "vol"}

    def send():
        sent = {"files": SimpleUploadedFile("lang.txt", b"woord " * 40_000)}
        return Client().post("/api/v1/tickets/BISC-1/attachments", sent, headers=headers)

    with no_room():
        answer = send()
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == "files"
    assert error["message"].startswith(
        "Er is nu geen plaats voor “lang.txt”; er is niets verstuurd. Verstuur het zonder"
    )
    assert Attachment.objects.count() == 0
    assert send().status_code == 201  # later, with the same key
    files.forget(Attachment.objects.get().storage_name)


def test_a_form_without_files_that_is_sent_one_does_not_fail_for_it(client_of, passing):
    with no_room():
        answer = client_of("bisc colleague").post(
            "/language/", {"language": "en", "x": SimpleUploadedFile("l.txt", b"woord " * 40_000)}
        )
    assert answer.status_code == 302


def test_a_long_upload_with_room_passes_whole(client_of, ticket, passing):
    sent = SimpleUploadedFile("lang.txt", b"woord " * 40_000)
    answer = client_of("bisc colleague").post("/tickets/BISC-1/messages/", {"body": "x", "attachments": sent})
    assert answer.status_code == 302
    kept = Attachment.objects.get()
    assert (kept.size, list(passing.iterdir())) == (240_000, [])
    assert default_storage.open(kept.storage_name).read() == b"woord " * 40_000
    files.forget(kept.storage_name)


def test_a_mail_without_room_leaves_no_part(tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    mail = EmailMessage("x", "woord " * 8000, to=["a@b.example"])
    with no_room(), pytest.raises(OSError, match="too large"):
        EmailBackend().send_messages([mail])
    assert list(tmp_path.iterdir()) == []
    assert EmailBackend().send_messages([mail]) == 1
