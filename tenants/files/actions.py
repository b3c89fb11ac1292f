"""Files that people upload: checked, kept under random names outside the web root, served only through a view.

Each app has its own row per file; here is only what is the same for all: the limits, the bytes and the answer.
"""

import errno
import hashlib
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tenants.files.incoming import Unkept
from tenants.files.kinds import HEAD_BYTES, FileKind, Found, refused
from tenants.files.pictures import is_showable
from tenants.files.types import clean_name, content_type_of
from tenants.models import Organisation
from tenants.settings.queries import settings_of

log = logging.getLogger("samenbeheer.files")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class StoredFile:
    """What is known of a file once its bytes are kept."""

    storage_name: str
    name: str
    size: int
    content_type: str
    sha256: str


_stored: ContextVar[list[str] | None] = ContextVar("stored_files", default=None)


@dataclass(frozen=True)
class Rules:
    """What an organisation refuses: kinds of files, and endings of names beside them."""

    kinds: frozenset[str]
    endings: frozenset[str]


def rules_of(organisation: Organisation) -> Rules:
    """Return the rules in force in `organisation`. One query."""
    chosen = settings_of(organisation)
    return Rules(frozenset(chosen.refused_kinds), frozenset(chosen.refused_endings.split()))


def refuse(uploads: Sequence[UploadedFile], organisation: Organisation) -> None:
    """Raise ValidationError with everything that is wrong with the files of one message; an error names its file."""
    if not uploads:
        return
    if len(uploads) > settings.UPLOAD_MAX_FILES:
        raise ValidationError(
            ngettext(
                "Send at most %(most)s file at a time.",
                "Send at most %(most)s files at a time.",
                settings.UPLOAD_MAX_FILES,
            ),
            params={"most": settings.UPLOAD_MAX_FILES},
            code="number",
        )
    errors, rules = [], rules_of(organisation)
    for upload in uploads:
        try:
            check(upload, rules)
        except ValidationError as error:
            errors.append(error)
    if errors:
        raise ValidationError(errors)


def check(upload: UploadedFile, rules: Rules) -> None:
    """Raise ValidationError, in the reader's language, when a file is empty, too large, lost, nameless or refused."""
    name = upload.name or ""
    if not upload.size:
        raise ValidationError(_("“%(name)s” is empty. Choose another file."), params={"name": name}, code="empty")
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” is %(size)s; a file may be at most %(most)s."),
            params={
                "name": name,
                "size": filesizeformat(upload.size),
                "most": filesizeformat(settings.UPLOAD_MAX_BYTES),
            },
            code="too_large",
        )
    if isinstance(upload, Unkept):
        raise _no_room(upload)
    if not clean_name(name):
        raise ValidationError(_("This file has no usable name."), code="name")
    found = refused(clean_name(name), upload, rules.kinds, rules.endings)
    if found:
        raise ValidationError(_why(found), params=_words(found, name), code="kind")


def _no_room(upload: UploadedFile) -> ValidationError:
    return ValidationError(
        _("There is no room for “%(name)s” at the moment; nothing was sent. Send it without files, or try later."),
        params={"name": clean_name(upload.name or "")},
        code="no_room",
    )


def _why(found: Found) -> str:
    if found.inner and found.kind:
        return _("“%(name)s” holds “%(inner)s”, which is %(kind)s. That may do harm where it is opened. Leave it out.")
    if found.inner:
        return _("“%(name)s” holds “%(inner)s”. Files that end in “.%(ending)s” are not taken here. Leave it out.")
    if found.kind == FileKind.ARCHIVE:
        return _(
            "“%(name)s” is an archive that is not taken here, or cannot be looked into. Send the files themselves."
        )
    if found.kind:
        return _("“%(name)s” is %(kind)s. That may do harm where it is opened. Send a picture or the text of it.")
    return _("“%(name)s” ends in “.%(ending)s”. Such files are not taken here. Send it in another form.")


