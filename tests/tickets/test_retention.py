"""What is not kept: files with patron data on their day, bytes that no row knows; and nothing else."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tenants.models import AuditEntry
from tickets.desk import actions as verbs
from tickets.models import Attachment
from tickets.retention import actions
from tickets.retention.actions import purge_attachments, tidy_bytes

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def files(bisc, ticket):
    """Two files with patron data, of days apart, and one without; by name."""
    for name, patron, at in (("oud", True, AT), ("nieuw", True, AT + timedelta(days=2)), ("gewoon", False, AT)):
        verbs.answer(
            ticket=ticket,
            body=name,
            uploads=[SimpleUploadedFile(f"{name}.txt", name.encode())],
            patron_data=patron,
            by=bisc.actor("colleague"),
            at=at,
        )
    rows = {row.name.removesuffix(".txt"): row for row in Attachment.objects.all()}
    yield rows
    for row in rows.values():
        default_storage.delete(row.storage_name)


def _left(rows) -> dict[str, tuple[bool, bool]]:
    """Return by name whether the row is there, and whether the bytes are."""
    return {
        name: (Attachment.objects.filter(pk=row.pk).exists(), default_storage.exists(row.storage_name))
        for name, row in rows.items()
    }


BOTH, NEITHER = (True, True), (False, False)


def test_files_with_patron_data_go_on_their_day_and_no_others(files):
    assert {name: row.purge_on for name, row in files.items()} == {
        **{"oud": date(2027, 1, 31), "nieuw": date(2027, 2, 2)},
        "gewoon": None,
    }
    # 31 January begins at 23:00 UTC of the 30th.
    assert purge_attachments(datetime(2027, 1, 30, 22, 59, tzinfo=UTC)) == 0
    assert _left(files) == {"oud": BOTH, "nieuw": BOTH, "gewoon": BOTH}
    assert purge_attachments(datetime(2027, 1, 30, 23, 0, tzinfo=UTC)) == 1
    assert _left(files) == {"oud": NEITHER, "nieuw": BOTH, "gewoon": BOTH}
    assert purge_attachments(datetime(2027, 2, 1, 12, tzinfo=UTC)) == 0
    assert purge_attachments(datetime(2040, 1, 1, tzinfo=UTC)) == 1
    assert _left(files) == {"oud": NEITHER, "nieuw": NEITHER, "gewoon": BOTH}


def test_each_file_that_goes_leaves_a_line_without_its_name(bisc, files):
    purge_attachments(datetime(2040, 1, 1, tzinfo=UTC))
    lines = AuditEntry.objects.filter(action="attachment.purged").order_by("pk")
    found = [(one.organisation, one.actor, one.object, one.result, one.details) for one in lines]
    assert found == [
        (bisc.organisation, None, f"BISC-1 attachment {files[name].pk}", "done", {}) for name in ("oud", "nieuw")
    ]


def test_a_run_takes_the_oldest_first_and_no_more_than_its_batch(files, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 1)
    assert purge_attachments(datetime(2040, 1, 1, tzinfo=UTC)) == 1
    assert _left(files) == {"oud": NEITHER, "nieuw": BOTH, "gewoon": BOTH}


def _stray(schema: str, age: timedelta) -> str:
    """Store bytes that no row knows, as a killed upload leaves them; `age` is how long ago."""
    name = default_storage.save(f"{schema}/stray", ContentFile(b"los"))
    path, moment = Path(default_storage.path(name)), (NOON - age).timestamp()
    assert str(settings.DATA) in str(path)
    os.utime(path, (moment, moment))
    return name


def test_only_bytes_that_no_row_knows_and_that_are_old_go(bisc, files):
    """Files with a row stay however old; an upload under way stays; another organisation's stay."""
    day = timedelta(days=1)
    for row in files.values():
        moment = (NOON - 99 * day).timestamp()
        os.utime(default_storage.path(row.storage_name), (moment, moment))
    old, fresh, edge = _stray("bisc", 2 * day), _stray("bisc", timedelta(hours=23)), _stray("bisc", day * 1.001)
    elsewhere = _stray("cubiss", 9 * day)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA _bisc_kept_20261124_100000")
            assert tidy_bytes(NOON) == 0  # what a restore put aside knows files too
            cursor.execute("DROP SCHEMA _bisc_kept_20261124_100000")
        assert tidy_bytes(NOON) == 2
        assert [default_storage.exists(name) for name in (old, edge, fresh, elsewhere)] == [False, False, True, True]
        assert _left(files) == {"oud": BOTH, "nieuw": BOTH, "gewoon": BOTH}
        assert tidy_bytes(NOON) == 0
    finally:
        for name in (old, fresh, edge, elsewhere):
            default_storage.delete(name)


def test_an_organisation_without_files_has_nothing_to_tidy(bisc, ticket):
    assert tidy_bytes(NOON) == 0
