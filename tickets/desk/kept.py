"""Files of a form that could not be sent yet: kept for this person and this very form, and for nobody else.

A browser gives a file once. So that nobody has to look for it again because a sentence was missing, it is stored with
the mark of the form (`once`). Nothing serves such a file: it is only sent along, and gone within two days, sent or not:
a form that is sent a second time has to find the same files.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from tenants.context import current_organisation
from tenants.files import actions as files
from tenants.models import Person
from tickets.desk.models import KeptFile

MOST = 20  # a person; beyond that the oldest go


def keep(*, uploads: Iterable[UploadedFile], mark: str, person: Person, at: datetime | None = None) -> None:
    """Keep what may be sent of `uploads` with the form of this mark; what may not is left out."""
    at = at or timezone.now()
    for upload in uploads if mark else ():
        try:
            with files.keeping(), transaction.atomic():
                (stored,) = files.put([upload], current_organisation())
                KeptFile.objects.create(
                    person=person,
                    mark=mark,
                    key=stored.storage_name.rpartition("/")[2],
                    name=stored.name,
                    size=stored.size,
                    content_type=stored.content_type,
                    storage_name=stored.storage_name,
                    created_at=at,
                )
        except ValidationError:
            continue
    _drop(KeptFile.objects.filter(person=person).order_by("-pk")[MOST:])


def kept(mark: str, person: Person) -> list[KeptFile]:
    """Return what is kept for this person with the form of this mark, in the order in which it came."""
    return list(KeptFile.objects.filter(person=person, mark=mark)) if mark else []


def as_uploads(rows: Iterable[KeptFile]) -> list[UploadedFile]:
    """Return kept files as they came in, to be sent; what is gone meanwhile is left out."""
    return [
        UploadedFile(default_storage.open(row.storage_name, "rb"), row.name, row.content_type, row.size)
        for row in rows
        if default_storage.exists(row.storage_name)
    ]


def drop(*, key: str, mark: str, person: Person) -> None:
    """Take one file away; nothing happens where this person has none of that key with this form."""
    _drop(KeptFile.objects.filter(person=person, mark=mark, key=key))


def drop_old(now: datetime) -> int:
    """Take away what was kept for more than a day; return how many."""
    return _drop(KeptFile.objects.filter(created_at__lt=now - timedelta(days=1)))


def _drop(rows: Iterable[KeptFile]) -> int:
    found = list(rows)
    KeptFile.objects.filter(pk__in=[row.pk for row in found]).delete()
    for row in found:
        files.forget(row.storage_name)
    return len(found)