def _words(found: Found, name: str) -> dict[str, str]:
    kind = str(found.kind.label) if found.kind else ""
    return {"name": clean_name(name), "inner": clean_name(found.inner), "kind": kind, "ending": found.ending}


@contextmanager
def keeping() -> Iterator[None]:
    """Keep the files stored in this block only if it ends well; goes around the transaction that makes their rows."""
    outer = _stored.get()
    names: list[str] = []
    token = _stored.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            forget(name)
        raise
    else:
        if outer is not None:
            outer.extend(names)
    finally:
        _stored.reset(token)


class _Hashing:
    """Reads an upload in chunks and hashes what passes."""

    def __init__(self, upload: UploadedFile):
        self.upload = upload
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.name = upload.name

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self.upload.seek(0)
        for chunk in self.upload.chunks(chunk_size):
            self.sha256.update(chunk)
            self.size += len(chunk)
            yield chunk

    def read(self, size: int = -1) -> bytes:
        chunk = self.upload.read(size)
        self.sha256.update(chunk)
        self.size += len(chunk)
        return chunk

    def seek(self, *args):
        return self.upload.seek(*args)

    def seekable(self) -> bool:
        return False


def put(uploads: Sequence[UploadedFile], organisation: Organisation) -> list[StoredFile]:
    """Store the uploads of one message and return what is known of each. Only inside `keeping`.

    Every file comes in by here, whatever the way, so here they are checked, all before the first is stored; a form
    asks `refuse` beforehand, to say it beside its field. Raises ValidationError.
    """
    names = _stored.get()
    if names is None:
        raise RuntimeError("files are stored inside tenants.files.actions.keeping()")
    refuse(uploads, organisation)
    return [_put(upload, organisation, names) for upload in uploads]


def _put(upload: UploadedFile, organisation: Organisation, names: list[str]) -> StoredFile:
    upload.seek(0)
    content_type = content_type_of(upload.read(HEAD_BYTES))
    upload.seek(0)
    reader = _Hashing(upload)
    name = f"{organisation.schema_name}/{secrets.token_hex(24)}"
    names.append(name)  # before a byte of it is written: what is left of half a file is taken away too
    try:
        default_storage.save(name, reader)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        log.error("no room for a file of %s: %s", organisation.schema_name, errno.errorcode[error.errno])
        raise _no_room(upload) from error
    return StoredFile(
        storage_name=name,
        name=clean_name(upload.name or ""),
        size=reader.size,
        content_type=content_type,
        sha256=reader.sha256.hexdigest(),
    )


def forget(storage_name: str) -> None:
    """Delete the bytes of a file; one that is gone already is no error."""
    try:
        default_storage.delete(storage_name)
    except OSError as error:
        log.warning("could not delete a stored file: %s", type(error).__name__)


def serve(*, storage_name: str, name: str, content_type: str) -> FileResponse:
    """Return a download of the file: always as attachment, never run. The caller checked the right.

    That nobody guesses its type ("nosniff") stands on every answer.
    """
    file = default_storage.open(storage_name, "rb")
    return _guarded(FileResponse(file, as_attachment=True, filename=name, content_type=content_type))


def show(*, storage_name: str, name: str, content_type: str) -> FileResponse | None:
    """Return a picture to be shown by a page, alone and never run; None for one that a browser had better not open.

    The caller checked the right, and that it is a picture by its type.
    """
    file = default_storage.open(storage_name, "rb")
    if not is_showable(file):
        file.close()
        return None
    file.seek(0)
    return _guarded(FileResponse(file, filename=name, content_type=content_type))


def _guarded(response: FileResponse) -> FileResponse:
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def orphans(known: set[str], schema_name: str, before: datetime) -> list[str]:
    """Return stored names of an organisation, older than `before`, that no row knows: left by a killed upload."""
    if not default_storage.exists(schema_name):
        return []
    _folders, names = default_storage.listdir(schema_name)
    found = [f"{schema_name}/{name}" for name in names]
    return [one for one in found if one not in known and default_storage.get_modified_time(one) < before]
