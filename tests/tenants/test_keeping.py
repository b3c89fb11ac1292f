"""Files are kept as long as the change that they belong to."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from tenants.files import actions as files


def _put(house):
    (stored,) = files.put([SimpleUploadedFile("a.txt", b"tekst")], house.organisation)
    return stored.storage_name


def test_files_of_a_change_are_not_kept_when_what_it_belongs_to_fails_later(bisc):
    with pytest.raises(ConnectionError), files.keeping():
        with files.keeping():
            name = _put(bisc)
        assert default_storage.exists(name)
        raise ConnectionError
    assert not default_storage.exists(name)


def test_files_of_a_change_are_kept_when_what_it_belongs_to_ends_well(bisc):
    with files.keeping(), files.keeping():
        name = _put(bisc)
    with default_storage.open(name) as found:
        assert found.read() == b"tekst"
    files.forget(name)
