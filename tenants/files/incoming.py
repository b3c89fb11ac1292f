"""Files while they come in: longer ones go through the temporary folder, which may be full."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

log = logging.getLogger("samenbeheer.files")


class Unkept(UploadedFile):
    """A file that came in and could not be written down: its name and size are known, its bytes are gone."""


class IncomingFile(TemporaryFileUploadHandler):
    """As Django's, but a file that cannot be written stops no request: the rest of it is read, and shown again."""

    file: TemporaryUploadedFile | None = None

    def new_file(self, *args, **kwargs) -> None:
        self.file = None
        with self._or_lose():
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.file is not None:
            with self._or_lose():
                super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile:
        """Return the file, or what is known of one that was lost."""
        if self.file is not None:
            with self._or_lose():
                return super().file_complete(file_size)
        return Unkept(BytesIO(), self.file_name, self.content_type, file_size, self.charset, self.content_type_extra)

    def upload_interrupted(self) -> None:
        if self.file is not None:
            super().upload_interrupted()

    @contextmanager
    def _or_lose(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            log.error("no room for a file that comes in: %s", errno.errorcode.get(error.errno or 0, "OSError"))
            lost, self.file = self.file, None
            if lost is not None:
                with suppress(OSError):  # what was not written yet has no room now either
                    lost.close()
