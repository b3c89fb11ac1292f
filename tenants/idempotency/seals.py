"""What is kept of an answer, closed: a copy of the database tells neither its text nor what was asked.

It opens with the secret key of the installation and the client's own Idempotency-Key together; of that key only a
digest is kept.
"""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import HMAC

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac


class Broken(Exception):
    """What was kept does not open any more: the secret key of the installation is another one now."""


class Seal:
    """The seal of one request: of what its client calls `key`, kept as `name`, and of what else it belongs to."""

    def __init__(self, key: str, *belongs_to: object):
        self.name = sha256(key.encode()).hexdigest()
        self._whole = "\n".join([key, *map(str, belongs_to)])
        secret = salted_hmac("tenants.idempotency.answer", self._whole, algorithm="sha256").digest()
        self._fernet = Fernet(urlsafe_b64encode(secret))

    def digest(self) -> HMAC:
        """Return a SHA-256 to feed with a body, by which nobody else can try what the body was."""
        return salted_hmac("tenants.idempotency.body", self._whole, algorithm="sha256")

    def close(self, content: bytes) -> bytes:
        """Return `content` so that nobody reads it."""
        return self._fernet.encrypt(content)

    def open(self, closed: bytes) -> bytes:
        """Return what was closed with this seal. Raises Broken."""
        try:
            return self._fernet.decrypt(closed)
        except InvalidToken as error:
            raise Broken from error
