"""Mail over SMTP, with the patience that each step asks for.

A server that has the whole mail may think about it for long: it looks for viruses, or writes it to a slow disk. Whoever
hangs up meanwhile does not know whether the mail went, and sends a second copy. RFC 5321 (4.5.3.2.6) gives that answer
ten minutes; a server that does not even greet is away, and told so within seconds.
"""

import smtplib
from contextlib import suppress

from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

ANSWER_TO_A_MAIL = 600  # seconds
END_OF_MAIL = b"\r\n.\r\n"


class _Patient:
    """Waits short for everything but the answer to the end of a mail."""

    def send(self, s):
        super().send(s)
        if isinstance(s, bytes) and s.endswith(END_OF_MAIL):
            self.sock.settimeout(ANSWER_TO_A_MAIL)

    def data(self, msg):
        try:
            return super().data(msg)
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)


class Plain(_Patient, smtplib.SMTP):
    """Without encryption, or with STARTTLS."""


class Encrypted(_Patient, smtplib.SMTP_SSL):
    """Encrypted from the first byte."""


class EmailBackend(SmtpBackend):
    """Django's, with that patience; a mail that was taken stays sent, whatever the server answers to the goodbye."""

    @property
    def connection_class(self):
        """Return which of the two connects."""
        return Encrypted if self.use_ssl else Plain

    def close(self):
        """Say goodbye and leave."""
        if self.connection is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            self.connection.quit()
        with suppress(OSError):
            self.connection.close()
        self.connection = None
