"""A disk that is full leaves no half file, and the user hears it in words. The limit of the system stands for it."""

import resource
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage

from config.running.mailbox import EmailBackend
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


def test_a_mail_without_room_leaves_no_part(tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    mail = EmailMessage("x", "woord " * 8000, to=["a@b.example"])
    with no_room(), pytest.raises(OSError, match="too large"):
        EmailBackend().send_messages([mail])
    assert list(tmp_path.iterdir()) == []
    assert EmailBackend().send_messages([mail]) == 1
