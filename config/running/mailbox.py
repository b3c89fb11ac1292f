"""The demo's outgoing mail: one .eml file a mail in a directory, readable with any mail program."""

import os
import secrets
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes each mail whole under a name that sorts by time; a reader never sees half a mail."""

    def send_messages(self, email_messages) -> int:
        """Write every mail; return how many were written."""
        directory = Path(settings.EMAIL_FILE_PATH)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
            part = directory / f".{name}"
            try:
                part.write_bytes(message.message().as_bytes())
                part.chmod(0o600)
                os.replace(part, directory / f"{name}.eml")
            finally:
                part.unlink(missing_ok=True)  # of a disk that is full
        return len(email_messages)


def mails_to(address: str, limit: int = 50) -> list[EmailMessage]:
    """Return the newest mails addressed to `address`, newest first, at most `limit` of the last 2,000 files."""
    directory = Path(settings.EMAIL_FILE_PATH)
    found: list[EmailMessage] = []
    for path in sorted(directory.glob("*.eml"), reverse=True)[:2000]:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        recipients = [one.addr_spec.lower() for one in mail["to"].addresses] if mail["to"] else []
        if address.lower() in recipients:
            found.append(mail)
            if len(found) == limit:
                break
    return found
